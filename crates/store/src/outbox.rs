//! Table `operation`: the outbox. What the guard passed waits here, is leased, sent, and settled.
//!
//! A lease marks an operation as sent before it is: whoever finds an expired lease knows only that the call may
//! have had its effect, so the operation becomes *unknown* and its effect is looked for before anything is sent
//! again. The consequences of an answer are written in the same transaction as the answer.
//!
//! A plan that no longer wants an operation withdraws it. One that may have had its effect already is marked
//! *unwanted* instead: its effect is looked for, and it is never sent again.

mod intervention;
mod settle;

use domain::{Action, Cvr, Field, IdentityId, OperationId, PlanId, Reason, RemoteUuid, Told};
use jiff::{SignedDuration, Timestamp};

use crate::{Row, StoreError, Tx, Value, identity, json, plan::OPERATION};

pub use self::intervention::{give_up, retry, try_all_now};
pub use self::settle::{Outcome, settle};

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
    pub outcome: Option<Told>,
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

impl State {
    /// Whether something of it is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running | Self::Unknown | Self::Parked)
    }
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

/// Who held these may be dead.
async fn expire_leases(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let values = [cvr.to_string().into(), tx.now().into()];
    leave_unknown(tx, "organisation = $1 AND leased_until < $2", &values).await.map(drop)
}

/// What killed programs left behind need not wait for its lease to end. Only for a caller who is sure that nobody else
/// works on this database.
pub async fn take_back(tx: &mut Tx) -> Result<u64, StoreError> {
    leave_unknown(tx, "TRUE", &[]).await
}

/// The same for what one program had in its hands that is surely dead, or ends now.
pub async fn take_back_from(tx: &mut Tx, worker: &str) -> Result<u64, StoreError> {
    leave_unknown(tx, "leased_by = $1", &[worker.into()]).await
}

/// Nobody heard the answer of what was sent: its effect is looked for before it is sent again.
async fn leave_unknown(tx: &mut Tx, whose: &str, values: &[Value]) -> Result<u64, StoreError> {
    let why = Told::named("outcome-program-stopped", "the program stopped while this was being sent");
    let (words, parts) = (values.len() + 1, values.len() + 2);
    let sql = format!(
        "UPDATE operation SET state = 'unknown', leased_by = NULL, leased_until = NULL, outcome = ${words},
             outcome_parts = ${parts} WHERE state = 'running' AND {whose}"
    );
    let told = [why.words.into(), json::text(&why.parts).into()];
    tx.execute(&sql, &[values, &told].concat()).await
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

pub(crate) const COLUMNS: &str =
    "plan, number, organisation, identity, uuid, label, kind, fields, reason, state, wave, attempts,
    not_before, outcome, outcome_parts, raw_answer, created_at, sent_at, settled_at";

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
        outcome: read_outcome(row)?,
        raw_answer: row.optional_text("raw_answer")?.map(str::to_owned),
        created_at: row.timestamp("created_at")?,
        sent_at: row.optional_timestamp("sent_at")?,
        settled_at: row.optional_timestamp("settled_at")?,
    })
}

fn read_outcome(row: &Row) -> Result<Option<Told>, StoreError> {
    let Some(words) = row.optional_text("outcome")? else { return Ok(None) };
    let parts = json::read_optional(row, "outcome_parts")?.unwrap_or_default();
    Ok(Some(Told { words: words.to_owned(), parts }))
}
