//! Decisions about identities in MitID Erhverv that no source knows: adopt them, leave them alone, or have them
//! suspended. Kept beside what was seen of them, in table `observed`; the newest decision is the one that counts.

use std::collections::HashMap;

use domain::{Cvr, Email, Field, Hold, Name, Organisation, RemoteUuid, Rid, SourceKey, SourceRecord};
use serde_json::json;

use crate::{StoreError, Tx, Value, log::AuditEntry, observed, source};

/// It stays as it is.
pub async fn leave_alone(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    by: &str,
    why: &str,
) -> Result<(), StoreError> {
    forget(tx, cvr, uuid).await?;
    let sql =
        "UPDATE observed SET left_alone_by = $3, left_alone_why = $4 WHERE organisation = $1 AND uuid = $2";
    tx.execute_one(sql, &[cvr.to_string().into(), uuid.0.into(), by.into(), why.into()]).await?;
    note(tx, cvr, uuid, "unmanaged.left-alone", by, why).await
}

/// The next plan suspends it, if the guard lets it.
pub async fn ask_suspension(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    by: &str,
    why: &str,
) -> Result<(), StoreError> {
    forget(tx, cvr, uuid).await?;
    let now = tx.now();
    let sql = "UPDATE observed SET suspend_by = $3, suspend_why = $4, suspend_at = $5
               WHERE organisation = $1 AND uuid = $2";
    tx.execute_one(sql, &[cvr.to_string().into(), uuid.0.into(), by.into(), why.into(), now.into()]).await?;
    note(tx, cvr, uuid, "unmanaged.to-suspend", by, why).await
}

/// Writes it as a person by hand; the RID makes the match sure, and the next plan links the two. `false`: MitID Erhverv
/// showed no RID of it.
pub async fn adopt(
    tx: &mut Tx,
    organisation: &Organisation,
    uuid: RemoteUuid,
    by: &str,
    why: &str,
) -> Result<bool, StoreError> {
    let cvr = &organisation.cvr;
    let Some(known) = observed::one(tx, cvr, uuid).await? else { return Ok(false) };
    let Some(rid) = known.field(Field::Rid).and_then(|rid| Rid::parse(rid).ok()) else { return Ok(false) };
    let key = tx.new_id().to_string();
    let record = SourceRecord {
        given_name: known.field(Field::GivenName).and_then(|name| Name::parse(name).ok()),
        surname: known.field(Field::Surname).and_then(|name| Name::parse(name).ok()),
        email: known.field(Field::Email).and_then(|email| Email::parse(email).ok()),
        cpr: known.cpr,
        rid: Some(rid),
        ..SourceRecord::new(SourceKey::Text(key.clone()), key)
    };
    forget(tx, cvr, uuid).await?;
    source::write_by_hand(tx, organisation, record, by).await?;
    note(tx, cvr, uuid, "unmanaged.adopted", by, why).await?;
    Ok(true)
}

/// What somebody decided to have suspended and that is not done yet.
pub async fn to_suspend(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<RemoteUuid, Hold>, StoreError> {
    let sql = "SELECT uuid, suspend_by, suspend_why, suspend_at FROM observed
               WHERE organisation = $1 AND suspend_at IS NOT NULL AND suspended_at IS NULL";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let order = |row: &crate::Row| {
        let by = row.text("suspend_by")?.to_owned();
        let why = row.text("suspend_why")?.to_owned();
        Ok((RemoteUuid(row.uuid("uuid")?), Hold { by, why, at: row.timestamp("suspend_at")? }))
    };
    rows.iter().map(order).collect()
}

/// The suspension was carried out. If somebody lifts it in MitID Erhverv, that is theirs to decide.
pub(crate) async fn note_suspended(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE observed SET status = 'Suspended', status_at = $3, summary = NULL,
                   suspended_at = CASE WHEN suspend_at IS NULL THEN NULL ELSE $3 END
               WHERE organisation = $1 AND uuid = $2";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), now.into()]).await.map(drop)
}

/// Takes back what was decided: it counts as undecided.
pub(crate) async fn forget(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let sql = "UPDATE observed SET left_alone_by = NULL, left_alone_why = NULL, suspend_by = NULL,
                   suspend_why = NULL, suspend_at = NULL, suspended_at = NULL
               WHERE organisation = $1 AND uuid = $2";
    tx.execute(sql, &[cvr.to_string().into(), Value::from(uuid.0)]).await.map(drop)
}

async fn note(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    action: &str,
    by: &str,
    why: &str,
) -> Result<(), StoreError> {
    let entry = AuditEntry::of(by, action, cvr).subject(&uuid.to_string());
    tx.audit(entry.detail(json!({ "why": why }))).await
}
