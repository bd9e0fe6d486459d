//! What somebody rejected. The rejection counts for what the plan holds, by its content: the next plan that holds the
//! same is rejected already, and as soon as a plan holds something else, or what was rejected is approved, somebody is
//! asked anew.

use jiff::Timestamp;
use serde_json::json;

use super::PlanRecord;
use crate::{Row, StoreError, Tx, log::AuditEntry};

/// Who rejected what a plan holds, why and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub by: String,
    pub why: String,
    pub at: Timestamp,
}

/// Notes that what the plan holds is not to be done. It can still be approved.
pub async fn reject(tx: &mut Tx, record: &PlanRecord, by: &str, why: &str) -> Result<(), StoreError> {
    let rejection = Rejection { by: by.to_owned(), why: why.to_owned(), at: tx.now() };
    note(tx, record.id.0, &rejection).await?;
    let detail = json!({ "plan": record.id, "why": why, "held": record.held_digest });
    tx.audit(AuditEntry::of(by, "plan.rejected", &record.cvr).detail(detail)).await
}

pub(super) async fn note(tx: &mut Tx, id: i64, rejection: &Rejection) -> Result<(), StoreError> {
    let sql = "UPDATE plan SET rejected_by = $2, rejected_why = $3, rejected_at = $4 WHERE id = $1";
    let Rejection { by, why, at } = rejection;
    tx.execute_one(sql, &[id.into(), by.as_str().into(), why.as_str().into(), (*at).into()]).await
}

pub(super) fn read(row: &Row) -> Result<Option<Rejection>, StoreError> {
    let (by, at) = (row.optional_text("rejected_by")?, row.optional_timestamp("rejected_at")?);
    let why = row.optional_text("rejected_why")?.unwrap_or_default().to_owned();
    Ok(by.zip(at).map(|(by, at)| Rejection { by: by.to_owned(), why, at }))
}
