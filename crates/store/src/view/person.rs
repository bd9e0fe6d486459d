//! One person: what the sources say, what MitID Erhverv says, and what happens between the two.

use domain::{Cvr, Field, IdentityId, Presence, SourceName, StoredRecord, Warning, addresses};
use jiff::Timestamp;

use super::log::{self, LogRow};
use crate::{
    StoreError, Tx,
    identity::{self, IdentityRecord},
    json,
    outbox::{self, OperationRecord},
    question::{self, QuestionRecord},
    source,
};

/// Everything that the page of one person shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonView {
    pub identity: IdentityRecord,
    /// What each source says, present and missing.
    pub records: Vec<StoredRecord>,
    /// What is odd about what was written by hand. Other sources tell of it where they are read.
    pub warnings: Vec<Warning>,
    pub drift: Vec<DriftRow>,
    pub questions: Vec<QuestionRecord>,
    /// The latest operations, newest first.
    pub operations: Vec<OperationRecord>,
    /// What the log says of the identity, newest first.
    pub timeline: Vec<LogRow>,
}

/// A field or the status that somebody else changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftRow {
    pub field: Field,
    pub ours: String,
    pub theirs: String,
    pub found_at: Timestamp,
}

const OPERATIONS: i64 = 20;
const TIMELINE: i64 = 30;

/// `None` if the organisation has no such identity.
pub async fn one(tx: &mut Tx, cvr: &Cvr, id: IdentityId) -> Result<Option<PersonView>, StoreError> {
    let Some(identity) = identity::one(tx, id).await?.filter(|record| record.cvr == *cvr) else {
        return Ok(None);
    };
    let asked = log::Asked { subject: id.to_string(), ..log::Asked::default() };
    let records = source::records_of(tx, id).await?;
    Ok(Some(PersonView {
        warnings: warnings_about(tx, &identity, &records).await?,
        identity,
        records,
        drift: drift(tx, id).await?,
        questions: question::about(tx, id).await?,
        operations: outbox::of_identity(tx, id, OPERATIONS).await?,
        timeline: log::page(tx, cvr, &asked, 0, TIMELINE).await?,
    }))
}

/// What is odd about the address of somebody who was written by hand.
pub async fn warnings(tx: &mut Tx, id: IdentityId) -> Result<Vec<Warning>, StoreError> {
    let records = source::records_of(tx, id).await?;
    match identity::one(tx, id).await? {
        Some(identity) => warnings_about(tx, &identity, &records).await,
        None => Ok(Vec::new()),
    }
}

async fn warnings_about(
    tx: &mut Tx,
    identity: &IdentityRecord,
    records: &[StoredRecord],
) -> Result<Vec<Warning>, StoreError> {
    let desired = &identity.subject.desired;
    let by_hand = records.iter().any(|record| record.source.0 == SourceName::BY_HAND);
    let is_asked = by_hand && !matches!(desired.presence, Presence::Left(_));
    let Some(email) = desired.email.as_ref().filter(|_| is_asked) else { return Ok(Vec::new()) };
    let label = desired.label();
    let danish = email.has_danish_letters().then(|| addresses::danish(&label));
    let other = with_the_same_address(tx, desired.identity).await?;
    let shared = other.map(|other| addresses::shared(&label, &other));
    Ok(danish.into_iter().chain(shared).collect())
}

/// Somebody else with the address of this identity: one person may have several identities with one address.
async fn with_the_same_address(tx: &mut Tx, id: IdentityId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT other.full_name FROM identity one
               JOIN identity other ON other.organisation = one.organisation AND LOWER(other.email) = LOWER(one.email)
               WHERE one.id = $1 AND other.person <> one.person AND other.presence <> 'left'
               ORDER BY other.sort_key, other.id LIMIT 1";
    let row = tx.row(sql, &[id.0.into()]).await?;
    row.map(|row| Ok(row.text("full_name")?.to_owned())).transpose()
}

async fn drift(tx: &mut Tx, id: IdentityId) -> Result<Vec<DriftRow>, StoreError> {
    let sql = "SELECT field, ours, theirs, found_at FROM drift WHERE identity = $1 ORDER BY field";
    let rows = tx.rows(sql, &[id.0.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(DriftRow {
                field: json::from_word(row, "field")?,
                ours: row.text("ours")?.to_owned(),
                theirs: row.text("theirs")?.to_owned(),
                found_at: row.timestamp("found_at")?,
            })
        })
        .collect()
}

/// The identity that a source's record was found to be.
pub async fn of_record(
    tx: &mut Tx,
    cvr: &Cvr,
    source: &str,
    key: &str,
) -> Result<Option<IdentityId>, StoreError> {
    let sql = "SELECT identity FROM source_record WHERE organisation = $1 AND source = $2 AND key = $3";
    let row = tx.row(sql, &[cvr.to_string().into(), source.into(), key.into()]).await?;
    Ok(row.map(|row| row.optional_uuid("identity")).transpose()?.flatten().map(IdentityId))
}
