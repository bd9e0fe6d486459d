//! Table `operation`: the outbox. What the guard passed waits here, is leased, sent, and settled.
//!
//! A lease marks an operation as sent before it is: whoever finds an expired lease knows only that the call may
//! have had its effect, so the operation becomes *unknown* and its effect is looked for before anything is sent
//! again. The consequences of an answer are written in the same transaction as the answer.
//!
//! A plan that no longer wants an operation withdraws it. One that may have had its effect already is marked
//! *unwanted* instead: its effect is looked for, and it is never sent again.

use domain::{
    Action, Cvr, Field, Fields, IdentityId, NewIdentity, OperationId, Organisation, PlanId, Profile, Reason,
    RemoteUuid,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{
    Row, StoreError, Tx, Value, identity, json, log::AuditEntry, observed, observed::Detail, plan::OPERATION,
    unmanaged,
};

/// An operation as the outbox shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRecord {
    pub id: OperationId,
    pub cvr: Cvr,
    pub identity: Option<IdentityId>,
    pub uuid: Option<RemoteUuid>,
    pub label: String,
    pub kind: String,
    pub fields: Vec<Field>,
    pub reason: Reason,
    pub state: State,
    pub wave: i64,
    pub attempts: i64,
    pub not_before: Timestamp,
    pub outcome: Option<String>,
    /// What MitID Erhverv answered, cut and masked.
    pub raw_answer: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub settled_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Waiting,
    Running,
    /// Sent, and the answer was lost.
    Unknown,
    /// Gave up for now; a human can see why.
    Parked,
    Done,
    /// A newer plan no longer wanted it.
    Withdrawn,
    GivenUp,
}

/// An operation that this worker holds the lease of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: OperationId,
    pub cvr: Cvr,
    pub identity: Option<IdentityId>,
    pub action: Action,
    pub attempts: i64,
    /// Its effect must be looked for before it is sent.
    pub uncertain: bool,
    /// When it was last sent, if the answer was lost.
    pub sent_at: Option<Timestamp>,
    /// Names this lease: whoever lost it has nothing more to say of the operation.
    lease: Lease,
}

/// Who may settle a claimed operation, and until when nobody else may take it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lease {
    worker: String,
    until: Timestamp,
}

impl Claimed {
    pub fn is_suspension(&self) -> bool {
        matches!(self.action, Action::Suspend(_))
    }
}

/// How a claimed operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has its effect. `created` is the UUID of a creation; `detail` what a read right after it said.
    Done { created: Option<RemoteUuid>, detail: Option<Box<Detail>> },
    /// Sent, and nobody knows.
    Unknown { why: String, raw: String, again_at: Timestamp },
    /// Not done, and to be tried again.
    Retry { why: String, raw: String, again_at: Timestamp },
    /// Waits for a human or the next full attempt. `uncertain`: the last answer was lost.
    Parked { why: String, raw: String, uncertain: bool },
    /// MitID Erhverv answered 404.
    Gone,
    /// It has no effect and is not to be sent (any more): the next plan decides anew from what was read.
    Moot { why: String, detail: Option<Box<Detail>> },
}

/// Which operations to claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Suspensions,
    All,
}

/// Leases operations that are due, suspensions first. At most one of each subject is out at a time, in the order of
/// its plan; a suspension passes everything of its subject that is not under way at this moment.
pub async fn claim(
    tx: &mut Tx,
    cvr: &Cvr,
    worker: &str,
    which: Which,
    limit: i64,
    lease: SignedDuration,
) -> Result<Vec<Claimed>, StoreError> {
    let now = tx.now();
    expire_leases(tx, cvr).await?;
    let sql = format!(
        "SELECT o.plan, o.number, o.organisation, o.identity, o.sealed_action, o.attempts, o.state, o.sent_at
         {} AND o.not_before <= $2 ORDER BY o.urgent DESC, o.plan, o.number LIMIT $3 {}",
        sendable(which),
        tx.dialect().claim_suffix()
    );
    let rows = tx.rows(&sql, &[cvr.to_string().into(), now.into(), limit.into()]).await?;
    let mut claimed = Vec::with_capacity(rows.len());
    let mut subjects = std::collections::HashSet::new();
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    for row in &rows {
        let one = read_claimed(tx, row, Lease { worker: worker.to_owned(), until })?;
        if one.identity.is_none_or(|identity| subjects.insert(identity)) {
            mark_sent(tx, &one).await?;
            claimed.push(one);
        }
    }
    Ok(claimed)
}

/// What may be sent as far as everything but its time is concerned.
fn sendable(which: Which) -> String {
    let urgent = if which == Which::Suspensions { "AND o.urgent" } else { "" };
    format!(
        "FROM operation o JOIN plan p ON p.id = o.plan
         WHERE o.organisation = $1 AND o.state IN ('waiting', 'unknown') {urgent}
             AND (o.urgent OR (o.wave <= p.wave AND p.stopped IS NULL))
             AND NOT EXISTS (SELECT 1 FROM operation e WHERE e.organisation = o.organisation
                 AND e.subject = o.subject AND e.state IN ('waiting', 'running', 'unknown', 'parked')
                 AND (e.state = 'running' OR (NOT o.urgent
                     AND (e.urgent OR e.plan < o.plan OR (e.plan = o.plan AND e.number < o.number)))))"
    )
}

/// Who held these may be dead: what was sent is not known.
async fn expire_leases(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE operation SET state = 'unknown', leased_by = NULL, leased_until = NULL,
                   outcome = 'the program stopped while this was being sent'
               WHERE organisation = $1 AND state = 'running' AND leased_until < $2";
    tx.execute(sql, &[cvr.to_string().into(), now.into()]).await.map(drop)
}

/// What killed programs left behind need not wait for its lease to end. Only for a caller who is sure that nobody else
/// works on this database.
pub async fn take_back(tx: &mut Tx) -> Result<u64, StoreError> {
    let sql = "UPDATE operation SET state = 'unknown', leased_by = NULL, leased_until = NULL,
                   outcome = 'the program stopped while this was being sent'
               WHERE state = 'running'";
    tx.execute(sql, &[]).await
}

/// The same for what one program had in its hands that is surely dead, or ends now.
pub async fn take_back_from(tx: &mut Tx, worker: &str) -> Result<u64, StoreError> {
    let sql = "UPDATE operation SET state = 'unknown', leased_by = NULL, leased_until = NULL,
                   outcome = 'the program stopped while this was being sent'
               WHERE state = 'running' AND leased_by = $1";
    tx.execute(sql, &[worker.into()]).await
}

fn read_claimed(tx: &Tx, row: &Row, lease: Lease) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: read_id(row)?,
        cvr: identity::read_cvr(row, "organisation")?,
        identity: row.optional_uuid("identity")?.map(IdentityId),
        action: json::unseal(tx, OPERATION, row, "sealed_action")?,
        attempts: row.int("attempts")?,
        uncertain: row.text("state")? == "unknown",
        sent_at: row.optional_timestamp("sent_at")?,
        lease,
    })
}

async fn mark_sent(tx: &mut Tx, one: &Claimed) -> Result<(), StoreError> {
    let now = tx.now();
    let Lease { worker, until } = &one.lease;
    // An uncertain one keeps the time at which it was sent: its effect is looked for from there.
    let sent_at = if one.uncertain { one.sent_at } else { Some(now) };
    let sql = "UPDATE operation SET state = 'running', leased_by = $3, leased_until = $4, sent_at = $5,
                   attempts = attempts + 1 WHERE plan = $1 AND number = $2 AND state IN ('waiting', 'unknown')";
    let (plan, number) = (one.id.plan.0.into(), one.id.number.into());
    let values = [plan, number, worker.as_str().into(), (*until).into(), sent_at.into()];
    tx.execute_one(sql, &values).await
}

pub(crate) fn read_id(row: &Row) -> Result<OperationId, StoreError> {
    let number =
        u32::try_from(row.int("number")?).map_err(|_| row.broken("number", "is no operation number"))?;
    Ok(OperationId { plan: PlanId(row.int("plan")?), number })
}

/// An uncertain operation turned out not to have had its effect: notes that it is sent again, before it is.
/// `false`: no plan wants it any more, or the lease is lost, so it must not be sent.
pub async fn note_sending(tx: &mut Tx, one: &Claimed) -> Result<bool, StoreError> {
    if !is_held(tx, one).await? {
        return Ok(false);
    }
    let now = tx.now();
    let sql = "UPDATE operation SET sent_at = $3 WHERE plan = $1 AND number = $2 AND NOT unwanted";
    Ok(tx.execute(sql, &[one.id.plan.0.into(), one.id.number.into(), now.into()]).await? == 1)
}

/// Whether the lease is still the one that the operation was claimed with.
async fn is_held(tx: &mut Tx, one: &Claimed) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS held FROM operation WHERE plan = $1 AND number = $2 AND state = 'running'
                   AND leased_by = $3 AND leased_until = $4";
    let (plan, number) = (one.id.plan.0.into(), one.id.number.into());
    let Lease { worker, until } = &one.lease;
    Ok(tx.row(sql, &[plan, number, worker.as_str().into(), (*until).into()]).await?.is_some())
}

/// Writes how a claimed operation ended, with everything that follows from it. Where the lease was lost somebody else
/// is finding out, and nothing is written.
pub async fn settle(
    tx: &mut Tx,
    organisation: &Organisation,
    one: &Claimed,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    if !is_held(tx, one).await? {
        return Ok(());
    }
    let cvr = &organisation.cvr;
    match outcome {
        Outcome::Done { created, detail } => {
            finish(tx, one, "done", None).await?;
            consequences(tx, organisation, one, *created).await?;
            if let Some(detail) = detail {
                observed::take_detail(tx, cvr, detail).await?;
            }
            log(tx, one, "operation.done", json!({})).await
        }
        Outcome::Unknown { why, raw, again_at } => {
            put_back(tx, one, "unknown", Told { why, raw, again_at: *again_at, uncertain: true }).await?;
            log(tx, one, "operation.unknown", json!({ "why": why })).await
        }
        Outcome::Retry { why, raw, again_at } => {
            put_back(tx, one, "waiting", Told { why, raw, again_at: *again_at, uncertain: false }).await
        }
        Outcome::Parked { why, raw, uncertain } => {
            let again_at = tx.now();
            put_back(tx, one, "parked", Told { why, raw, again_at, uncertain: *uncertain }).await?;
            log(tx, one, "operation.parked", json!({ "why": why })).await
        }
        Outcome::Gone => settle_gone(tx, organisation, one).await,
        Outcome::Moot { why, detail } => {
            finish(tx, one, "withdrawn", Some(why)).await?;
            if let Some(detail) = detail {
                observed::take_detail(tx, cvr, detail).await?;
            }
            log(tx, one, "operation.withdrawn", json!({ "why": why })).await
        }
    }
}

/// A deletion of what is gone is done; anything else finds its identity gone, and the next plan asks.
async fn settle_gone(tx: &mut Tx, organisation: &Organisation, one: &Claimed) -> Result<(), StoreError> {
    if let Some(uuid) = one.action.uuid() {
        observed::note_gone(tx, &organisation.cvr, uuid).await?;
    }
    if matches!(one.action, Action::Delete(_)) {
        finish(tx, one, "done", None).await?;
        consequences(tx, organisation, one, None).await?;
        return log(tx, one, "operation.done", json!({ "gone_already": true })).await;
    }
    finish(tx, one, "withdrawn", Some("the identity is gone in MitID Erhverv")).await?;
    log(tx, one, "operation.found-gone", json!({})).await
}

async fn log(
    tx: &mut Tx,
    one: &Claimed,
    action: &str,
    mut detail: serde_json::Value,
) -> Result<(), StoreError> {
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("operation".to_owned(), one.id.to_string().into());
        fields.insert("kind".to_owned(), one.action.kind().into());
    }
    let subject = one.identity.map(|identity| identity.to_string());
    let subject = subject.or_else(|| one.action.uuid().map(|uuid| uuid.to_string())).unwrap_or_default();
    tx.audit(AuditEntry::of("lokalid", action, &one.cvr).subject(&subject).detail(detail)).await
}

async fn finish(tx: &mut Tx, one: &Claimed, state: &str, outcome: Option<&str>) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE operation SET state = $3, outcome = $4, raw_answer = NULL, leased_by = NULL,
                   leased_until = NULL, settled_at = $5 WHERE plan = $1 AND number = $2 AND state = 'running'";
    let outcome = Value::Text(outcome.map(str::to_owned));
    tx.execute_one(sql, &[one.id.plan.0.into(), one.id.number.into(), state.into(), outcome, now.into()])
        .await
}

/// What is kept of an attempt that did not end it.
struct Told<'a> {
    why: &'a str,
    raw: &'a str,
    again_at: Timestamp,
    /// Whether the call may have had its effect: then the time of sending stays.
    uncertain: bool,
}

async fn put_back(tx: &mut Tx, one: &Claimed, state: &str, told: Told<'_>) -> Result<(), StoreError> {
    let Told { why, raw, again_at, uncertain } = told;
    // What surely had no effect and is not wanted any more ends here.
    let sql = "UPDATE operation SET state = CASE WHEN unwanted AND NOT $7 THEN 'withdrawn' ELSE $3 END,
                   settled_at = CASE WHEN unwanted AND NOT $7 THEN $8 ELSE NULL END,
                   outcome = $4, raw_answer = $5, not_before = $6, leased_by = NULL, leased_until = NULL,
                   sent_at = CASE WHEN $7 THEN sent_at ELSE NULL END
               WHERE plan = $1 AND number = $2 AND state = 'running'";
    let now = tx.now();
    let (plan, number) = (one.id.plan.0.into(), one.id.number.into());
    tx.execute_one(
        sql,
        &[plan, number, state.into(), why.into(), raw.into(), again_at.into(), uncertain.into(), now.into()],
    )
    .await
}

/// What an operation's effect means for the identity here.
async fn consequences(
    tx: &mut Tx,
    organisation: &Organisation,
    one: &Claimed,
    created: Option<RemoteUuid>,
) -> Result<(), StoreError> {
    let Some(identity) = one.identity else {
        return match &one.action {
            Action::Suspend(uuid) => unmanaged::note_suspended(tx, &organisation.cvr, *uuid).await,
            _ => Ok(()),
        };
    };
    match &one.action {
        Action::Create(new) => {
            if let Some(uuid) = created {
                identity::link(tx, identity, uuid).await?;
                // Until it is read, it is known to be there and nothing else.
                note_created(tx, &organisation.cvr, uuid).await?;
                withdraw_other_creations(tx, identity).await?;
            }
            identity::begin_written(tx, identity, written_by_create(new)).await
        }
        Action::Adopt(uuid) => {
            identity::link(tx, identity, *uuid).await?;
            unmanaged::forget(tx, &organisation.cvr, *uuid).await?;
            let fields = Fields::from([(Field::Status, "Adopted".to_owned())]);
            identity::begin_written(tx, identity, fields).await
        }
        Action::UpdateDraft(_, profile) | Action::UpdateProfile(_, profile) => {
            identity::note_written(tx, identity, written_by_profile(profile)).await
        }
        Action::UpdateEmail(_, email) => {
            identity::note_written(tx, identity, Fields::from([(Field::Email, email.to_string())])).await
        }
        Action::SetSigning(_, allow) => {
            identity::note_written(tx, identity, Fields::from([(Field::Signing, allow.to_string())])).await
        }
        Action::Suspend(uuid) => note_status(tx, &organisation.cvr, identity, *uuid, "Suspended").await,
        Action::Reactivate(uuid) => note_status(tx, &organisation.cvr, identity, *uuid, "Active").await,
        Action::Delete(uuid) => {
            let rid = observed::one(tx, &organisation.cvr, *uuid).await?;
            let rid = rid.and_then(|one| one.fields.get(&Field::Rid).cloned());
            observed::note_gone(tx, &organisation.cvr, *uuid).await?;
            identity::unlink(tx, identity, rid.as_deref()).await
        }
    }
}

/// A creation that was lost and no longer wanted as it was may have had its effect all the same. What was planned in its
/// place would make a second user; the next plan says what the first one still lacks.
async fn withdraw_other_creations(tx: &mut Tx, identity: IdentityId) -> Result<(), StoreError> {
    let now = tx.now();
    let sql =
        "UPDATE operation SET state = 'withdrawn', outcome = 'an earlier creation had its effect after all',
                   settled_at = $2
               WHERE identity = $1 AND kind = 'create' AND state IN ('waiting', 'unknown', 'parked')";
    tx.execute(sql, &[identity.0.into(), now.into()]).await.map(drop)
}

async fn note_status(
    tx: &mut Tx,
    cvr: &Cvr,
    identity: IdentityId,
    uuid: RemoteUuid,
    status: &str,
) -> Result<(), StoreError> {
    identity::note_written(tx, identity, Fields::from([(Field::Status, status.to_owned())])).await?;
    let now = tx.now();
    let sql = "UPDATE observed SET status = $3, status_at = $4, summary = NULL
               WHERE organisation = $1 AND uuid = $2";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), status.into(), now.into()]).await.map(drop)
}

async fn note_created(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "INSERT INTO observed (organisation, uuid, status, fields, administrator_roles, authenticators, sight,
                   first_seen_at, seen_at, status_at, search_text, sort_key)
               VALUES ($1, $2, 'Pending', '{}', '[]', '[]', 'not-seen', $3, $3, $3, '', '')
               ON CONFLICT (organisation, uuid) DO NOTHING";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), now.into()]).await.map(drop)
}

fn written_by_create(new: &NewIdentity) -> Fields {
    let mut fields = Fields::from([
        (Field::Status, "Active".to_owned()),
        (Field::GivenName, new.given_name.to_string()),
        (Field::Surname, new.surname.to_string()),
        (Field::Email, new.email.to_string()),
        (Field::Level, new.level.wire_name().to_owned()),
        (Field::Signing, new.signing.to_string()),
    ]);
    fields.extend(new.invoice_method.map(|method| (Field::InvoiceMethod, method.to_string())));
    fields
}

fn written_by_profile(profile: &Profile) -> Fields {
    Fields::from([
        (Field::GivenName, profile.given_name.to_string()),
        (Field::Surname, profile.surname.to_string()),
        (Field::Email, profile.email.to_string()),
        (Field::Level, profile.level.wire_name().to_owned()),
    ])
}

// ---- what people do ----

/// One attempt at once for everything that waits, whatever its pause; parked ones too. A creation whose answer was
/// lost keeps its pause, which protects against a second creation.
pub async fn try_all_now(tx: &mut Tx, cvr: &Cvr) -> Result<u64, StoreError> {
    let now = tx.now();
    let sql = format!(
        "UPDATE operation SET not_before = $2, state = {AWAKE} WHERE organisation = $1
             AND state IN ('waiting', 'parked', 'unknown') AND NOT (state = 'unknown' AND kind = 'create')"
    );
    tx.execute(&sql, &[cvr.to_string().into(), now.into()]).await
}

/// What a parked operation becomes when it is tried again: one whose answer was lost is looked for first.
const AWAKE: &str =
    "CASE WHEN state <> 'parked' THEN state WHEN sent_at IS NULL THEN 'waiting' ELSE 'unknown' END";

/// Gives one parked or waiting operation a new attempt at once. `false`: there is none with this id.
pub async fn retry(tx: &mut Tx, id: OperationId, by: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let sql = format!(
        "UPDATE operation SET state = {AWAKE}, not_before = $3, attempts = 0
         WHERE plan = $1 AND number = $2 AND state IN ('parked', 'waiting', 'unknown') RETURNING organisation"
    );
    let row = tx.row(&sql, &[id.plan.0.into(), id.number.into(), now.into()]).await?;
    let Some(row) = row else { return Ok(false) };
    let cvr = identity::read_cvr(&row, "organisation")?;
    let detail = json!({ "operation": id.to_string() });
    tx.audit(AuditEntry::of(by, "operation.retried", &cvr).detail(detail)).await?;
    Ok(true)
}

/// The operation is not planned again until the wish changes. `false`: there is no such open operation.
pub async fn give_up(tx: &mut Tx, id: OperationId, by: &str, why: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let sql = "UPDATE operation SET state = 'given-up', outcome = $3, settled_at = $4
               WHERE plan = $1 AND number = $2 AND state IN ('parked', 'waiting')
               RETURNING organisation, subject, identity, uuid, digest, sealed_action";
    let row = tx.row(sql, &[id.plan.0.into(), id.number.into(), why.into(), now.into()]).await?;
    let Some(row) = row else { return Ok(false) };
    let cvr = identity::read_cvr(&row, "organisation")?;
    match (row.optional_uuid("identity")?, row.optional_uuid("uuid")?) {
        // What no source knows is touched only where somebody asked for it: that is taken back.
        (None, Some(uuid)) => unmanaged::forget(tx, &cvr, RemoteUuid(uuid)).await?,
        _ => remember_given_up(tx, &cvr, &row, by, why).await?,
    }
    let detail = json!({ "operation": id.to_string(), "why": why });
    tx.audit(AuditEntry::of(by, "operation.given-up", &cvr).subject(row.text("subject")?).detail(detail))
        .await?;
    Ok(true)
}

async fn remember_given_up(tx: &mut Tx, cvr: &Cvr, row: &Row, by: &str, why: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO given_up (organisation, subject, digest, sealed_action, given_up_by, why, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation, subject, digest) DO NOTHING",
        &[
            cvr.to_string().into(),
            row.text("subject")?.into(),
            row.bytes("digest")?.into(),
            row.bytes("sealed_action")?.into(),
            by.into(),
            why.into(),
            now.into(),
        ],
    )
    .await
    .map(drop)
}

pub(crate) const COLUMNS: &str =
    "plan, number, organisation, identity, uuid, label, kind, fields, reason, state, wave, attempts,
    not_before, outcome, raw_answer, created_at, sent_at, settled_at";

/// Open operations, the oldest first.
pub async fn open(
    tx: &mut Tx,
    cvr: &Cvr,
    limit: i64,
    offset: i64,
) -> Result<Vec<OperationRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM operation
         WHERE organisation = $1 AND state IN ('waiting', 'running', 'unknown', 'parked')
         ORDER BY urgent DESC, plan, number LIMIT $2 OFFSET $3"
    );
    tx.rows(&sql, &[cvr.to_string().into(), limit.into(), offset.into()]).await?.iter().map(read).collect()
}

/// Every operation of one identity, the newest first.
pub async fn of_identity(
    tx: &mut Tx,
    id: IdentityId,
    limit: i64,
) -> Result<Vec<OperationRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM operation WHERE identity = $1 ORDER BY plan DESC, number DESC LIMIT $2"
    );
    tx.rows(&sql, &[id.0.into(), limit.into()]).await?.iter().map(read).collect()
}

pub async fn one(tx: &mut Tx, id: OperationId) -> Result<Option<OperationRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM operation WHERE plan = $1 AND number = $2");
    tx.row(&sql, &[id.plan.0.into(), id.number.into()]).await?.as_ref().map(read).transpose()
}

/// How many operations are in each open state; of a plan, or of everything.
pub async fn counts(tx: &mut Tx, cvr: &Cvr) -> Result<std::collections::BTreeMap<String, i64>, StoreError> {
    let sql = "SELECT state, COUNT(*) AS number FROM operation
               WHERE organisation = $1 AND state IN ('waiting', 'running', 'unknown', 'parked') GROUP BY state";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    rows.iter().map(|row| Ok((row.text("state")?.to_owned(), row.int("number")?))).collect()
}

/// How the operations of one plan stand, by state.
pub async fn counts_of_plan(
    tx: &mut Tx,
    id: PlanId,
) -> Result<std::collections::BTreeMap<String, i64>, StoreError> {
    let sql = "SELECT state, COUNT(*) AS number FROM operation WHERE plan = $1 GROUP BY state";
    let rows = tx.rows(sql, &[id.0.into()]).await?;
    rows.iter().map(|row| Ok((row.text("state")?.to_owned(), row.int("number")?))).collect()
}

/// When the next operation is due that has not failed `attempts` times yet: for who waits for it. A suspension goes
/// on beyond that, but nobody need stand by.
pub async fn next_worth_waiting_for(
    tx: &mut Tx,
    cvr: &Cvr,
    which: Which,
    attempts: i64,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = format!("SELECT MIN(o.not_before) AS due {} AND o.attempts < $2", sendable(which));
    let row = tx.row(&sql, &[cvr.to_string().into(), attempts.into()]).await?;
    row.map(|row| row.optional_timestamp("due")).transpose().map(Option::flatten)
}

/// When the next operation that waits for a time is due.
pub async fn next_due(tx: &mut Tx, cvr: &Cvr, which: Which) -> Result<Option<Timestamp>, StoreError> {
    let sql = format!("SELECT MIN(o.not_before) AS due {}", sendable(which));
    let row = tx.row(&sql, &[cvr.to_string().into()]).await?;
    row.map(|row| row.optional_timestamp("due")).transpose().map(Option::flatten)
}

pub(crate) fn read(row: &Row) -> Result<OperationRecord, StoreError> {
    Ok(OperationRecord {
        id: read_id(row)?,
        cvr: identity::read_cvr(row, "organisation")?,
        identity: row.optional_uuid("identity")?.map(IdentityId),
        uuid: row.optional_uuid("uuid")?.map(RemoteUuid),
        label: row.text("label")?.to_owned(),
        kind: row.text("kind")?.to_owned(),
        fields: json::read(row, "fields")?,
        reason: json::read(row, "reason")?,
        state: json::from_word(row, "state")?,
        wave: row.int("wave")?,
        attempts: row.int("attempts")?,
        not_before: row.timestamp("not_before")?,
        outcome: row.optional_text("outcome")?.map(str::to_owned),
        raw_answer: row.optional_text("raw_answer")?.map(str::to_owned),
        created_at: row.timestamp("created_at")?,
        sent_at: row.optional_timestamp("sent_at")?,
        settled_at: row.optional_timestamp("settled_at")?,
    })
}
