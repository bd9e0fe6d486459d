//! Table `right_grant`: what one person was given directly. A grant is never deleted: an end is written on it.

use std::collections::HashMap;

use domain::{
    Cvr, GrantId, IdentityId,
    rights::{Grant, GrantOrigin, Granted},
};
use jiff::{Timestamp, civil::Date};
use serde_json::json;

use crate::{Keys, Row, StoreError, Tx, Value, json, log::AuditEntry};

/// A grant that somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    pub identity: IdentityId,
    pub granted: Granted,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub why: String,
    pub case: Option<String>,
    pub origin: GrantOrigin,
    pub by: String,
    pub approved_by: Vec<String>,
}

/// A grant with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    pub grant: Grant,
    pub ended: Option<Ended>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub at: Timestamp,
    pub by: String,
    pub why: String,
}

const COLUMNS: &str =
    "id, identity, granted, from_day, until_day, why, case_number, origin, granted_by, approved_by,
    granted_at, ended_at, ended_by, ended_why";

/// Writes a grant.
pub async fn give(tx: &mut Tx, cvr: &Cvr, new: &NewGrant) -> Result<GrantId, StoreError> {
    let (id, now) = (GrantId(tx.new_id()), tx.now());
    let sql =
        "INSERT INTO right_grant (id, organisation, identity, granted, from_day, until_day, why, case_number,
                   origin, granted_by, approved_by, granted_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = [
        id.0.into(),
        cvr.to_string().into(),
        new.identity.0.into(),
        json::text(&new.granted).into(),
        new.from.into(),
        new.until.into(),
        new.why.as_str().into(),
        Value::Text(new.case.clone()),
        new.origin.name().into(),
        new.by.as_str().into(),
        json::text(&new.approved_by).into(),
        now.into(),
    ];
    tx.execute_one(sql, &values).await?;
    let detail = json!({ "grant": id, "granted": new.granted.for_log(), "why": new.why, "case": new.case,
        "from": new.from, "until": new.until, "origin": new.origin.name() });
    let entry = AuditEntry::of(&new.by, "grant.given", cvr).subject(&new.identity.to_string());
    tx.audit(entry.detail(detail)).await?;
    Ok(id)
}

/// One more says yes to it. `false`: that name stands there already, or asked for it, or the grant is not open.
pub async fn approve(tx: &mut Tx, cvr: &Cvr, id: GrantId, by: &str) -> Result<bool, StoreError> {
    let Some(GrantRecord { mut grant, ended: None }) = one(tx, id).await? else { return Ok(false) };
    let same = |name: &String| name.trim().to_lowercase() == by.trim().to_lowercase();
    let asked_for_it = grant.origin == GrantOrigin::Requested && same(&grant.by);
    if asked_for_it || grant.approved_by.iter().any(same) {
        return Ok(false);
    }
    grant.approved_by.push(by.to_owned());
    let sql = "UPDATE right_grant SET approved_by = $2 WHERE id = $1";
    tx.execute_one(sql, &[id.0.into(), json::text(&grant.approved_by).into()]).await?;
    let entry = AuditEntry::of(by, "grant.approved", cvr).subject(&grant.identity.to_string());
    tx.audit(entry.detail(json!({ "grant": id }))).await?;
    Ok(true)
}

/// Writes an end on a grant. `false`: it had one.
pub async fn end(tx: &mut Tx, cvr: &Cvr, id: GrantId, by: &str, why: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let sql = "UPDATE right_grant SET ended_at = $3, ended_by = $4, ended_why = $5
               WHERE id = $1 AND organisation = $2 AND ended_at IS NULL";
    let values = [id.0.into(), cvr.to_string().into(), now.into(), by.into(), why.into()];
    if tx.execute(sql, &values).await? == 0 {
        return Ok(false);
    }
    let identity = one(tx, id).await?.map(|record| record.grant.identity.to_string()).unwrap_or_default();
    let entry = AuditEntry::of(by, "grant.ended", cvr).subject(&identity);
    tx.audit(entry.detail(json!({ "grant": id, "why": why }))).await?;
    Ok(true)
}

pub async fn one(tx: &mut Tx, id: GrantId) -> Result<Option<GrantRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM right_grant WHERE id = $1");
    tx.row(&sql, &[id.0.into()]).await?.as_ref().map(read).transpose()
}

/// Every grant that has no end written on it, by person.
pub async fn open(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<IdentityId, Vec<Grant>>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM right_grant WHERE organisation = $1 AND ended_at IS NULL ORDER BY granted_at, id"
    );
    let records = tx.read_rows(&sql, &[cvr.to_string().into()], |_: &Keys, row: &Row| read(row)).await?;
    Ok(by_person(records))
}

/// Every grant that was open at a moment, by person.
pub async fn at(
    tx: &mut Tx,
    cvr: &Cvr,
    moment: Timestamp,
) -> Result<HashMap<IdentityId, Vec<Grant>>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM right_grant WHERE organisation = $1 AND granted_at <= $2
             AND (ended_at IS NULL OR ended_at > $2) ORDER BY granted_at, id"
    );
    let values = [cvr.to_string().into(), moment.into()];
    let records = tx.read_rows(&sql, &values, |_: &Keys, row: &Row| read(row)).await?;
    Ok(by_person(records))
}

fn by_person(records: Vec<GrantRecord>) -> HashMap<IdentityId, Vec<Grant>> {
    let mut grants: HashMap<IdentityId, Vec<Grant>> = HashMap::new();
    for GrantRecord { grant, .. } in records {
        grants.entry(grant.identity).or_default().push(grant);
    }
    grants
}

/// Everything that one person was ever given, the newest first.
pub async fn of(tx: &mut Tx, identity: IdentityId, limit: i64) -> Result<Vec<GrantRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM right_grant WHERE identity = $1 ORDER BY granted_at DESC, id LIMIT $2"
    );
    tx.rows(&sql, &[identity.0.into(), limit.into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<GrantRecord, StoreError> {
    let grant = Grant {
        id: GrantId(row.uuid("id")?),
        identity: IdentityId(row.uuid("identity")?),
        granted: json::read(row, "granted")?,
        from: row.optional_date("from_day")?,
        until: row.optional_date("until_day")?,
        why: row.text("why")?.to_owned(),
        case: row.optional_text("case_number")?.map(str::to_owned),
        origin: json::from_word(row, "origin")?,
        by: row.text("granted_by")?.to_owned(),
        approved_by: json::read(row, "approved_by")?,
        at: row.timestamp("granted_at")?,
    };
    let ended = match (row.optional_timestamp("ended_at")?, row.optional_text("ended_by")?) {
        (Some(at), Some(by)) => {
            let why = row.optional_text("ended_why")?.unwrap_or_default().to_owned();
            Some(Ended { at, by: by.to_owned(), why })
        }
        _ => None,
    };
    Ok(GrantRecord { grant, ended })
}
