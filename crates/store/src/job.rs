//! Table `job`: work that the console asks for and the worker does, with its progress.

use domain::{CertificateId, Cvr, IdentityId, Parts, Told};
use jiff::Timestamp;
use serde_json::json;

use crate::{Row, StoreError, Tx, json, log::AuditEntry};

/// What the console can ask for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Wish {
    /// Read sources and MitID Erhverv, plan, and carry out what is not held.
    Apply,
    /// Read all sources.
    ReadSources,
    /// Read MitID Erhverv in full.
    FullRead,
    /// Approve what a plan holds.
    Approve {
        plan: i64,
        digest: String,
        why: String,
    },
    /// Act on a hold that was set or lifted, or on an answer.
    Settle,
    /// Act on what somebody was granted, or is no longer.
    SettleRights {
        identity: IdentityId,
    },
    TestConnection,
    /// Look at a certificate from all sides.
    CheckCertificate {
        certificate: CertificateId,
    },
    /// Live through one more day; only the demo's worker knows how.
    NextDay,
}

impl Wish {
    pub fn kind(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()
    }
}

/// A job as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    pub id: i64,
    pub cvr: Cvr,
    pub wish: Wish,
    pub state: JobState,
    /// What it is doing; `None` before it began anything that takes long.
    pub step: Option<Step>,
    /// What came of it, in words.
    pub outcome: Option<String>,
    /// Why it failed, in parts, where the reader of the words has them.
    pub fault_parts: Vec<Parts>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
}

/// What long work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    ReadingSources,
    ReadingMitIdErhverv,
    Planning,
    Sending,
}

/// How far it has come with that. While nobody knows how much there is, `total` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub stage: Stage,
    pub done: i64,
    pub total: i64,
}

/// Asks for work. The worker takes it within a second.
pub async fn ask(tx: &mut Tx, cvr: &Cvr, wish: &Wish, by: &str) -> Result<i64, StoreError> {
    let now = tx.now();
    let row = tx.row("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM job", &[]).await?;
    let id = row.map(|row| row.int("id")).transpose()?.unwrap_or(1);
    tx.execute_one(
        "INSERT INTO job (id, organisation, kind, detail, state, done, total, created_by, created_at)
         VALUES ($1, $2, $3, $4, 'waiting', 0, 0, $5, $6)",
        &[
            id.into(),
            cvr.to_string().into(),
            wish.kind().into(),
            json::text(wish).into(),
            by.into(),
            now.into(),
        ],
    )
    .await?;
    tx.audit(AuditEntry::of(by, "job.asked", cvr).detail(json!({ "job": id, "kind": wish.kind() }))).await?;
    Ok(id)
}

/// Takes the oldest waiting job of an organisation. A job that ran when the program stopped is taken again.
pub async fn take(tx: &mut Tx, cvr: &Cvr) -> Result<Option<JobRecord>, StoreError> {
    let now = tx.now();
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE organisation = $1 AND state IN ('waiting', 'running') ORDER BY id LIMIT 1"
    );
    let Some(row) = tx.row(&sql, &[cvr.to_string().into()]).await? else { return Ok(None) };
    let job = read(&row)?;
    tx.execute_one(
        "UPDATE job SET state = 'running', stage = NULL, started_at = $2 WHERE id = $1",
        &[job.id.into(), now.into()],
    )
    .await?;
    Ok(Some(job))
}

/// Says how far a job has come.
pub async fn note_progress(tx: &mut Tx, id: i64, step: Step) -> Result<(), StoreError> {
    let stage = json::word(&step.stage);
    let sql = "UPDATE job SET stage = $2, done = $3, total = $4 WHERE id = $1";
    tx.execute_one(sql, &[id.into(), stage.into(), step.done.into(), step.total.into()]).await
}

pub async fn finish(tx: &mut Tx, id: i64, outcome: Result<&str, &Told>) -> Result<(), StoreError> {
    let now = tx.now();
    let (state, words, parts) = match outcome {
        Ok(words) => ("done", words, None),
        Err(failed) => ("failed", failed.words.as_str(), Some(json::text(&failed.parts))),
    };
    let sql = "UPDATE job SET state = $2, outcome = $3, fault_parts = $4, finished_at = $5 WHERE id = $1";
    let words = Some(words).filter(|words| !words.is_empty());
    tx.execute_one(sql, &[id.into(), state.into(), words.into(), parts.into(), now.into()]).await
}

const COLUMNS: &str = "id, organisation, detail, state, stage, done, total, outcome, fault_parts, created_by, \
                       created_at, started_at, finished_at";

pub async fn one(tx: &mut Tx, id: i64) -> Result<Option<JobRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
    tx.row(&sql, &[id.into()]).await?.as_ref().map(read).transpose()
}

/// The one that is being done right now.
pub async fn under_way(tx: &mut Tx, cvr: &Cvr) -> Result<Option<JobRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE organisation = $1 AND state = 'running' ORDER BY id LIMIT 1"
    );
    tx.row(&sql, &[cvr.to_string().into()]).await?.as_ref().map(read).transpose()
}

/// The newest jobs first.
pub async fn recent(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<JobRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE organisation = $1 ORDER BY id DESC LIMIT $2");
    tx.rows(&sql, &[cvr.to_string().into(), limit.into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<JobRecord, StoreError> {
    Ok(JobRecord {
        id: row.int("id")?,
        cvr: crate::identity::read_cvr(row, "organisation")?,
        wish: json::read(row, "detail")?,
        state: json::from_word(row, "state")?,
        step: read_step(row)?,
        outcome: row.optional_text("outcome")?.map(str::to_owned),
        fault_parts: json::read_optional(row, "fault_parts")?.unwrap_or_default(),
        created_by: row.text("created_by")?.to_owned(),
        created_at: row.timestamp("created_at")?,
        started_at: row.optional_timestamp("started_at")?,
        finished_at: row.optional_timestamp("finished_at")?,
    })
}

fn read_step(row: &Row) -> Result<Option<Step>, StoreError> {
    if row.optional_text("stage")?.is_none() {
        return Ok(None);
    }
    let stage = json::from_word(row, "stage")?;
    Ok(Some(Step { stage, done: row.int("done")?, total: row.int("total")? }))
}
