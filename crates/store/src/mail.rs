//! Table `mail`: letters to people, until the mail server took them.
//!
//! A notice is queued in the transaction of what it tells of, so that neither happens without the other. Whoever sends
//! leases a letter first; one whose sender died is leased again when that lease has run out, so a letter may be sent
//! twice and is never lost. What the letters say is sealed: they name people and what these may do.

use domain::{Cvr, Email, Language, Letter, Notice};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::{Row, StoreError, Tx, Value, identity, json, log::AuditEntry};

/// The purpose that letters are sealed for.
pub(crate) const LETTER: &str = "letter";

/// A notice to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail<'a> {
    pub to: &'a Email,
    pub notice: &'a Notice,
    pub language: Language,
    /// What it is about, such as `request-7`: the same kind of notice goes to one address about one thing once. A
    /// reminder that is to come again says which one it is.
    pub dedupe: &'a str,
}

/// A letter as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRecord {
    pub id: Uuid,
    pub cvr: Cvr,
    pub to: Email,
    pub kind: String,
    pub language: Language,
    pub letter: Letter,
    pub state: MailState,
    pub attempts: i64,
    pub not_before: Timestamp,
    /// What the mail server last said, or why it was not asked.
    pub outcome: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailState {
    Waiting,
    /// Somebody has it in their hands.
    Sending,
    Sent,
    /// It was refused for good, or for too long.
    Failed,
}

/// A letter that this worker holds the lease of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: Uuid,
    pub cvr: Cvr,
    pub to: Email,
    pub kind: String,
    pub letter: Letter,
    /// This one included.
    pub attempts: i64,
    pub first_tried_at: Timestamp,
    /// Names this lease: whoever lost it has nothing more to say of the letter.
    lease: Lease,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Lease {
    worker: String,
    until: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With what the mail server said.
    Sent {
        answer: String,
    },
    Retry {
        why: String,
        again_at: Timestamp,
    },
    Failed {
        why: String,
    },
}

/// Queues a notice; `false` where the same one was queued before.
pub async fn queue(tx: &mut Tx, cvr: &Cvr, mail: &NewMail<'_>) -> Result<bool, StoreError> {
    let (id, now) = (tx.new_id(), tx.now());
    let letter = json::seal(tx, LETTER, &mail.notice.letter(mail.language))?;
    let sql =
        "INSERT INTO mail (id, organisation, recipient, recipient_key, kind, dedupe, language, sealed_letter,
                   state, attempts, not_before, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $9)
               ON CONFLICT (organisation, recipient_key, kind, dedupe) DO NOTHING";
    let values = [
        id.into(),
        cvr.to_string().into(),
        mail.to.as_str().into(),
        mail.to.key().into(),
        mail.notice.kind().into(),
        mail.dedupe.into(),
        json::word(&mail.language).into(),
        letter.into(),
        now.into(),
    ];
    Ok(tx.execute(sql, &values).await? == 1)
}

/// Whether there is anything to claim.
pub async fn is_due(tx: &mut Tx) -> Result<bool, StoreError> {
    let now = tx.now();
    let sql = format!("SELECT id FROM mail WHERE {DUE} LIMIT 1");
    Ok(tx.row(&sql, &[now.into()]).await?.is_some())
}

/// What may be leased at the moment `$1`: what is due, and what somebody died over.
const DUE: &str = "((state = 'waiting' AND not_before <= $1) OR (state = 'sending' AND leased_until <= $1))";

/// Leases letters that are due, the oldest first, and those whose lease ran out.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    limit: i64,
    lease: SignedDuration,
) -> Result<Vec<Claimed>, StoreError> {
    let now = tx.now();
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    let sql = format!(
        "SELECT id, organisation, recipient, kind, sealed_letter, attempts, first_tried_at FROM mail
         WHERE {DUE} ORDER BY not_before, id LIMIT $2{}",
        tx.dialect().claim_suffix()
    );
    let rows = tx.rows(&sql, &[now.into(), limit.into()]).await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        let one = read_claimed(tx, row, Lease { worker: worker.to_owned(), until })?;
        let sql = "UPDATE mail SET state = 'sending', attempts = $2, first_tried_at = $3, leased_by = $4,
                       leased_until = $5 WHERE id = $1";
        let tried = [one.attempts.into(), one.first_tried_at.into()];
        let leased = [worker.into(), until.into()];
        tx.execute_one(sql, &[&[one.id.into()], &tried[..], &leased].concat()).await?;
        claimed.push(one);
    }
    Ok(claimed)
}

/// Writes how an attempt ended. Where the lease was lost somebody else is at it, and nothing is written.
///
/// The log has the letter's id and kind, and the address as a keyed hash: enough to prove that somebody was told, and
/// nothing that outlives the letter.
pub async fn settle(tx: &mut Tx, one: &Claimed, outcome: &Outcome) -> Result<(), StoreError> {
    let now = tx.now();
    let (state, words, not_before, sent_at) = match outcome {
        Outcome::Sent { answer } => (MailState::Sent, answer, now, Some(now)),
        Outcome::Retry { why, again_at } => (MailState::Waiting, why, *again_at, None),
        Outcome::Failed { why } => (MailState::Failed, why, now, None),
    };
    let sql = "UPDATE mail SET state = $4, outcome = $5, not_before = $6, sent_at = $7, leased_by = NULL,
                   leased_until = NULL
               WHERE id = $1 AND state = 'sending' AND leased_by = $2 AND leased_until = $3";
    let Lease { worker, until } = &one.lease;
    let lease = [one.id.into(), worker.as_str().into(), (*until).into()];
    let end = [json::word(&state).into(), words.into(), not_before.into(), sent_at.into()];
    if tx.execute(sql, &[&lease[..], &end].concat()).await? == 0 {
        return Ok(());
    }
    match state {
        MailState::Sent => log(tx, one, "mail.sent").await,
        MailState::Failed => log(tx, one, "mail.failed").await,
        MailState::Waiting | MailState::Sending => Ok(()),
    }
}

async fn log(tx: &mut Tx, one: &Claimed, action: &str) -> Result<(), StoreError> {
    let recipient = crate::keys::hex(&tx.lookup_hash("mail-recipient", one.to.key().as_bytes()));
    let detail = json!({ "kind": one.kind, "attempts": one.attempts, "recipient_hash": recipient });
    let entry = AuditEntry::of("lokalid", action, &one.cvr).subject(&one.id.to_string());
    tx.audit(entry.detail(detail)).await
}

/// Lets everything that failed be tried again from now on, for who has mended what was in its way.
pub async fn retry_failed(tx: &mut Tx, cvr: &Cvr, by: &str) -> Result<u64, StoreError> {
    let now = tx.now();
    let sql = "UPDATE mail SET state = 'waiting', attempts = 0, first_tried_at = NULL, not_before = $2
               WHERE organisation = $1 AND state = 'failed'";
    let number = tx.execute(sql, &[cvr.to_string().into(), now.into()]).await?;
    if number > 0 {
        tx.audit(AuditEntry::of(by, "mail.retried", cvr).detail(json!({ "letters": number }))).await?;
    }
    Ok(number)
}

/// What killed programs left behind need not wait for its lease to end. Only for a caller who is sure that nobody else
/// works on this database.
pub async fn take_back(tx: &mut Tx) -> Result<u64, StoreError> {
    let sql =
        "UPDATE mail SET state = 'waiting', leased_by = NULL, leased_until = NULL WHERE state = 'sending'";
    tx.execute(sql, &[]).await
}

/// The same for what one program had in its hands that is surely dead, or ends now.
pub async fn take_back_from(tx: &mut Tx, worker: &str) -> Result<u64, StoreError> {
    let sql = "UPDATE mail SET state = 'waiting', leased_by = NULL, leased_until = NULL
               WHERE state = 'sending' AND leased_by = $1";
    tx.execute(sql, &[worker.into()]).await
}

const COLUMNS: &str =
    "id, organisation, recipient, kind, language, sealed_letter, state, attempts, not_before, outcome,
                       created_at, sent_at";

/// The newest letters of an organisation first.
pub async fn recent(tx: &mut Tx, cvr: &Cvr, limit: i64, offset: i64) -> Result<Vec<MailRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM mail WHERE organisation = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3"
    );
    read_all(tx, &sql, &[cvr.to_string().into(), limit.into(), offset.into()]).await
}

/// The newest letters to one address first.
pub async fn of_recipient(
    tx: &mut Tx,
    cvr: &Cvr,
    to: &Email,
    limit: i64,
) -> Result<Vec<MailRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM mail WHERE organisation = $1 AND recipient_key = $2
         ORDER BY created_at DESC, id DESC LIMIT $3"
    );
    read_all(tx, &sql, &[cvr.to_string().into(), to.key().into(), limit.into()]).await
}

/// How many letters are in each state.
pub async fn counts(
    tx: &mut Tx,
    cvr: &Cvr,
) -> Result<std::collections::BTreeMap<MailState, i64>, StoreError> {
    let sql = "SELECT state, COUNT(*) AS number FROM mail WHERE organisation = $1 GROUP BY state";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    rows.iter().map(|row| Ok((json::from_word(row, "state")?, row.int("number")?))).collect()
}

async fn read_all(tx: &mut Tx, sql: &str, values: &[Value]) -> Result<Vec<MailRecord>, StoreError> {
    let rows = tx.rows(sql, values).await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &Tx, row: &Row) -> Result<MailRecord, StoreError> {
    Ok(MailRecord {
        id: row.uuid("id")?,
        cvr: identity::read_cvr(row, "organisation")?,
        to: read_recipient(row)?,
        kind: row.text("kind")?.to_owned(),
        language: json::from_word(row, "language")?,
        letter: json::unseal(tx, LETTER, row, "sealed_letter")?,
        state: json::from_word(row, "state")?,
        attempts: row.int("attempts")?,
        not_before: row.timestamp("not_before")?,
        outcome: row.optional_text("outcome")?.map(str::to_owned),
        created_at: row.timestamp("created_at")?,
        sent_at: row.optional_timestamp("sent_at")?,
    })
}

fn read_claimed(tx: &Tx, row: &Row, lease: Lease) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: row.uuid("id")?,
        cvr: identity::read_cvr(row, "organisation")?,
        to: read_recipient(row)?,
        kind: row.text("kind")?.to_owned(),
        letter: json::unseal(tx, LETTER, row, "sealed_letter")?,
        attempts: row.int("attempts")? + 1,
        first_tried_at: row.optional_timestamp("first_tried_at")?.unwrap_or(tx.now()),
        lease,
    })
}

fn read_recipient(row: &Row) -> Result<Email, StoreError> {
    Email::parse(row.text("recipient")?).map_err(|_| row.broken("recipient", "is no e-mail address"))
}
