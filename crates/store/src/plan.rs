//! Tables `plan` and `plan_part`: plans as they were made, and what became of them.
//!
//! A plan is written once and its operations, kept in sealed parts, never change. If the next one says the same, it is made
//! again: a list of plans shows what changed and not how often somebody looked. [`enqueue`] takes what the guard has
//! passed and nothing else.

mod assessment;
pub(crate) mod parts;
mod queue;
mod rejection;
mod waves;

use std::collections::BTreeMap;

use domain::guard::{Held, Judgement, Origin};
use domain::{Cvr, Operation, PlanId, Reason};
use jiff::Timestamp;
use serde_json::json;

use crate::{Row, StoreError, Tx, Value, json, log::AuditEntry};

pub use self::assessment::note_assessment;
pub use self::parts::{operations, operations_of_kind};
pub(crate) use self::queue::OPERATION;
pub use self::queue::{Coverage, enqueue};
pub use self::rejection::{Rejection, reject};
pub use self::waves::advance_waves;

/// A plan that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlan<'a> {
    pub origin: Origin,
    pub observed_at: Option<Timestamp>,
    pub cost_dkk: u64,
    pub operations: &'a [Operation],
    pub judgement: &'a Judgement,
}

/// A plan as kept, without its operations.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRecord {
    pub id: PlanId,
    pub cvr: Cvr,
    pub made_at: Timestamp,
    pub origin: Origin,
    pub observed_at: Option<Timestamp>,
    pub cost_dkk: i64,
    pub counts: BTreeMap<String, i64>,
    pub held: Vec<Held>,
    /// Names what is held by its content; an approval counts for exactly this.
    pub held_digest: String,
    pub operation_count: i64,
    pub state: PlanState,
    /// The wave that may be sent, and how many there are.
    pub wave: i64,
    pub waves: i64,
    pub stopped: Option<String>,
    pub approved: Option<(String, String, Timestamp)>,
    pub rejected: Option<Rejection>,
    /// What it does and why, summed up.
    pub summary: Vec<Group>,
}

/// Operations of one kind for one sort of reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Group {
    pub kind: String,
    /// The reason of one of them.
    pub reason: Reason,
    pub count: i64,
    /// How many of them the guard held.
    pub held: i64,
}

impl PlanRecord {
    /// Whether something in it waits for a human to decide.
    pub fn waits_for_decision(&self) -> bool {
        !self.held.is_empty()
            && self.approved.is_none()
            && self.rejected.is_none()
            && matches!(self.state, PlanState::Open | PlanState::Running)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanState {
    /// Made; what the guard held waits for an approval.
    Open,
    /// Operations of it are in the outbox.
    Running,
    Done,
    /// A newer plan took its place.
    Superseded,
}

/// Keeps a plan and puts the older open ones of the organisation aside; an order about one person puts none aside. One
/// that says the same as the plan before it, and of which nothing may be carried out, is that plan.
pub async fn save(tx: &mut Tx, cvr: &Cvr, plan: &NewPlan<'_>) -> Result<PlanRecord, StoreError> {
    let held_digest = held_digest(tx, plan);
    let before = match plan.origin {
        Origin::Order(_) => None,
        Origin::Timer | Origin::Person(_) => newest(tx, cvr).await?,
    };
    let same =
        before.as_ref().filter(|before| before.held_digest == held_digest && before.approved.is_none());
    if let Some(same) = same
        && is_no_news(tx, same, plan).await?
    {
        return made_again(tx, same.id, plan).await;
    }
    let now = tx.now();
    let text = cvr.to_string();
    let row = tx.row("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM plan", &[]).await?;
    let id = PlanId(row.map(|row| row.int("id")).transpose()?.unwrap_or(1));
    if !matches!(plan.origin, Origin::Order(_)) {
        let sql = "UPDATE plan SET state = 'superseded' WHERE organisation = $1 AND state = 'open'";
        tx.execute(sql, &[text.as_str().into()]).await?;
    }
    let counts = parts::counts(plan.operations);
    tx.execute_one(
        "INSERT INTO plan (id, organisation, made_at, origin, observed_at, cost_dkk, counts, held, held_digest,
             operation_count, state, wave, waves, summary)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', 0, 0, $11)",
        &[
            id.0.into(),
            text.into(),
            now.into(),
            json::text(&plan.origin).into(),
            plan.observed_at.into(),
            i64::try_from(plan.cost_dkk).unwrap_or(i64::MAX).into(),
            json::text(&counts).into(),
            json::text(&plan.judgement.held).into(),
            held_digest.into(),
            i64::try_from(plan.operations.len()).unwrap_or(i64::MAX).into(),
            json::text(&summary(plan)).into(),
        ],
    )
    .await?;
    parts::save(tx, id, plan.operations).await?;
    if let Some(rejection) = same.and_then(|same| same.rejected.as_ref()) {
        rejection::note(tx, id.0, rejection).await?;
    }
    let detail = json!({ "plan": id, "operations": counts, "held": plan.judgement.held_operations().len() });
    tx.audit(AuditEntry::of(plan.origin.actor(), "plan.made", cvr).detail(detail)).await?;
    one(tx, id).await?.ok_or(StoreError::Closed)
}

/// Whether nobody could tell the new plan from the one before but by its time.
async fn is_no_news(tx: &mut Tx, before: &PlanRecord, plan: &NewPlan<'_>) -> Result<bool, StoreError> {
    let all_held = plan.judgement.held_operations().len() == plan.operations.len();
    let is_there = before.state != PlanState::Superseded;
    if !all_held || !is_there || before.origin != plan.origin || before.held != plan.judgement.held {
        return Ok(false);
    }
    // One more than there are, so that a longer plan is not the same.
    let operations = operations(tx, before.id, 0, plan.operations.len() + 1).await?;
    Ok(operations == plan.operations)
}

async fn made_again(tx: &mut Tx, id: PlanId, plan: &NewPlan<'_>) -> Result<PlanRecord, StoreError> {
    let cost = i64::try_from(plan.cost_dkk).unwrap_or(i64::MAX);
    let values = [id.0.into(), tx.now().into(), plan.observed_at.into(), cost.into()];
    tx.execute_one("UPDATE plan SET made_at = $2, observed_at = $3, cost_dkk = $4 WHERE id = $1", &values)
        .await?;
    one(tx, id).await?.ok_or(StoreError::Closed)
}

/// Content and rules of what is held, whatever the plan's number.
fn held_digest(tx: &Tx, plan: &NewPlan<'_>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for place in plan.judgement.held_operations() {
        if let Some(operation) = plan.operations.get(place) {
            lines.push(json::text(&(operation.identity, &operation.action)));
        }
    }
    lines.sort();
    let hash = tx.lookup_hash("held", lines.join("\n").as_bytes());
    crate::keys::hex(hash.get(..16).unwrap_or(&hash))
}

/// What a plan does and why, in the order of kinds and reasons.
fn summary(plan: &NewPlan<'_>) -> Vec<Group> {
    let held = plan.judgement.held_operations();
    let mut groups: BTreeMap<(&str, String), Group> = BTreeMap::new();
    for (place, operation) in plan.operations.iter().enumerate() {
        let kind = operation.action.kind();
        let group = groups.entry((kind, operation.reason.sort())).or_insert_with(|| Group {
            kind: kind.to_owned(),
            reason: operation.reason.clone(),
            count: 0,
            held: 0,
        });
        group.count += 1;
        group.held += i64::from(held.contains(&place));
    }
    groups.into_values().collect()
}

const COLUMNS: &str = "id, organisation, made_at, origin, observed_at, cost_dkk, counts, held, held_digest,
    operation_count, state, wave, waves, stopped, approved_by, approved_why, approved_at,
    rejected_by, rejected_why, rejected_at, summary";

pub async fn one(tx: &mut Tx, id: PlanId) -> Result<Option<PlanRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM plan WHERE id = $1");
    tx.row(&sql, &[id.0.into()]).await?.as_ref().map(read).transpose()
}

/// The newest plans first.
pub async fn recent(tx: &mut Tx, cvr: &Cvr, limit: i64, offset: i64) -> Result<Vec<PlanRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM plan WHERE organisation = $1 ORDER BY id DESC LIMIT $2 OFFSET $3");
    tx.rows(&sql, &[cvr.to_string().into(), limit.into(), offset.into()]).await?.iter().map(read).collect()
}

/// The newest plan of the whole organisation: orders about one person come in between and change nothing.
pub async fn newest(tx: &mut Tx, cvr: &Cvr) -> Result<Option<PlanRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM plan WHERE organisation = $1 AND origin NOT LIKE '{{\"order\"%' ORDER BY id DESC LIMIT 1"
    );
    tx.row(&sql, &[cvr.to_string().into()]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<PlanRecord, StoreError> {
    let approved = match (row.optional_text("approved_by")?, row.optional_timestamp("approved_at")?) {
        (Some(by), Some(at)) => {
            Some((by.to_owned(), row.optional_text("approved_why")?.unwrap_or_default().to_owned(), at))
        }
        _ => None,
    };
    Ok(PlanRecord {
        id: PlanId(row.int("id")?),
        cvr: crate::identity::read_cvr(row, "organisation")?,
        made_at: row.timestamp("made_at")?,
        origin: json::read(row, "origin")?,
        observed_at: row.optional_timestamp("observed_at")?,
        cost_dkk: row.int("cost_dkk")?,
        counts: json::read(row, "counts")?,
        held: json::read(row, "held")?,
        held_digest: row.text("held_digest")?.to_owned(),
        operation_count: row.int("operation_count")?,
        state: json::from_word(row, "state")?,
        wave: row.int("wave")?,
        waves: row.int("waves")?,
        stopped: row.optional_text("stopped")?.map(str::to_owned),
        approved,
        rejected: rejection::read(row)?,
        summary: json::read(row, "summary")?,
    })
}

/// Notes who approved what the plan held, and why.
pub async fn note_approval(tx: &mut Tx, record: &PlanRecord, by: &str, why: &str) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE plan SET approved_by = $2, approved_why = $3, approved_at = $4 WHERE id = $1";
    tx.execute_one(sql, &[record.id.0.into(), by.into(), why.into(), now.into()]).await?;
    let detail = json!({ "plan": record.id, "why": why, "held": record.held_digest });
    tx.audit(AuditEntry::of(by, "plan.approved", &record.cvr).detail(detail)).await
}

/// Stops the waves of a plan, or lets a stopped one go on.
pub async fn stop(tx: &mut Tx, record: &PlanRecord, why: Option<&str>, by: &str) -> Result<(), StoreError> {
    let sql = "UPDATE plan SET stopped = $2 WHERE id = $1";
    tx.execute_one(sql, &[record.id.0.into(), Value::Text(why.map(str::to_owned))]).await?;
    let action = if why.is_some() { "plan.stopped" } else { "plan.resumed" };
    tx.audit(AuditEntry::of(by, action, &record.cvr).detail(json!({ "plan": record.id, "why": why }))).await
}
