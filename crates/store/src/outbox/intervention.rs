//! What people do to operations on their way: another attempt, or none any more.

use domain::{Cvr, OperationId, RemoteUuid};
use serde_json::json;

use crate::{Row, StoreError, Tx, identity, log::AuditEntry, unmanaged};

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
    let sql = "UPDATE operation SET state = 'given-up', outcome = $3, outcome_parts = NULL, settled_at = $4
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
