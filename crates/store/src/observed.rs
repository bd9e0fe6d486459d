//! Table `observed`: what MitID Erhverv last said of each identity.
//!
//! A search brings summaries, an own read brings everything. What a search leaves out is *not seen*; only a 404
//! on its own read makes an identity gone.

use std::collections::{HashMap, HashSet};

use domain::{
    Authenticator, Cpr, Cvr, Field, Fields, Observed, RemoteUuid, Sight, Status,
    guard::Shrunk,
    text::{danish_sort_key, search_fold},
};
use jiff::{SignedDuration, Timestamp};

use crate::{Keys, Row, StoreError, Tx, Value, identity::cpr_hash, json, log::AuditEntry};

pub(crate) const CPR: &str = "observed_cpr";

/// How old the sight of somebody who is held and has not activated may get.
const HELD_AGE: SignedDuration = SignedDuration::from_secs(30);

/// What a search says of one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub uuid: RemoteUuid,
    pub status: Status,
    pub fields: Fields,
    pub cpr: Option<Cpr>,
}

/// What its own read says of one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub uuid: RemoteUuid,
    /// `None`: the answer did not say, and what was known stays.
    pub status: Option<Status>,
    pub fields: Fields,
    pub cpr: Option<Cpr>,
    pub administrator_roles: Vec<String>,
    pub authenticators: Option<Vec<Authenticator>>,
}

/// What a search changed, and whose own read is due because of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Searched {
    /// New, changed, or known only from searches.
    pub to_read: Vec<RemoteUuid>,
    /// Known before and left out now: their own read tells whether they are gone.
    pub missing: Vec<RemoteUuid>,
}

const COLUMNS: &str = "uuid, status, fields, sealed_cpr, administrator_roles, authenticators, sight, seen_at, detailed_at, rights_at";

/// Those that are linked to an identity of ours.
pub(crate) async fn linked(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Observed>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM observed WHERE organisation = $1
         AND EXISTS (SELECT 1 FROM identity WHERE identity.organisation = $1 AND identity.link = observed.uuid)"
    );
    read_all(tx, &sql, cvr).await
}

/// Those that are linked to nobody, gone ones left out, ordered by UUID.
pub async fn unlinked(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Observed>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM observed WHERE organisation = $1 AND sight <> 'gone'
         AND NOT EXISTS (SELECT 1 FROM identity WHERE identity.organisation = $1 AND identity.link = observed.uuid)
         ORDER BY uuid"
    );
    read_all(tx, &sql, cvr).await
}

async fn read_all(tx: &mut Tx, sql: &str, cvr: &Cvr) -> Result<Vec<Observed>, StoreError> {
    tx.read_rows(sql, &[cvr.to_string().into()], read).await
}

pub async fn one(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<Option<Observed>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM observed WHERE organisation = $1 AND uuid = $2");
    let row = tx.row(&sql, &[cvr.to_string().into(), uuid.0.into()]).await?;
    row.map(|row| read(tx.keys(), &row)).transpose()
}

fn read(keys: &Keys, row: &Row) -> Result<Observed, StoreError> {
    let cpr = match row.optional_bytes("sealed_cpr")? {
        Some(sealed) => {
            let plain = keys.open(CPR, sealed)?;
            std::str::from_utf8(&plain).ok().and_then(|text| Cpr::parse(text).ok())
        }
        None => None,
    };
    Ok(Observed {
        uuid: RemoteUuid(row.uuid("uuid")?),
        status: Status::from(row.text("status")?.to_owned()),
        fields: json::read(row, "fields")?,
        cpr,
        administrator_roles: json::read(row, "administrator_roles")?,
        authenticators: json::read(row, "authenticators")?,
        seen_at: row.timestamp("seen_at")?,
        detailed_at: row.optional_timestamp("detailed_at")?,
        rights_at: row.optional_timestamp("rights_at")?,
        sight: json::from_word(row, "sight")?,
    })
}

/// Takes in everything one search said. Details older than `stale_before` are due again.
pub async fn take_search(
    tx: &mut Tx,
    cvr: &Cvr,
    summaries: &[Summary],
    stale_before: Timestamp,
    shrink_percent: f64,
) -> Result<Searched, StoreError> {
    let now = tx.now();
    let before: HashMap<RemoteUuid, Known> = known(tx, cvr).await?;
    let mut searched = Searched::default();
    let mut rows = Vec::new();
    let mut shown = HashSet::with_capacity(summaries.len());
    for summary in summaries {
        shown.insert(summary.uuid);
        let digest = summary_digest(tx, summary);
        let known = before.get(&summary.uuid);
        let unchanged = known.is_some_and(|known| known.summary.as_deref() == Some(digest.as_slice()));
        let fresh = known.and_then(|known| known.detailed_at).is_some_and(|at| at >= stale_before);
        if !(unchanged && fresh) {
            searched.to_read.push(summary.uuid);
        }
        if !(unchanged && known.is_some_and(|known| known.sight == Sight::Seen)) {
            rows.push(summary_row(tx, cvr, summary, known, digest)?);
        }
    }
    write_summaries(tx, rows).await?;
    let left_out = before.iter().filter(|(uuid, known)| known.sight != Sight::Gone && !shown.contains(uuid));
    searched.missing = left_out.map(|(uuid, _)| *uuid).collect();
    searched.missing.sort();
    mark_not_seen(tx, cvr, &searched.missing).await?;
    mark_seen(tx, cvr, now).await?;
    note_count(tx, cvr, summaries.len(), shrink_percent).await?;
    Ok(searched)
}

/// What is compared when a search comes in.
struct Known {
    summary: Option<Vec<u8>>,
    detailed_at: Option<Timestamp>,
    sight: Sight,
    fields: Fields,
}

async fn known(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<RemoteUuid, Known>, StoreError> {
    let sql = "SELECT uuid, summary, detailed_at, sight, fields FROM observed WHERE organisation = $1";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let read = |row: &Row| {
        let known = Known {
            summary: row.optional_bytes("summary")?.map(<[u8]>::to_vec),
            detailed_at: row.optional_timestamp("detailed_at")?,
            sight: json::from_word(row, "sight")?,
            fields: json::read(row, "fields")?,
        };
        Ok((RemoteUuid(row.uuid("uuid")?), known))
    };
    rows.iter().map(read).collect()
}

fn summary_digest(tx: &Tx, summary: &Summary) -> Vec<u8> {
    let cpr = summary.cpr.map(|cpr| cpr.digits()).unwrap_or_default();
    let text = format!("{}|{}|{cpr}", summary.status.wire_name(), json::text(&summary.fields));
    tx.lookup_hash("summary", text.as_bytes()).to_vec()
}

fn summary_row(
    tx: &Tx,
    cvr: &Cvr,
    summary: &Summary,
    known: Option<&Known>,
    digest: Vec<u8>,
) -> Result<Vec<Value>, StoreError> {
    let mut fields = known.map(|known| known.fields.clone()).unwrap_or_default();
    fields.extend(summary.fields.clone());
    let sealed = summary.cpr.map(|cpr| tx.seal(CPR, cpr.digits().as_bytes())).transpose()?;
    let name = full_name(&fields);
    Ok(vec![
        cvr.to_string().into(),
        summary.uuid.0.into(),
        summary.status.wire_name().into(),
        json::text(&fields).into(),
        summary.cpr.map(|cpr| cpr_hash(tx, &cpr)).into(),
        sealed.into(),
        "[]".into(),
        "[]".into(),
        "seen".into(),
        digest.into(),
        tx.now().into(),
        tx.now().into(),
        tx.now().into(),
        search_text(&fields).into(),
        danish_sort_key(&name).into(),
    ])
}

/// A summary never takes away what only an own read knows.
async fn write_summaries(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    const COLUMNS: [&str; 15] = [
        "organisation",
        "uuid",
        "status",
        "fields",
        "cpr_hash",
        "sealed_cpr",
        "administrator_roles",
        "authenticators",
        "sight",
        "summary",
        "first_seen_at",
        "seen_at",
        "status_at",
        "search_text",
        "sort_key",
    ];
    const RULE: &str = "(organisation, uuid) DO UPDATE SET
        status_at = CASE WHEN observed.status = excluded.status THEN observed.status_at ELSE excluded.status_at END,
        rights_at = CASE WHEN observed.status = 'Suspended' AND excluded.status <> 'Suspended' THEN NULL
            ELSE observed.rights_at END,
        status = excluded.status, fields = excluded.fields,
        cpr_hash = COALESCE(excluded.cpr_hash, observed.cpr_hash),
        sealed_cpr = COALESCE(excluded.sealed_cpr, observed.sealed_cpr),
        sight = excluded.sight, summary = excluded.summary, seen_at = excluded.seen_at,
        search_text = excluded.search_text, sort_key = excluded.sort_key";
    tx.insert_many("observed", &COLUMNS, rows.into_iter(), Some(RULE)).await.map(drop)
}

/// One statement for all that did not change, once those left out are marked: they stay as last seen.
async fn mark_seen(tx: &mut Tx, cvr: &Cvr, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE observed SET seen_at = $2 WHERE organisation = $1 AND sight = 'seen'";
    tx.execute(sql, &[cvr.to_string().into(), now.into()]).await.map(drop)
}

async fn mark_not_seen(tx: &mut Tx, cvr: &Cvr, missing: &[RemoteUuid]) -> Result<(), StoreError> {
    let sql =
        "UPDATE observed SET sight = 'not-seen' WHERE organisation = $1 AND uuid = $2 AND sight = 'seen'";
    for uuid in missing {
        tx.execute(sql, &[cvr.to_string().into(), uuid.0.into()]).await?;
    }
    Ok(())
}

async fn note_count(tx: &mut Tx, cvr: &Cvr, count: usize, shrink_percent: f64) -> Result<(), StoreError> {
    let text = cvr.to_string();
    let row = tx.row("SELECT search_count FROM organisation WHERE cvr = $1", &[text.as_str().into()]).await?;
    let good = row.map(|row| row.optional_int("search_count")).transpose()?.flatten();
    let now = i64::try_from(count).unwrap_or(i64::MAX);
    let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
    let short = good.filter(|good| Shrunk::is(unsigned(*good), unsigned(now), shrink_percent));
    let sql = "UPDATE organisation SET search_count = $2, search_before = $3 WHERE cvr = $1";
    // While an answer is short, `search_count` stays at the last good one and `search_before` holds the short one.
    let (good, short_now) = if short.is_some() { (good, Some(now)) } else { (Some(now), None) };
    tx.execute(sql, &[text.into(), good.into(), short_now.into()]).await.map(drop)
}

/// The last search, if it was much shorter than the last good one.
pub async fn shrunk(tx: &mut Tx, cvr: &Cvr) -> Result<Option<Shrunk>, StoreError> {
    let sql = "SELECT search_count, search_before FROM organisation WHERE cvr = $1";
    let Some(row) = tx.row(sql, &[cvr.to_string().into()]).await? else { return Ok(None) };
    let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
    let counts = (row.optional_int("search_count")?, row.optional_int("search_before")?);
    Ok(match counts {
        (Some(before), Some(now)) => {
            Some(Shrunk { source: None, before: unsigned(before), now: unsigned(now) })
        }
        _ => None,
    })
}

/// A human said that the short search was right.
pub async fn believe(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let sql = "UPDATE organisation SET search_count = search_before, search_before = NULL
               WHERE cvr = $1 AND search_before IS NOT NULL";
    tx.execute(sql, &[cvr.to_string().into()]).await.map(drop)
}

/// A full read came to its end: search and all details that were due.
pub async fn note_full_read(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE organisation SET full_read_at = $2 WHERE cvr = $1";
    tx.execute(sql, &[cvr.to_string().into(), now.into()]).await.map(drop)
}

/// Takes in what an own read said.
pub async fn take_detail(tx: &mut Tx, cvr: &Cvr, detail: &Detail) -> Result<(), StoreError> {
    let now = tx.now();
    let before = one(tx, cvr, detail.uuid).await?;
    let mut fields = before.as_ref().map(|one| one.fields.clone()).unwrap_or_default();
    fields.extend(detail.fields.clone());
    let status = detail.status.clone().or_else(|| before.as_ref().map(|one| one.status.clone()));
    let status = status.unwrap_or(Status::Other(String::new()));
    let authenticators =
        detail.authenticators.clone().or_else(|| before.as_ref().map(|one| one.authenticators.clone()));
    let cpr = detail.cpr.or_else(|| before.as_ref().and_then(|one| one.cpr));
    let sealed = cpr.map(|cpr| tx.seal(CPR, cpr.digits().as_bytes())).transpose()?;
    let name = full_name(&fields);
    // Where it contradicts what was known, the next search counts as news even if it says what the last one said.
    let contradicts = before.is_some_and(|before| contradicts(&before, &status, &fields));
    tx.execute_one(
        "INSERT INTO observed (organisation, uuid, status, fields, cpr_hash, sealed_cpr, administrator_roles,
             authenticators, sight, first_seen_at, seen_at, detailed_at, status_at, search_text, sort_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'seen', $9, $9, $9, $9, $10, $11)
         ON CONFLICT (organisation, uuid) DO UPDATE SET
             status_at = CASE WHEN observed.status = excluded.status THEN observed.status_at
                 ELSE excluded.status_at END,
             rights_at = CASE WHEN observed.status = 'Suspended' AND excluded.status <> 'Suspended' THEN NULL
                 ELSE observed.rights_at END,
             status = excluded.status, fields = excluded.fields, cpr_hash = excluded.cpr_hash,
             sealed_cpr = excluded.sealed_cpr, administrator_roles = excluded.administrator_roles,
             authenticators = excluded.authenticators, sight = 'seen', seen_at = excluded.seen_at,
             detailed_at = excluded.detailed_at, search_text = excluded.search_text, sort_key = excluded.sort_key,
             summary = CASE WHEN $12 THEN NULL ELSE observed.summary END",
        &[
            cvr.to_string().into(),
            detail.uuid.0.into(),
            status.wire_name().into(),
            json::text(&fields).into(),
            cpr.map(|cpr| cpr_hash(tx, &cpr)).into(),
            sealed.into(),
            json::text(&detail.administrator_roles).into(),
            json::text(&authenticators.unwrap_or_default()).into(),
            now.into(),
            search_text(&fields).into(),
            danish_sort_key(&name).into(),
            contradicts.into(),
        ],
    )
    .await
}

fn contradicts(before: &Observed, status: &Status, fields: &Fields) -> bool {
    before.status != *status || before.fields.iter().any(|(field, value)| fields.get(field) != Some(value))
}

/// Its own read answered 404.
pub async fn note_gone(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE observed SET sight = 'gone', seen_at = $3, status_at = $3
               WHERE organisation = $1 AND uuid = $2 AND sight <> 'gone'";
    let changed = tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), now.into()]).await?;
    if changed == 0 {
        return Ok(());
    }
    tx.audit(AuditEntry::of("lokalid", "observed.gone", cvr).subject(&uuid.to_string())).await
}

/// Details that are due: never read, or older than `stale_before`; those never read come first. Whoever is held and
/// has not activated is looked at again and again, to be suspended as soon as they do.
pub async fn stale(tx: &mut Tx, cvr: &Cvr, stale_before: Timestamp) -> Result<Vec<RemoteUuid>, StoreError> {
    let sql = "SELECT uuid FROM observed WHERE organisation = $1 AND sight <> 'gone'
                   AND (detailed_at IS NULL OR detailed_at < $2 OR (status = 'Pending' AND seen_at < $3
                       AND EXISTS (SELECT 1 FROM identity WHERE identity.organisation = $1
                           AND identity.link = observed.uuid AND identity.hold_at IS NOT NULL)))
               ORDER BY detailed_at IS NOT NULL, detailed_at, uuid";
    let held_seen_before = tx.now().saturating_sub(HELD_AGE).unwrap_or(Timestamp::MIN);
    let values = [cvr.to_string().into(), stale_before.into(), held_seen_before.into()];
    let rows = tx.rows(sql, &values).await?;
    rows.iter().map(|row| Ok(RemoteUuid(row.uuid("uuid")?))).collect()
}

fn full_name(fields: &Fields) -> String {
    let parts = [fields.get(&Field::GivenName), fields.get(&Field::Surname)];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

fn search_text(fields: &Fields) -> String {
    let parts =
        [Some(full_name(fields)), fields.get(&Field::Email).cloned(), fields.get(&Field::Rid).cloned()];
    search_fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Identities that cannot be the fruit of a creation sent at `sent_at`: seen before it, or linked to somebody.
pub async fn known_before(
    tx: &mut Tx,
    cvr: &Cvr,
    sent_at: Timestamp,
) -> Result<HashSet<RemoteUuid>, StoreError> {
    let sql = "SELECT uuid FROM observed WHERE organisation = $1 AND (first_seen_at < $2
                   OR EXISTS (SELECT 1 FROM identity WHERE identity.organisation = $1 AND identity.link = observed.uuid))";
    let rows = tx.rows(sql, &[cvr.to_string().into(), sent_at.into()]).await?;
    rows.iter().map(|row| Ok(RemoteUuid(row.uuid("uuid")?))).collect()
}
