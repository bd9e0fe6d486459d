//! Table `identity`: what we want of each identity, its link to MitID Erhverv, and holds put on it by hand.

use domain::{
    Action, Cvr, Departure, Desired, Fields, Hold, IdentityId, KnownIdentity, PersonId, Presence, RemoteUuid,
    Rid, Subject,
    rights::HeldRights,
    text::{danish_sort_key, search_fold},
};
use jiff::Timestamp;
use serde_json::json;
use std::collections::HashMap;
use std::str::FromStr as _;

use crate::{
    Keys, Row, StoreError, Tx, Value, json,
    log::AuditEntry,
    observed,
    rights::{holding, policy},
    tx::Seals,
};

pub(crate) const DESIRED: &str = "desired";
const CPR: &str = "cpr";

/// One identity as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    pub cvr: Cvr,
    pub subject: Subject,
    pub in_step: bool,
    pub changed_at: Timestamp,
}

/// All identities of an organisation as they were resolved last.
pub(crate) async fn known(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<KnownIdentity>, StoreError> {
    let sql = "SELECT sealed_desired, rid FROM identity WHERE organisation = $1 ORDER BY id";
    let read = |keys: &Keys, row: &Row| Ok(KnownIdentity { desired: read_desired(keys, row)? });
    tx.read_rows(sql, &[cvr.to_string().into()], read).await
}

/// The RID column outlives the sources: what MitID Erhverv gave is needed when somebody comes back.
pub(crate) fn read_desired(keys: &Keys, row: &Row) -> Result<Desired, StoreError> {
    let mut desired: Desired = json::unseal_with(keys, DESIRED, row, "sealed_desired")?;
    if desired.rid.is_none() {
        desired.rid = row.optional_text("rid")?.and_then(|rid| Rid::parse(rid).ok());
    }
    Ok(desired)
}

/// Writes identities as resolved; link, hold and what was written stay as they are.
pub(crate) async fn write(tx: &mut Tx, cvr: &Cvr, changed: &[&Desired]) -> Result<(), StoreError> {
    const COLUMNS: [&str; 21] = [
        "id",
        "organisation",
        "person",
        "user_name",
        "user_key",
        "full_name",
        "email",
        "rid",
        "unit",
        "title",
        "manager",
        "cpr_hash",
        "presence",
        "left_on",
        "sealed_desired",
        "written",
        "in_step",
        "search_text",
        "sort_key",
        "unit_sort_key",
        "changed_at",
    ];
    const RULE: &str = "(id) DO UPDATE SET user_name = excluded.user_name, user_key = excluded.user_key,
        full_name = excluded.full_name, email = excluded.email, rid = COALESCE(excluded.rid, identity.rid),
        unit = excluded.unit, title = excluded.title, manager = excluded.manager, cpr_hash = excluded.cpr_hash,
        presence = excluded.presence, left_on = excluded.left_on,
        sealed_desired = excluded.sealed_desired, search_text = excluded.search_text, sort_key = excluded.sort_key,
        unit_sort_key = excluded.unit_sort_key, changed_at = excluded.changed_at";
    let seals = tx.seals();
    let rows = changed.iter().map(|desired| row_of(&seals, cvr, desired));
    tx.insert_made("identity", &COLUMNS, rows, Some(RULE)).await.map(drop)
}

fn row_of(seals: &Seals, cvr: &Cvr, desired: &Desired) -> Result<Vec<Value>, StoreError> {
    let full_name = desired.full_name();
    let (presence, left_on) = match &desired.presence {
        Presence::Ahead(_) => ("ahead", None),
        Presence::Employed => ("employed", None),
        Presence::Left(Departure { on, .. }) => ("left", Some(*on)),
    };
    let optional = |value: Option<String>| Value::Text(value);
    Ok(vec![
        desired.identity.0.into(),
        cvr.to_string().into(),
        desired.person.0.into(),
        optional(desired.user_name.as_ref().map(ToString::to_string)),
        optional(desired.user_name.as_ref().map(domain::UserName::key)),
        full_name.as_str().into(),
        optional(desired.email.as_ref().map(ToString::to_string)),
        optional(desired.rid.as_ref().map(ToString::to_string)),
        optional(desired.unit.clone()),
        optional(desired.title.clone()),
        optional(desired.manager.clone()),
        desired.cpr.map(|cpr| seals.lookup_hash(CPR, cpr.digits().as_bytes()).to_vec()).into(),
        presence.into(),
        left_on.into(),
        seals.seal(DESIRED, json::text(desired).as_bytes())?.into(),
        "{}".into(),
        false.into(),
        search_text(desired).into(),
        danish_sort_key(&full_name).into(),
        optional(desired.unit.as_deref().map(danish_sort_key)),
        seals.now.into(),
    ])
}

/// The keyed hash by which a CPR number is found.
pub fn cpr_hash(tx: &Tx, cpr: &domain::Cpr) -> Vec<u8> {
    tx.lookup_hash(CPR, cpr.digits().as_bytes()).to_vec()
}

fn search_text(desired: &Desired) -> String {
    let parts = [
        Some(desired.full_name()),
        desired.user_name.as_ref().map(ToString::to_string),
        desired.email.as_ref().map(ToString::to_string),
        desired.rid.as_ref().map(ToString::to_string),
    ];
    search_fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The words of the fields that differ, for the log: names of fields, never values.
pub(crate) fn changed_words(before: &Desired, after: &Desired) -> Vec<&'static str> {
    let differs = [
        ("user-name", before.user_name != after.user_name),
        ("cpr", before.cpr != after.cpr),
        ("given-name", before.given_name != after.given_name),
        ("surname", before.surname != after.surname),
        ("email", before.email != after.email),
        ("phone", before.phone != after.phone),
        ("unit", before.unit != after.unit),
        ("title", before.title != after.title),
        ("manager", before.manager != after.manager),
        ("p-number", before.p_number != after.p_number),
        ("rid", before.rid != after.rid),
        ("invoice-method", before.invoice_key != after.invoice_key),
        ("pseudonym", before.pseudonym != after.pseudonym),
        ("signing", before.signing != after.signing),
        ("groups", before.groups != after.groups),
        ("attributes", before.attributes != after.attributes),
        ("presence", before.presence != after.presence),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word).collect()
}

/// Everything the planner needs of every identity of an organisation, ordered by key.
pub async fn subjects(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Subject>, StoreError> {
    let text = cvr.to_string();
    let mut observed: HashMap<RemoteUuid, domain::Observed> =
        observed::linked(tx, cvr).await?.into_iter().map(|one| (one.uuid, one)).collect();
    let mut given_up = given_up(tx, cvr).await?;
    let looks_after_rights = !policy::current(tx, cvr).await?.policy.is_empty();
    let mut holdings = if looks_after_rights { holding::all(tx, cvr).await? } else { HashMap::new() };
    let sql = "SELECT id, sealed_desired, rid, link, written, hold_by, hold_why, hold_at FROM identity
               WHERE organisation = $1 ORDER BY id";
    let read = |keys: &Keys, row: &Row| {
        let link = row.optional_uuid("link")?.map(RemoteUuid);
        let mut subject = read_subject(keys, row, link.and_then(|uuid| observed.remove(&uuid)))?;
        subject.rights = link.and_then(|uuid| holdings.remove(&uuid)).unwrap_or_default();
        subject.given_up = given_up.remove(row.text("id")?).unwrap_or_default();
        Ok(subject)
    };
    tx.read_rows(sql, &[text.into()], read).await
}

fn read_subject(keys: &Keys, row: &Row, observed: Option<domain::Observed>) -> Result<Subject, StoreError> {
    let hold = match (
        row.optional_text("hold_by")?,
        row.optional_text("hold_why")?,
        row.optional_timestamp("hold_at")?,
    ) {
        (Some(by), Some(why), Some(at)) => Some(Hold { by: by.to_owned(), why: why.to_owned(), at }),
        _ => None,
    };
    Ok(Subject {
        desired: read_desired(keys, row)?,
        link: row.optional_uuid("link")?.map(RemoteUuid),
        observed,
        rights: HeldRights::default(),
        written: json::read(row, "written")?,
        hold,
        given_up: Vec::new(),
    })
}

async fn given_up(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<String, Vec<Action>>, StoreError> {
    let sql = "SELECT subject, sealed_action FROM given_up WHERE organisation = $1";
    let mut by_subject: HashMap<String, Vec<Action>> = HashMap::new();
    for row in tx.rows(sql, &[cvr.to_string().into()]).await? {
        let action = json::unseal(tx, "operation", &row, "sealed_action")?;
        by_subject.entry(row.text("subject")?.to_owned()).or_default().push(action);
    }
    Ok(by_subject)
}

/// One identity with everything that is known about it.
pub async fn one(tx: &mut Tx, id: IdentityId) -> Result<Option<IdentityRecord>, StoreError> {
    let sql =
        "SELECT id, organisation, sealed_desired, rid, link, written, hold_by, hold_why, hold_at, in_step,
                   changed_at FROM identity WHERE id = $1";
    let Some(row) = tx.row(sql, &[id.0.into()]).await? else { return Ok(None) };
    let cvr = Cvr::parse(row.text("organisation")?)
        .map_err(|_| row.broken("organisation", "is not a CVR number"))?;
    let observed = match row.optional_uuid("link")? {
        Some(uuid) => observed::one(tx, &cvr, RemoteUuid(uuid)).await?,
        None => None,
    };
    let mut subject = read_subject(tx.keys(), &row, observed)?;
    if let Some(uuid) = subject.link {
        subject.rights = holding::of(tx, &cvr, uuid).await?;
    }
    subject.given_up = given_up(tx, &cvr).await?.remove(row.text("id")?).unwrap_or_default();
    Ok(Some(IdentityRecord {
        cvr,
        subject,
        in_step: row.bool("in_step")?,
        changed_at: row.timestamp("changed_at")?,
    }))
}

/// The full names of some identities; those without a name are left out.
pub async fn names(tx: &mut Tx, ids: &[IdentityId]) -> Result<HashMap<IdentityId, String>, StoreError> {
    let mut names = HashMap::new();
    for chunk in ids.chunks(200) {
        let marks: Vec<String> = (1..=chunk.len()).map(|number| format!("${number}")).collect();
        let sql = format!(
            "SELECT id, full_name FROM identity WHERE full_name <> '' AND id IN ({})",
            marks.join(", ")
        );
        let values: Vec<Value> = chunk.iter().map(|id| id.0.into()).collect();
        for row in tx.rows(&sql, &values).await? {
            names.insert(IdentityId(row.uuid("id")?), row.text("full_name")?.to_owned());
        }
    }
    Ok(names)
}

/// Identities that a user name, RID or UUID (ours or that of MitID Erhverv) names, in one organisation or in all.
pub async fn find(tx: &mut Tx, cvr: Option<&Cvr>, user: &str) -> Result<Vec<IdentityId>, StoreError> {
    let key = user.trim().to_lowercase();
    // Most RIDs are given by MitID Erhverv, and stand with what was seen there.
    let sql = "SELECT id FROM identity i
               WHERE (user_key = $1 OR LOWER(rid) = $1 OR id = $1 OR link = $1 OR EXISTS
                   (SELECT 1 FROM observed o WHERE o.organisation = i.organisation AND o.uuid = i.link
                       AND LOWER(o.fields) LIKE $3))
                   AND ($2 = '' OR organisation = $2)
               ORDER BY organisation, id";
    let scope = cvr.map(ToString::to_string).unwrap_or_default();
    let seen = Rid::parse(user).map(|rid| format!("%\"rid\":\"{rid}\"%").to_lowercase()).unwrap_or_default();
    let rows = tx.rows(sql, &[key.into(), scope.into(), seen.into()]).await?;
    rows.iter().map(|row| Ok(IdentityId(row.uuid("id")?))).collect()
}

/// What somebody is in an organisation: one identity, or several where they have several jobs. Whoever has the same CPR
/// number is the same, though two sources may have brought them as two.
pub async fn of_person(tx: &mut Tx, cvr: &Cvr, person: PersonId) -> Result<Vec<IdentityId>, StoreError> {
    let sql = "SELECT id FROM identity WHERE organisation = $1 AND (person = $2 OR cpr_hash IN
                   (SELECT cpr_hash FROM identity WHERE person = $2 AND cpr_hash IS NOT NULL)) ORDER BY id";
    let rows = tx.rows(sql, &[cvr.to_string().into(), person.0.into()]).await?;
    rows.iter().map(|row| Ok(IdentityId(row.uuid("id")?))).collect()
}

/// Whether this is somebody's full name or user name, however it is written.
pub async fn is_called(tx: &mut Tx, id: IdentityId, name: &str) -> Result<bool, StoreError> {
    let sql = "SELECT full_name, user_key FROM identity WHERE id = $1";
    let Some(row) = tx.row(sql, &[id.0.into()]).await? else { return Ok(false) };
    let names = [row.optional_text("full_name")?, row.optional_text("user_key")?];
    let asked = search_fold(name);
    Ok(names.into_iter().flatten().any(|one| !one.is_empty() && search_fold(one) == asked))
}

/// Puts a hold on an identity that only [`lift_hold`] takes away.
pub async fn hold(tx: &mut Tx, cvr: &Cvr, id: IdentityId, by: &str, why: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute_one(
        "UPDATE identity SET hold_by = $2, hold_why = $3, hold_at = $4, changed_at = $4 WHERE id = $1",
        &[id.0.into(), by.into(), why.into(), now.into()],
    )
    .await?;
    let entry = AuditEntry::of(by, "identity.suspended-by-hand", cvr).subject(&id.to_string());
    tx.audit(entry.detail(json!({ "why": why }))).await
}

pub async fn lift_hold(
    tx: &mut Tx,
    cvr: &Cvr,
    id: IdentityId,
    by: &str,
    why: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute_one(
        "UPDATE identity SET hold_by = NULL, hold_why = NULL, hold_at = NULL, changed_at = $2 WHERE id = $1",
        &[id.0.into(), now.into()],
    )
    .await?;
    let entry = AuditEntry::of(by, "identity.reactivated-by-hand", cvr).subject(&id.to_string());
    tx.audit(entry.detail(json!({ "why": why }))).await
}

/// Links an identity with one in MitID Erhverv.
pub(crate) async fn link(tx: &mut Tx, id: IdentityId, uuid: RemoteUuid) -> Result<(), StoreError> {
    tx.execute_one("UPDATE identity SET link = $2 WHERE id = $1", &[id.0.into(), uuid.0.into()]).await
}

/// Takes the link away after a deletion; the RID stays for the day somebody comes back.
pub(crate) async fn unlink(tx: &mut Tx, id: IdentityId, rid: Option<&str>) -> Result<(), StoreError> {
    let sql = "UPDATE identity SET link = NULL, rid = COALESCE($2, rid) WHERE id = $1";
    tx.execute_one(sql, &[id.0.into(), Value::Text(rid.map(str::to_owned))]).await
}

/// Notes what was written to MitID Erhverv, or accepted from it.
pub(crate) async fn note_written(tx: &mut Tx, id: IdentityId, fields: Fields) -> Result<(), StoreError> {
    let row = tx.row("SELECT written FROM identity WHERE id = $1", &[id.0.into()]).await?;
    let Some(row) = row else { return Ok(()) };
    let mut written: Fields = json::read(&row, "written")?;
    written.extend(fields);
    begin_written(tx, id, written).await
}

/// A new link begins with what made it, and forgets what was written to another identity.
pub(crate) async fn begin_written(tx: &mut Tx, id: IdentityId, written: Fields) -> Result<(), StoreError> {
    let sql = "UPDATE identity SET written = $2 WHERE id = $1";
    tx.execute_one(sql, &[id.0.into(), json::text(&written).into()]).await
}

/// Parses a CVR number out of a column.
pub(crate) fn read_cvr(row: &Row, column: &str) -> Result<Cvr, StoreError> {
    Cvr::from_str(row.text(column)?).map_err(|_| row.broken(column, "is not a CVR number"))
}
