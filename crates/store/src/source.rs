//! Tables `source`, `source_record` and `identity`: what the sources say, and the identities that come of it.
//!
//! An import takes one complete snapshot, works out who is who among all sources of the organisation and writes
//! only what changed, in one transaction. A read that failed is noted and changes nothing else.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    Cvr, Desired, IdentityId, KnownIdentity, Organisation, Parts, Resolution, SkippedRow, Snapshot,
    SourceKey, SourceName, SourceRecord, StoredRecord, Warning, danish_date, guard::Shrunk, resolve,
};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    Keys, Row, StoreError, Tx, Value, identity, json, log::AuditEntry, question, rights::facts, tx::Seals,
};

pub mod position;

/// Records that change at once when a large organisation begins.
const MANY: usize = 5000;

pub(crate) const RECORD: &str = "source_record";

/// A source and what it last said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    pub name: SourceName,
    /// `csv`, `ldap` or `by-hand`.
    pub kind: String,
    /// What is mapped to what, as the configuration has it; shown, never used.
    pub mapping: BTreeMap<String, String>,
    /// The last attempt to read it.
    pub read_at: Option<Timestamp>,
    /// Why that attempt failed, if it did.
    pub read_fault: Option<String>,
    /// The same in parts, where the reader of the source has them.
    pub read_fault_parts: Vec<Parts>,
    /// The last complete snapshot.
    pub complete_at: Option<Timestamp>,
    pub record_count: Option<i64>,
    /// How many the last good one had, when the newest is much shorter.
    pub shrunk_from: Option<i64>,
    pub warnings: Vec<Warning>,
    pub skipped: Vec<SkippedRow>,
    /// How many people the source *by hand* keeps, and when one of them was last written; of no other source.
    pub by_hand: Option<ByHand>,
}

/// What is kept by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByHand {
    pub people: i64,
    pub changed_at: Option<Timestamp>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Imported {
    pub records: usize,
    pub new: usize,
    pub changed: usize,
    pub left: usize,
    pub skipped: usize,
    pub warnings: usize,
}

/// Makes the source known, with its place in the configuration.
pub async fn register(
    tx: &mut Tx,
    cvr: &Cvr,
    name: &SourceName,
    kind: &str,
    mapping: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    tx.execute_one(
        "INSERT INTO source (organisation, name, kind, mapping, warnings, skipped) VALUES ($1, $2, $3, $4, '[]', '[]')
         ON CONFLICT (organisation, name) DO UPDATE SET kind = excluded.kind, mapping = excluded.mapping",
        &[cvr.to_string().into(), name.0.as_str().into(), kind.into(), json::text(mapping).into()],
    )
    .await
}

/// All sources of an organisation by name.
pub async fn all(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<SourceState>, StoreError> {
    let sql = "SELECT name, kind, mapping, read_at, read_fault, read_fault_parts, complete_at, record_count, shrunk_from,
                   warnings, skipped, people, written_at
               FROM source LEFT JOIN (SELECT organisation AS cvr, source AS kept_in, COUNT(*) AS people,
                       MAX(changed_at) AS written_at FROM source_record
                   WHERE source = 'by-hand' GROUP BY organisation, source) AS kept
                   ON kept.cvr = organisation AND kept_in = name
               WHERE organisation = $1 ORDER BY name";
    tx.rows(sql, &[cvr.to_string().into()]).await?.iter().map(read_state).collect()
}

fn read_state(row: &Row) -> Result<SourceState, StoreError> {
    Ok(SourceState {
        name: SourceName(row.text("name")?.to_owned()),
        kind: row.text("kind")?.to_owned(),
        mapping: json::read(row, "mapping")?,
        read_at: row.optional_timestamp("read_at")?,
        read_fault: row.optional_text("read_fault")?.map(str::to_owned),
        read_fault_parts: json::read_optional(row, "read_fault_parts")?.unwrap_or_default(),
        complete_at: row.optional_timestamp("complete_at")?,
        record_count: row.optional_int("record_count")?,
        shrunk_from: row.optional_int("shrunk_from")?,
        warnings: json::read(row, "warnings")?,
        skipped: json::read(row, "skipped")?,
        by_hand: by_hand_kept(row)?,
    })
}

fn by_hand_kept(row: &Row) -> Result<Option<ByHand>, StoreError> {
    if row.text("kind")? != SourceName::BY_HAND {
        return Ok(None);
    }
    let people = row.optional_int("people")?.unwrap_or_default();
    Ok(Some(ByHand { people, changed_at: row.optional_timestamp("written_at")? }))
}

/// Notes that a read failed, with the reason as a sentence and, for readers in other languages, in parts. Nothing else
/// changes: nobody is a leaver because a source was away.
pub async fn note_failure(
    tx: &mut Tx,
    cvr: &Cvr,
    name: &SourceName,
    why: &str,
    parts: &[Parts],
) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE source SET read_at = $3, read_fault = $4, read_fault_parts = $5, cookie = NULL
               WHERE organisation = $1 AND name = $2";
    let (cvr_text, parts) = (cvr.to_string(), json::text(&parts));
    let values = [cvr_text.into(), name.0.as_str().into(), now.into(), why.into(), parts.into()];
    tx.execute(sql, &values).await?;
    tx.audit(AuditEntry::of("lokalid", "source.failed", cvr).subject(&name.0)).await
}

/// The sources whose newest snapshot is so short that leavers wait for a human.
pub async fn shrunk(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Shrunk>, StoreError> {
    let states = all(tx, cvr).await?;
    let short = |state: SourceState| {
        let before = state.shrunk_from?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Some(Shrunk { source: Some(state.name), before: count(before), now: count(state.record_count?) })
    };
    Ok(states.into_iter().filter_map(short).collect())
}

/// A human was shown that this source is short, and said that it is right.
pub async fn believe(tx: &mut Tx, cvr: &Cvr, name: &SourceName) -> Result<(), StoreError> {
    let sql = "UPDATE source SET good_count = record_count, shrunk_from = NULL
               WHERE organisation = $1 AND name = $2 AND shrunk_from IS NOT NULL";
    tx.execute(sql, &[cvr.to_string().into(), name.0.as_str().into()]).await.map(drop)
}

/// Takes a complete snapshot in.
pub async fn import(
    tx: &mut Tx,
    organisation: &Organisation,
    snapshot: &Snapshot,
) -> Result<Imported, StoreError> {
    let cvr = &organisation.cvr;
    let mut kept = Kept::load(tx, cvr).await?;
    kept.take(tx, snapshot);
    let mut imported = settle(tx, organisation, kept).await?;
    imported.records = snapshot.records.len();
    imported.skipped = snapshot.skipped.len();
    imported.warnings = snapshot.warnings.len();
    note_success(tx, organisation, snapshot).await?;
    let detail = json!(imported);
    tx.audit(AuditEntry::of("lokalid", "source.imported", cvr).subject(&snapshot.source.0).detail(detail))
        .await?;
    Ok(imported)
}

/// Writes one record of the source *by hand*, where a new one or a changed one is the same act.
pub async fn write_by_hand(
    tx: &mut Tx,
    organisation: &Organisation,
    record: SourceRecord,
    by: &str,
) -> Result<Imported, StoreError> {
    let mut kept = Kept::load(tx, &organisation.cvr).await?;
    let key = key_text(tx, &record.key);
    kept.put(tx, &SourceName::by_hand(), record);
    let imported = settle(tx, organisation, kept).await?;
    let entry = AuditEntry::of(by, "person.written-by-hand", &organisation.cvr).subject(&key);
    tx.audit(entry.detail(json!(imported))).await?;
    Ok(imported)
}

/// The record of the source *by hand* with this key, if there is one.
pub async fn by_hand(tx: &mut Tx, cvr: &Cvr, key: &str) -> Result<Option<SourceRecord>, StoreError> {
    let sql = "SELECT sealed_record FROM source_record WHERE organisation = $1 AND source = $2 AND key = $3";
    let row = tx.row(sql, &[cvr.to_string().into(), SourceName::BY_HAND.into(), key.into()]).await?;
    row.map(|row| json::unseal(tx, RECORD, &row, "sealed_record")).transpose()
}

/// The records that an identity was made of, present and missing.
pub async fn records_of(tx: &mut Tx, id: IdentityId) -> Result<Vec<StoredRecord>, StoreError> {
    let sql = "SELECT source, key, sealed_record, identity, missing_since FROM source_record
               WHERE identity = $1 ORDER BY source, key";
    let rows = tx.rows(sql, &[id.0.into()]).await?;
    rows.iter().map(|row| read_record(tx.keys(), row)).collect()
}

/// Works out anew who is who, because a day began, a setting changed or a question was answered.
pub async fn resolve_again(tx: &mut Tx, organisation: &Organisation) -> Result<Imported, StoreError> {
    let kept = Kept::load(tx, &organisation.cvr).await?;
    settle(tx, organisation, kept).await
}

async fn note_success(
    tx: &mut Tx,
    organisation: &Organisation,
    snapshot: &Snapshot,
) -> Result<(), StoreError> {
    let cvr = organisation.cvr.to_string();
    let sql = "SELECT good_count FROM source WHERE organisation = $1 AND name = $2";
    let row = tx.row(sql, &[cvr.as_str().into(), snapshot.source.0.as_str().into()]).await?;
    let before = row.map(|row| row.optional_int("good_count")).transpose()?.flatten();
    let now = i64::try_from(snapshot.records.len() + snapshot.skipped.len()).unwrap_or(i64::MAX);
    let percent = organisation.settings.guard.shrink_percent;
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let shrunk_from = before.filter(|before| Shrunk::is(count(*before), count(now), percent));
    let good = shrunk_from.unwrap_or(now);
    tx.execute_one(
        "UPDATE source SET read_at = $3, read_fault = NULL, read_fault_parts = NULL, complete_at = $3,
             record_count = $4, good_count = $5, shrunk_from = $6, warnings = $7, skipped = $8, cookie = NULL
         WHERE organisation = $1 AND name = $2",
        &[
            cvr.into(),
            snapshot.source.0.as_str().into(),
            snapshot.taken_at.into(),
            now.into(),
            good.into(),
            shrunk_from.into(),
            json::text(&snapshot.warnings).into(),
            json::text(&without_cpr_keys(&snapshot.skipped)).into(),
        ],
    )
    .await
}

/// A skipped row is shown to people; its key may be a CPR number.
fn without_cpr_keys(skipped: &[SkippedRow]) -> Vec<SkippedRow> {
    let hide = |row: &SkippedRow| SkippedRow {
        key: row.key.clone().filter(|key| matches!(key, SourceKey::Text(_))),
        ..row.clone()
    };
    skipped.iter().map(hide).collect()
}

/// A key as it is stored: one that is a CPR number becomes a keyed hash.
pub(crate) fn key_text(tx: &Tx, key: &SourceKey) -> String {
    match key {
        SourceKey::Text(text) => text.clone(),
        SourceKey::FromCpr(cpr) => {
            let hash = tx.lookup_hash("source_key", cpr.digits().as_bytes());
            format!("cpr:{}", crate::keys::hex(hash.get(..16).unwrap_or(&hash)))
        }
    }
}

/// All records of an organisation in memory, with what of them changed.
struct Kept {
    records: Vec<StoredRecord>,
    places: HashMap<SourceName, HashMap<String, usize>>,
    changed: HashSet<usize>,
}

impl Kept {
    async fn load(tx: &mut Tx, cvr: &Cvr) -> Result<Self, StoreError> {
        let sql = "SELECT source, key, sealed_record, identity, missing_since FROM source_record
                   WHERE organisation = $1 ORDER BY source, key";
        let records = tx.read_rows(sql, &[cvr.to_string().into()], read_record).await?;
        let mut places: HashMap<SourceName, HashMap<String, usize>> = HashMap::new();
        for (place, StoredRecord { source, key, .. }) in records.iter().enumerate() {
            places.entry(source.clone()).or_default().insert(key.clone(), place);
        }
        Ok(Self { records, places, changed: HashSet::new() })
    }

    fn place(&self, source: &SourceName, key: &str) -> Option<usize> {
        self.places.get(source)?.get(key).copied()
    }

    fn take(&mut self, tx: &Tx, snapshot: &Snapshot) {
        let skipped = snapshot.skipped.iter();
        let unknown_row = skipped.clone().any(|row| row.key.is_none());
        let mut present: HashSet<String> =
            skipped.filter_map(|row| row.key.as_ref()).map(|key| key_text(tx, key)).collect();
        for record in &snapshot.records {
            present.insert(self.put(tx, &snapshot.source, record.clone()));
        }
        // A broken row whose key is not known could be anybody: then nobody is a leaver.
        if unknown_row {
            return;
        }
        for (place, kept) in self.records.iter_mut().enumerate() {
            if kept.source == snapshot.source && kept.missing_since.is_none() && !present.contains(&kept.key)
            {
                kept.missing_since = Some(snapshot.taken_at);
                self.changed.insert(place);
            }
        }
    }

    fn put(&mut self, tx: &Tx, source: &SourceName, record: SourceRecord) -> String {
        let key = key_text(tx, &record.key);
        let known = self.place(source, &key);
        if let Some((place, kept)) = known.and_then(|place| Some((place, self.records.get_mut(place)?))) {
            // Rows move up and down in a file; that alone is no change.
            let same = SourceRecord { place: kept.record.place.clone(), ..record.clone() } == kept.record;
            if !same || kept.missing_since.is_some() {
                kept.record = record;
                kept.missing_since = None;
                self.changed.insert(place);
            }
        } else {
            let place = self.records.len();
            self.places.entry(source.clone()).or_default().insert(key.clone(), place);
            let (source, key) = (source.clone(), key.clone());
            self.records.push(StoredRecord { source, key, record, missing_since: None, identity: None });
            self.changed.insert(place);
        }
        key
    }
}

fn read_record(keys: &Keys, row: &Row) -> Result<StoredRecord, StoreError> {
    Ok(StoredRecord {
        source: SourceName(row.text("source")?.to_owned()),
        key: row.text("key")?.to_owned(),
        record: json::unseal_with(keys, RECORD, row, "sealed_record")?,
        missing_since: row.optional_timestamp("missing_since")?,
        identity: row.optional_uuid("identity")?.map(IdentityId),
    })
}

/// Resolves and writes what changed.
async fn settle(tx: &mut Tx, organisation: &Organisation, mut kept: Kept) -> Result<Imported, StoreError> {
    let known = identity::known(tx, &organisation.cvr).await?;
    let resolution = {
        let mut ids = FreshIds::new(tx);
        resolve(&organisation.settings, danish_date(tx.now()), &kept.records, &known, &mut || ids.next())
    };
    for (source, key, identity) in &resolution.links {
        if let Some(place) = kept.place(source, key)
            && let Some(record) = kept.records.get_mut(place)
        {
            record.identity = Some(*identity);
            kept.changed.insert(place);
        }
    }
    if kept.changed.len() > MANY {
        tx.make_room().await?;
    }
    write_records(tx, &organisation.cvr, &kept).await?;
    let imported = write_identities(tx, organisation, &known, &resolution).await?;
    question::put(tx, &organisation.cvr, "resolve", &resolution.questions, None).await?;
    Ok(imported)
}

/// Ids for new identities and people, made from the store's chance without borrowing the transaction.
struct FreshIds {
    millisecond: u64,
    seed: [u8; 16],
    count: u64,
}

impl FreshIds {
    fn new(tx: &Tx) -> Self {
        let mut seed = [0; 16];
        tx.random().fill(&mut seed);
        Self { millisecond: u64::try_from(tx.now().as_millisecond()).unwrap_or_default(), seed, count: 0 }
    }

    fn next(&mut self) -> uuid::Uuid {
        self.count += 1;
        let mixed = u128::from_be_bytes(self.seed)
            .wrapping_add(u128::from(self.count) << 64 | u128::from(self.count));
        let mut octets = [0; 10];
        octets.iter_mut().zip(mixed.to_be_bytes()).for_each(|(octet, mixed)| *octet = mixed);
        uuid::Builder::from_unix_timestamp_millis(self.millisecond, &octets).into_uuid()
    }
}

async fn write_records(tx: &mut Tx, cvr: &Cvr, kept: &Kept) -> Result<(), StoreError> {
    const COLUMNS: [&str; 7] =
        ["organisation", "source", "key", "sealed_record", "identity", "missing_since", "changed_at"];
    const RULE: &str = "(organisation, source, key) DO UPDATE SET
        sealed_record = excluded.sealed_record, identity = excluded.identity,
        missing_since = excluded.missing_since, changed_at = excluded.changed_at";
    let mut changed: Vec<&StoredRecord> =
        kept.changed.iter().filter_map(|place| kept.records.get(*place)).collect();
    // In the order of the table, so that neighbours are written together.
    changed.sort_unstable_by_key(|record| (&record.source, &record.key));
    let seals = tx.seals();
    let rows = changed.into_iter().map(|record| row_of(&seals, cvr, record));
    tx.insert_made("source_record", &COLUMNS, rows, Some(RULE)).await.map(drop)
}

fn row_of(seals: &Seals, cvr: &Cvr, record: &StoredRecord) -> Result<Vec<Value>, StoreError> {
    Ok(vec![
        cvr.to_string().into(),
        record.source.0.as_str().into(),
        record.key.as_str().into(),
        seals.seal(RECORD, json::text(&record.record).as_bytes())?.into(),
        record.identity.map(|identity| identity.0).into(),
        record.missing_since.into(),
        seals.now.into(),
    ])
}

async fn write_identities(
    tx: &mut Tx,
    organisation: &Organisation,
    known: &[KnownIdentity],
    resolution: &Resolution,
) -> Result<Imported, StoreError> {
    let before: HashMap<IdentityId, &Desired> =
        known.iter().map(|one| (one.desired.identity, &one.desired)).collect();
    let mut imported = Imported::default();
    let mut changed: Vec<&Desired> = Vec::new();
    let mut former: Vec<(&Desired, &Desired)> = Vec::new();
    for desired in &resolution.desired {
        match before.get(&desired.identity) {
            None => imported.new += 1,
            Some(same) if *same == desired => continue,
            Some(before) => {
                imported.changed += 1;
                former.push((*before, desired));
                let left = |one: &Desired| matches!(one.presence, domain::Presence::Left(_));
                imported.left += usize::from(left(desired) && !left(before));
                let entry = AuditEntry::of("lokalid", "person.changed", &organisation.cvr);
                let detail = json!({ "fields": identity::changed_words(before, desired) });
                tx.audit(entry.subject(&desired.identity.to_string()).detail(detail)).await?;
            }
        }
        changed.push(desired);
    }
    facts::keep(tx, &organisation.cvr, former.into_iter()).await?;
    identity::write(tx, &organisation.cvr, &changed).await?;
    Ok(imported)
}
