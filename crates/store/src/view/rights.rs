//! Rights as the console shows them: the catalogue with its holders, who holds one right and where, what somebody else
//! changed, and administrators of MitID Erhverv itself.

use domain::{
    Cvr, IdentityId, RemoteUuid, RightId,
    rights::{Holding, Right},
};
use jiff::Timestamp;

use super::people::contains;
use crate::{Keys, Row, StoreError, Tx, Value, json, rights::holding};

/// A right of the catalogue with how many people hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightRow {
    pub id: RightId,
    pub right: Right,
    pub holders: i64,
}

/// The rights whose name or description has this text, as Danes sort.
pub async fn catalogue(
    tx: &mut Tx,
    cvr: &Cvr,
    search: &str,
    limit: i64,
) -> Result<Vec<RightRow>, StoreError> {
    let sql = "
        SELECT c.right_id, c.name, c.description, c.basic, c.vanished_at,
               (SELECT COUNT(DISTINCT h.uuid) FROM holding h
                WHERE h.organisation = c.organisation AND h.right_id = c.right_id AND h.until IS NULL) AS holders
        FROM catalogue_right c
        WHERE c.organisation = $1 AND ($2 = '' OR c.search_text LIKE $2 ESCAPE '!')
        ORDER BY c.sort_key, c.right_id LIMIT $3";
    let values = [cvr.to_string().into(), contains(search).into(), limit.into()];
    tx.rows(sql, &values).await?.iter().map(read_right).collect()
}

fn read_right(row: &Row) -> Result<RightRow, StoreError> {
    let right = Right {
        name: row.text("name")?.to_owned(),
        description: row.optional_text("description")?.map(str::to_owned),
        basic: row.optional_bool("basic")?,
        vanished_at: row.optional_timestamp("vanished_at")?,
    };
    Ok(RightRow { id: RightId(row.uuid("right_id")?), right, holders: row.int("holders")? })
}

/// Somebody who holds a right in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    pub uuid: RemoteUuid,
    /// `None`: no source knows the user.
    pub identity: Option<IdentityId>,
    pub name: String,
    pub user_name: Option<String>,
    /// The unit of today.
    pub unit: Option<String>,
    pub holding: Holding,
    pub since: Timestamp,
}

/// Which holdings are meant: those of a moment, of one right or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub right: Option<RightId>,
    pub at: Timestamp,
}

const HELD: &str = "
    FROM holding h
    LEFT JOIN identity i ON i.organisation = h.organisation AND i.link = h.uuid
    LEFT JOIN observed o ON o.organisation = h.organisation AND o.uuid = h.uuid
    WHERE h.organisation = $1 AND ($2 = '' OR h.right_id = $2) AND h.since <= $3
      AND (h.until IS NULL OR h.until > $3)";

impl Held {
    fn values(self, cvr: &Cvr) -> Vec<Value> {
        let right = self.right.map(|right| right.to_string()).unwrap_or_default();
        vec![cvr.to_string().into(), right.into(), self.at.into()]
    }
}

/// One part of those who hold: by name, as Danes sort; users that no source knows come last.
pub async fn holders(
    tx: &mut Tx,
    cvr: &Cvr,
    held: Held,
    offset: i64,
    limit: i64,
) -> Result<Vec<HolderRow>, StoreError> {
    let sql = format!(
        "SELECT h.uuid, h.right_id, h.scope, h.understood, h.since, h.until, h.given, i.id AS identity, i.full_name,
                i.user_name, i.unit, o.fields
         {HELD}
         ORDER BY i.id IS NULL, COALESCE(i.sort_key, o.sort_key), h.uuid, h.right_id, h.scope LIMIT $4 OFFSET $5"
    );
    let mut values = held.values(cvr);
    values.extend([limit.into(), offset.into()]);
    tx.read_rows(&sql, &values, |_: &Keys, row: &Row| read_holder(row)).await
}

fn read_holder(row: &Row) -> Result<HolderRow, StoreError> {
    let spell = holding::read(row)?;
    let ours = row.optional_text("full_name")?.unwrap_or_default().to_owned();
    Ok(HolderRow {
        uuid: spell.uuid,
        identity: row.optional_uuid("identity")?.map(IdentityId),
        name: if ours.is_empty() { name_there(row)? } else { ours },
        user_name: row.optional_text("user_name")?.map(str::to_owned),
        unit: row.optional_text("unit")?.map(str::to_owned),
        holding: spell.holding,
        since: spell.since,
    })
}

/// The name that MitID Erhverv has.
fn name_there(row: &Row) -> Result<String, StoreError> {
    let fields: Option<domain::Fields> = json::read_optional(row, "fields")?;
    let fields = fields.unwrap_or_default();
    let parts = [domain::Field::GivenName, domain::Field::Surname].map(|field| fields.get(&field).cloned());
    Ok(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// How many holdings, and how many people have them.
pub async fn count_holders(tx: &mut Tx, cvr: &Cvr, held: Held) -> Result<(i64, i64), StoreError> {
    let sql = format!("SELECT COUNT(*) AS holdings, COUNT(DISTINCT h.uuid) AS people {HELD}");
    let row = tx.row(&sql, &held.values(cvr)).await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int("holdings")?, row.int("people")?)))
}

/// How many people of each unit hold it, the most first; `None`: in no unit, or known to no source.
pub async fn holders_by_unit(
    tx: &mut Tx,
    cvr: &Cvr,
    held: Held,
    limit: i64,
) -> Result<Vec<(Option<String>, i64)>, StoreError> {
    let sql = format!(
        "SELECT i.unit, COUNT(DISTINCT h.uuid) AS people {HELD}
         GROUP BY i.unit ORDER BY people DESC, i.unit LIMIT $4"
    );
    let mut values = held.values(cvr);
    values.push(limit.into());
    let rows = tx.rows(&sql, &values).await?;
    rows.iter().map(|row| Ok((row.optional_text("unit")?.map(str::to_owned), row.int("people")?))).collect()
}

/// How many people held any of some rights, at each of some moments.
pub async fn holders_over_time(
    tx: &mut Tx,
    cvr: &Cvr,
    rights: &[RightId],
    moments: &[Timestamp],
) -> Result<Vec<i64>, StoreError> {
    let marks: Vec<String> = (3..rights.len() + 3).map(|number| format!("${number}")).collect();
    let sql = format!(
        "SELECT COUNT(DISTINCT uuid) AS people FROM holding WHERE organisation = $1 AND since <= $2
             AND (until IS NULL OR until > $2) AND right_id IN ({})",
        marks.join(", ")
    );
    let mut counts = Vec::with_capacity(moments.len());
    for moment in moments {
        if rights.is_empty() {
            counts.push(0);
            continue;
        }
        let mut values: Vec<Value> = vec![cvr.to_string().into(), (*moment).into()];
        values.extend(rights.iter().map(|right| right.0.into()));
        let row = tx.row(&sql, &values).await?;
        counts.push(row.map_or(Ok(0), |row| row.int("people"))?);
    }
    Ok(counts)
}

/// When rights were first read here; `None`: never.
pub async fn first_seen(tx: &mut Tx, cvr: &Cvr) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(since) AS first FROM holding WHERE organisation = $1";
    let row = tx.row(sql, &[cvr.to_string().into()]).await?;
    row.map_or(Ok(None), |row| row.optional_timestamp("first"))
}

/// What somebody else changed in the rights of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsDrift {
    pub identity: IdentityId,
    pub name: String,
    /// Given by us and gone there.
    pub ours: String,
    /// Given there, and not by us.
    pub theirs: String,
    pub found_at: Timestamp,
}

pub async fn drift(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<RightsDrift>, StoreError> {
    let sql = "SELECT d.identity, i.full_name, d.ours, d.theirs, d.found_at FROM drift d
               JOIN identity i ON i.id = d.identity
               WHERE d.organisation = $1 AND d.field = 'rights' ORDER BY i.sort_key, i.id LIMIT $2";
    let read = |row: &Row| {
        Ok(RightsDrift {
            identity: IdentityId(row.uuid("identity")?),
            name: row.text("full_name")?.to_owned(),
            ours: row.text("ours")?.to_owned(),
            theirs: row.text("theirs")?.to_owned(),
            found_at: row.timestamp("found_at")?,
        })
    };
    tx.rows(sql, &[cvr.to_string().into(), limit.into()]).await?.iter().map(read).collect()
}

/// Somebody with a role of administrator inside MitID Erhverv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    pub uuid: RemoteUuid,
    pub identity: Option<IdentityId>,
    pub name: String,
    pub status: String,
    pub roles: Vec<String>,
}

/// Everybody who has such a role now.
pub async fn administrators(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<Administrator>, StoreError> {
    let sql = "SELECT o.uuid, o.status, o.fields, o.administrator_roles, i.id AS identity, i.full_name
               FROM observed o LEFT JOIN identity i ON i.organisation = o.organisation AND i.link = o.uuid
               WHERE o.organisation = $1 AND o.sight <> 'gone' AND o.administrator_roles <> '[]'
               ORDER BY COALESCE(i.sort_key, o.sort_key), o.uuid LIMIT $2";
    tx.rows(sql, &[cvr.to_string().into(), limit.into()]).await?.iter().map(read_administrator).collect()
}

fn read_administrator(row: &Row) -> Result<Administrator, StoreError> {
    let ours = row.optional_text("full_name")?.unwrap_or_default().to_owned();
    Ok(Administrator {
        uuid: RemoteUuid(row.uuid("uuid")?),
        identity: row.optional_uuid("identity")?.map(IdentityId),
        name: if ours.is_empty() { name_there(row)? } else { ours },
        status: row.text("status")?.to_owned(),
        roles: json::read(row, "administrator_roles")?,
    })
}

/// Those who work here and had such a role on an identity that is gone, each with the roles that the present one lacks:
/// nobody can give them but somebody in the portal.
pub async fn to_recreate(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<Administrator>, StoreError> {
    // The same person is who is still linked to it, or has the same CPR number. From the few that are lost to whoever
    // they were, each way by its own index: the other way round everybody is held against everybody.
    let sql = "WITH lost AS (SELECT organisation, uuid, status, fields, administrator_roles, cpr_hash FROM observed
                   WHERE organisation = $1 AND sight = 'gone' AND administrator_roles <> '[]'),
               same AS (
                   SELECT lost.uuid, i.id FROM lost CROSS JOIN identity i
                       WHERE i.organisation = lost.organisation AND i.link = lost.uuid
                   UNION SELECT lost.uuid, i.id FROM lost CROSS JOIN identity i WHERE i.cpr_hash = lost.cpr_hash)
               SELECT o.uuid, o.status, o.fields, o.administrator_roles, i.id AS identity, i.full_name,
                      COALESCE(now.administrator_roles, '[]') AS roles_now
               FROM same CROSS JOIN lost o CROSS JOIN identity i
               LEFT JOIN observed now ON now.organisation = i.organisation AND now.uuid = i.link AND now.sight <> 'gone'
               WHERE o.uuid = same.uuid AND i.id = same.id AND i.organisation = o.organisation
                   AND i.presence <> 'left'
               ORDER BY i.sort_key, i.id, o.uuid LIMIT $2";
    let mut lacking = Vec::new();
    for row in &tx.rows(sql, &[cvr.to_string().into(), limit.into()]).await? {
        let has: Vec<String> = json::read(row, "roles_now")?;
        let mut before = read_administrator(row)?;
        before.roles.retain(|role| !has.contains(role));
        if !before.roles.is_empty() {
            lacking.push(before);
        }
    }
    Ok(lacking)
}
