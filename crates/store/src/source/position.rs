//! Where the next delta of a directory goes on.
//!
//! A position belongs to the snapshot it was taken with: each import and each failed read forgets it, and whoever
//! imports keeps the new one in the same transaction. So there is one only while a delta that shows nothing new means
//! that what is stored is all there is to know.

use domain::{Cvr, SourceName};
use jiff::Timestamp;

use crate::{StoreError, Tx};

/// What the directory wants to be handed back, and how long its silence counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pub cookie: Vec<u8>,
    /// From then on only a full read tells, whatever the delta says.
    pub until: Timestamp,
}

const DIGEST: &str = "source_cookie";

/// The position that was kept for the same `setup`, in words of the reader's own, while it counts.
pub async fn position(
    tx: &mut Tx,
    cvr: &Cvr,
    name: &SourceName,
    setup: &str,
) -> Result<Option<Position>, StoreError> {
    let sql = "SELECT cookie, cookie_until FROM source
               WHERE organisation = $1 AND name = $2 AND cookie_digest = $3 AND cookie_until > $4";
    let digest = tx.lookup_hash(DIGEST, setup.as_bytes());
    let now = tx.now();
    let values = [cvr.to_string().into(), name.0.as_str().into(), digest.into(), now.into()];
    let Some(row) = tx.row(sql, &values).await? else { return Ok(None) };
    let kept = row.optional_bytes("cookie")?.zip(row.optional_timestamp("cookie_until")?);
    Ok(kept.map(|(cookie, until)| Position { cookie: cookie.to_vec(), until }))
}

/// Keeps the position that belongs to what was imported in this transaction.
pub async fn keep_position(
    tx: &mut Tx,
    cvr: &Cvr,
    name: &SourceName,
    setup: &str,
    position: &Position,
) -> Result<(), StoreError> {
    let digest = tx.lookup_hash(DIGEST, setup.as_bytes());
    let sql = "UPDATE source SET cookie = $3, cookie_digest = $4, cookie_until = $5
               WHERE organisation = $1 AND name = $2";
    let (cookie, until) = (position.cookie.as_slice(), position.until);
    let values = [cvr.to_string().into(), name.0.as_str().into(), cookie.into(), digest.into(), until.into()];
    tx.execute_one(sql, &values).await
}

/// The directory was asked and has nothing new, so what it said before is what it says now.
pub async fn note_unchanged(
    tx: &mut Tx,
    cvr: &Cvr,
    name: &SourceName,
    cookie: &[u8],
) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE source SET read_at = $3, complete_at = $3, cookie = $4
               WHERE organisation = $1 AND name = $2 AND cookie IS NOT NULL";
    let values = [cvr.to_string().into(), name.0.as_str().into(), now.into(), cookie.into()];
    // Where another read forgot the position meanwhile, that one knows better.
    tx.execute(sql, &values).await.map(drop)
}
