//! The outbox by state, one page at a time.

use domain::Cvr;

use crate::outbox::{COLUMNS, OperationRecord, State, read};
use crate::{StoreError, Tx, json};

/// How many operations of an organisation are in a state.
pub async fn count(tx: &mut Tx, cvr: &Cvr, state: State) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS number FROM operation WHERE organisation = $1 AND state = $2";
    let row = tx.row(sql, &[cvr.to_string().into(), json::word(&state).into()]).await?;
    row.map_or(Ok(0), |row| row.int("number"))
}

/// One part of the operations in a state: open ones oldest first, settled ones newest first.
pub async fn page(
    tx: &mut Tx,
    cvr: &Cvr,
    state: State,
    offset: i64,
    limit: i64,
) -> Result<Vec<OperationRecord>, StoreError> {
    let order = match state {
        State::Waiting | State::Running | State::Unknown | State::Parked => {
            "urgent DESC, created_at, plan, number"
        }
        State::Done | State::Withdrawn | State::GivenUp => "settled_at DESC, plan DESC, number DESC",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM operation WHERE organisation = $1 AND state = $2 ORDER BY {order} LIMIT $3 OFFSET $4"
    );
    let values = [cvr.to_string().into(), json::word(&state).into(), limit.into(), offset.into()];
    tx.rows(&sql, &values).await?.iter().map(read).collect()
}
