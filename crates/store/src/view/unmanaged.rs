//! Identities in MitID Erhverv that no source knows.

use domain::{Cvr, Field, Fields, RemoteUuid};
use jiff::Timestamp;

use crate::{Row, StoreError, Tx, json};

/// One of them, with what somebody may have decided about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmanagedRow {
    pub uuid: RemoteUuid,
    pub name: String,
    pub email: Option<String>,
    pub rid: Option<String>,
    pub status: String,
    pub is_administrator: bool,
    pub first_seen_at: Timestamp,
    /// Who decided to leave it alone, and why.
    pub left_alone: Option<(String, String)>,
    pub to_suspend: Option<Suspension>,
}

/// Somebody decided to have it suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    pub by: String,
    pub why: String,
    /// When it was carried out.
    pub done_at: Option<Timestamp>,
}

const FROM: &str = "FROM observed o WHERE o.organisation = $1 AND o.sight <> 'gone'
    AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.organisation = $1 AND i.link = o.uuid)";

const COLUMNS: &str = "o.uuid, o.status, o.fields, o.administrator_roles, o.first_seen_at, o.left_alone_by,
    o.left_alone_why, o.suspend_by, o.suspend_why, o.suspended_at";

pub async fn count(tx: &mut Tx, cvr: &Cvr) -> Result<i64, StoreError> {
    let sql = format!("SELECT COUNT(*) AS number {FROM}");
    let row = tx.row(&sql, &[cvr.to_string().into()]).await?;
    row.map_or(Ok(0), |row| row.int("number"))
}

/// One part of the list: those that nobody has decided about first.
pub async fn page(tx: &mut Tx, cvr: &Cvr, offset: i64, limit: i64) -> Result<Vec<UnmanagedRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} {FROM} ORDER BY o.left_alone_by IS NOT NULL OR o.suspend_at IS NOT NULL, o.sort_key, o.uuid LIMIT $2 OFFSET $3"
    );
    tx.rows(&sql, &[cvr.to_string().into(), limit.into(), offset.into()]).await?.iter().map(read).collect()
}

/// One of them; `None` also when it is somebody of ours by now.
pub async fn one(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<Option<UnmanagedRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} {FROM} AND o.uuid = $2");
    let row = tx.row(&sql, &[cvr.to_string().into(), uuid.0.into()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<UnmanagedRow, StoreError> {
    let fields: Fields = json::read(row, "fields")?;
    let field = |field: Field| fields.get(&field).cloned();
    let name =
        [field(Field::GivenName), field(Field::Surname)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let left_alone = row.optional_text("left_alone_by")?.map(|by| {
        Ok::<_, StoreError>((
            by.to_owned(),
            row.optional_text("left_alone_why")?.unwrap_or_default().to_owned(),
        ))
    });
    let to_suspend = row.optional_text("suspend_by")?.map(|by| {
        let why = row.optional_text("suspend_why")?.unwrap_or_default().to_owned();
        let done_at = row.optional_timestamp("suspended_at")?;
        Ok::<_, StoreError>(Suspension { by: by.to_owned(), why, done_at })
    });
    Ok(UnmanagedRow {
        uuid: RemoteUuid(row.uuid("uuid")?),
        name,
        email: field(Field::Email),
        rid: field(Field::Rid),
        status: row.text("status")?.to_owned(),
        is_administrator: row.text("administrator_roles")? != "[]",
        first_seen_at: row.timestamp("first_seen_at")?,
        left_alone: left_alone.transpose()?,
        to_suspend: to_suspend.transpose()?,
    })
}
