//! Table `holding`: which rights each identity holds in MitID Erhverv, since when, and until when.
//!
//! What was read is taken as it came; a right in a scope that is not understood is kept as text and never touched. What
//! we give and take is written here when MitID Erhverv has said yes, so a read right behind it is not needed.

use std::collections::{BTreeSet, HashMap};

use domain::{
    Cvr, RemoteUuid, RightId,
    rights::{Assignment, HeldRights, Holding, OtherHolding, Scope},
};
use jiff::Timestamp;

use crate::{Keys, Row, StoreError, Tx, Value};

/// One stretch of time in which somebody held a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSpell {
    pub uuid: RemoteUuid,
    pub holding: Holding,
    pub since: Timestamp,
    /// `None`: held now.
    pub until: Option<Timestamp>,
    pub given: bool,
}

/// What is between type and value of a scope that is not understood.
const OTHER: char = ':';

/// Takes in everything that MitID Erhverv says one identity holds.
pub async fn take(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    shown: &BTreeSet<Holding>,
) -> Result<(), StoreError> {
    let before = open(tx, cvr, uuid).await?;
    let held: BTreeSet<&Holding> =
        before.iter().filter(|spell| spell.until.is_none()).map(|spell| &spell.holding).collect();
    for gone in held.iter().filter(|one| !shown.contains(**one)) {
        end(tx, cvr, uuid, gone).await?;
    }
    let new = shown.iter().filter(|one| !held.contains(one));
    let new = new.map(|one| (one.clone(), before.iter().any(|spell| spell.holding == *one && spell.given)));
    begin(tx, cvr, uuid, &before, new.collect()).await?;
    note_read(tx, cvr, uuid).await
}

async fn note_read(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE observed SET rights_at = $3 WHERE organisation = $1 AND uuid = $2";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), now.into()]).await.map(drop)
}

/// We gave these.
pub(crate) async fn note_given(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    scope: Scope,
    rights: &BTreeSet<RightId>,
) -> Result<(), StoreError> {
    let before = open(tx, cvr, uuid).await?;
    let given = rights.iter().map(|right| Holding::Understood(Assignment { right: *right, scope }));
    let (held, new): (Vec<_>, Vec<_>) =
        given.partition(|one| before.iter().any(|spell| spell.holding == *one && spell.until.is_none()));
    for holding in held {
        forget_given(tx, cvr, uuid, &before, &holding).await?;
        let sql = "UPDATE holding SET given = TRUE WHERE organisation = $1 AND uuid = $2 AND right_id = $3
                       AND scope = $4 AND until IS NULL";
        tx.execute(sql, &key(cvr, uuid, &holding)).await?;
    }
    begin(tx, cvr, uuid, &before, new.into_iter().map(|holding| (holding, true)).collect()).await
}

/// We took these.
pub(crate) async fn note_taken(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    scope: Scope,
    rights: &BTreeSet<RightId>,
) -> Result<(), StoreError> {
    for right in rights {
        let holding = Holding::Understood(Assignment { right: *right, scope });
        let mut values = key(cvr, uuid, &holding);
        values.push(tx.now().into());
        let sql = "UPDATE holding SET until = COALESCE(until, $5), given = FALSE WHERE organisation = $1 AND uuid = $2
                       AND right_id = $3 AND scope = $4 AND (until IS NULL OR given)";
        tx.execute(sql, &values).await?;
    }
    Ok(())
}

/// These are there as they are wanted: from now on they count as given by us.
pub(crate) async fn accept(
    tx: &mut Tx,
    cvr: &Cvr,
    accepted: &[(RemoteUuid, Assignment)],
) -> Result<(), StoreError> {
    let sql = "UPDATE holding SET given = TRUE WHERE organisation = $1 AND uuid = $2 AND right_id = $3 AND scope = $4
                   AND until IS NULL";
    for (uuid, assignment) in accepted {
        tx.execute(sql, &key(cvr, *uuid, &Holding::Understood(*assignment))).await?;
    }
    Ok(())
}

/// What is known of somebody's rights may be wrong now: the next read tells.
pub(crate) async fn doubt(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let sql = "UPDATE observed SET rights_at = NULL WHERE organisation = $1 AND uuid = $2";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into()]).await.map(drop)
}

fn key(cvr: &Cvr, uuid: RemoteUuid, holding: &Holding) -> Vec<Value> {
    let (right, scope, _) = columns(holding);
    vec![cvr.to_string().into(), uuid.0.into(), right.0.into(), scope.into()]
}

fn columns(holding: &Holding) -> (RightId, String, bool) {
    match holding {
        Holding::Understood(Assignment { right, scope }) => (*right, scope.to_string(), true),
        Holding::Other(OtherHolding { right, kind, value }) => {
            (*right, format!("{kind}{OTHER}{value}"), false)
        }
    }
}

/// Writes what is new, each with whether we gave it. `before`: what [`open`] told.
async fn begin(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    before: &[HeldSpell],
    new: Vec<(Holding, bool)>,
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 7] = ["organisation", "uuid", "right_id", "scope", "understood", "since", "given"];
    let again =
        "(organisation, uuid, right_id, scope, since) DO UPDATE SET until = NULL, given = excluded.given";
    let now = tx.now();
    for (holding, _) in &new {
        forget_given(tx, cvr, uuid, before, holding).await?;
    }
    let rows = new.iter().map(|(holding, given)| {
        let (right, scope, understood) = columns(holding);
        let (organisation, since) = (cvr.to_string().into(), now.into());
        vec![
            organisation,
            uuid.0.into(),
            right.0.into(),
            scope.into(),
            understood.into(),
            since,
            (*given).into(),
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("holding", &COLUMNS, rows.into_iter(), Some(again)).await.map(drop)
}

async fn end(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid, holding: &Holding) -> Result<(), StoreError> {
    let mut values = key(cvr, uuid, holding);
    values.push(tx.now().into());
    let sql =
        "UPDATE holding SET until = $5 WHERE organisation = $1 AND uuid = $2 AND right_id = $3 AND scope = $4
                   AND until IS NULL";
    tx.execute(sql, &values).await.map(drop)
}

/// The mark of what we gave stands on one row at most.
async fn forget_given(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    before: &[HeldSpell],
    holding: &Holding,
) -> Result<(), StoreError> {
    if !before.iter().any(|spell| spell.given && spell.holding == *holding) {
        return Ok(());
    }
    let sql = "UPDATE holding SET given = FALSE WHERE organisation = $1 AND uuid = $2 AND right_id = $3
                   AND scope = $4 AND given";
    tx.execute(sql, &key(cvr, uuid, holding)).await.map(drop)
}

const COLUMNS: &str = "uuid, right_id, scope, understood, since, until, given";

/// Rows that say something of now: held, or given by us and taken by somebody else.
async fn open(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<Vec<HeldSpell>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM holding WHERE organisation = $1 AND uuid = $2 AND (until IS NULL OR given)"
    );
    tx.rows(&sql, &[cvr.to_string().into(), uuid.0.into()]).await?.iter().map(read).collect()
}

/// What everybody holds now.
pub async fn all(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<RemoteUuid, HeldRights>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM holding WHERE organisation = $1 AND (until IS NULL OR given)");
    let read = |_: &Keys, row: &Row| read(row);
    let spells = tx.read_rows(&sql, &[cvr.to_string().into()], read).await?;
    let mut all: HashMap<RemoteUuid, HeldRights> = HashMap::new();
    for spell in spells {
        put(all.entry(spell.uuid).or_default(), spell);
    }
    Ok(all)
}

/// What one identity holds now.
pub async fn of(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<HeldRights, StoreError> {
    let mut held = HeldRights::default();
    for spell in open(tx, cvr, uuid).await? {
        put(&mut held, spell);
    }
    Ok(held)
}

fn put(rights: &mut HeldRights, spell: HeldSpell) {
    match spell.holding {
        Holding::Understood(assignment) => {
            if spell.until.is_none() {
                rights.held.insert(assignment);
            }
            if spell.given {
                rights.given.insert(assignment);
            }
        }
        Holding::Other(other) => rights.other.extend(spell.until.is_none().then_some(other)),
    }
}

/// Everything that one identity held at any time, the newest first.
pub async fn history(
    tx: &mut Tx,
    cvr: &Cvr,
    uuid: RemoteUuid,
    limit: i64,
) -> Result<Vec<HeldSpell>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM holding WHERE organisation = $1 AND uuid = $2
         ORDER BY since DESC, right_id, scope LIMIT $3"
    );
    let values = [cvr.to_string().into(), uuid.0.into(), limit.into()];
    tx.rows(&sql, &values).await?.iter().map(read).collect()
}

/// Everything that anybody held at a moment.
pub async fn at(tx: &mut Tx, cvr: &Cvr, moment: Timestamp) -> Result<Vec<HeldSpell>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM holding WHERE organisation = $1 AND since <= $2 AND (until IS NULL OR until > $2)
         ORDER BY uuid, right_id, scope"
    );
    let read = |_: &Keys, row: &Row| read(row);
    tx.read_rows(&sql, &[cvr.to_string().into(), moment.into()], read).await
}

pub(crate) fn read(row: &Row) -> Result<HeldSpell, StoreError> {
    let right = RightId(row.uuid("right_id")?);
    let scope = row.text("scope")?;
    let holding = if row.bool("understood")? {
        let scope = scope.parse().map_err(|_| row.broken("scope", "is no scope"))?;
        Holding::Understood(Assignment { right, scope })
    } else {
        let (kind, value) = scope.split_once(OTHER).unwrap_or((scope, ""));
        Holding::Other(OtherHolding { right, kind: kind.to_owned(), value: value.to_owned() })
    };
    Ok(HeldSpell {
        uuid: RemoteUuid(row.uuid("uuid")?),
        holding,
        since: row.timestamp("since")?,
        until: row.optional_timestamp("until")?,
        given: row.bool("given")?,
    })
}

/// Identities whose rights are due: never read, doubtful, or read before `stale_before`. The oldest come first.
pub async fn stale(tx: &mut Tx, cvr: &Cvr, stale_before: Timestamp) -> Result<Vec<RemoteUuid>, StoreError> {
    let sql = "SELECT uuid FROM observed WHERE organisation = $1 AND sight <> 'gone'
                   AND (rights_at IS NULL OR rights_at < $2)
               ORDER BY rights_at IS NOT NULL, rights_at, uuid";
    let rows = tx.rows(sql, &[cvr.to_string().into(), stale_before.into()]).await?;
    rows.iter().map(|row| Ok(RemoteUuid(row.uuid("uuid")?))).collect()
}
