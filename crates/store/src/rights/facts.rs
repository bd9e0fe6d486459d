//! What rules see in people: now from what is wanted of them, on a day in the past from table `former_facts`.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    Cvr, Desired, IdentityId, RemoteUuid, UserName,
    rights::{Facts, HeldRights, fold, units_above},
};
use jiff::Timestamp;

use crate::{
    Keys, Row, StoreError, Tx, Value, identity, json,
    rights::{holding, policy},
};

/// Somebody as rules see them, with what they hold in MitID Erhverv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub facts: Facts,
    pub uuid: Option<RemoteUuid>,
    pub rights: HeldRights,
}

/// Everybody, those who left included, ordered by key.
pub async fn everybody(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Person>, StoreError> {
    let people = desired(tx, cvr).await?;
    let leaders = leaders(people.iter().map(|(desired, _)| desired));
    let mut holdings = holding::all(tx, cvr).await?;
    let person = |(desired, uuid): (Desired, Option<RemoteUuid>)| {
        let leads = desired.user_name.as_ref().is_some_and(|name| leaders.contains(&name.key()));
        let rights = uuid.and_then(|uuid| holdings.remove(&uuid)).unwrap_or_default();
        Person { facts: Facts::of(&desired, leads), uuid, rights }
    };
    Ok(people.into_iter().map(person).collect())
}

/// Everybody as they were at a moment, as far as it was written down since; what they held is in [`holding::at`].
pub async fn at(tx: &mut Tx, cvr: &Cvr, moment: Timestamp) -> Result<Vec<Facts>, StoreError> {
    let sql = "SELECT identity, facts FROM former_facts f WHERE organisation = $1 AND until > $2
                   AND until = (SELECT MIN(until) FROM former_facts g WHERE g.identity = f.identity AND g.until > $2)";
    let rows = tx.rows(sql, &[cvr.to_string().into(), moment.into()]).await?;
    let mut former: HashMap<IdentityId, Facts> = rows
        .iter()
        .map(|row| Ok((IdentityId(row.uuid("identity")?), json::read(row, "facts")?)))
        .collect::<Result<_, StoreError>>()?;
    let people = desired(tx, cvr).await?;
    let facts =
        people.iter().map(|(one, _)| former.remove(&one.identity).unwrap_or_else(|| Facts::of(one, false)));
    let mut facts: Vec<Facts> = facts.collect();
    let here = facts.iter().filter(|one| one.here);
    let leaders: HashSet<String> =
        here.filter_map(|one| one.manager.as_ref()).map(|name| name.to_lowercase()).collect();
    for one in &mut facts {
        one.leads = one.user_name.as_ref().is_some_and(|name| leaders.contains(&name.to_lowercase()));
    }
    Ok(facts)
}

/// User names of those whom somebody who works here names as their manager, in lower case.
pub fn leaders<'a>(people: impl Iterator<Item = &'a Desired>) -> HashSet<String> {
    let here = people.filter(|desired| !matches!(desired.presence, domain::Presence::Left(_)));
    here.filter_map(|desired| desired.manager.as_ref()).map(|name| name.to_lowercase()).collect()
}

async fn desired(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<(Desired, Option<RemoteUuid>)>, StoreError> {
    let sql = "SELECT sealed_desired, rid, link FROM identity WHERE organisation = $1 ORDER BY id";
    let read = |keys: &Keys, row: &Row| {
        Ok((identity::read_desired(keys, row)?, row.optional_uuid("link")?.map(RemoteUuid)))
    };
    tx.read_rows(sql, &[cvr.to_string().into()], read).await
}

/// What a policy may name: units that somebody is or was in, or that it names already, with those above them, and user
/// names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// As they are written, in the order of their text.
    pub units: BTreeSet<String>,
    pub titles: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    /// The units folded, with those above them.
    pub folded_units: HashSet<String>,
    /// In lower case.
    pub user_names: HashSet<String>,
}

pub async fn names(tx: &mut Tx, cvr: &Cvr) -> Result<Names, StoreError> {
    let mut names = Names::default();
    for (desired, _) in desired(tx, cvr).await? {
        names.user_names.extend(desired.user_name.as_ref().map(UserName::key));
        names.titles.extend(desired.title);
        names.groups.extend(desired.groups);
        names.put_unit(desired.unit.as_deref());
    }
    let sql = "SELECT facts FROM former_facts WHERE organisation = $1";
    for row in tx.rows(sql, &[cvr.to_string().into()]).await? {
        let facts: Facts = json::read(&row, "facts")?;
        names.put_unit(facts.unit.as_deref());
    }
    for rule in policy::current(tx, cvr).await?.policy.rules.values() {
        rule.who.units.iter().chain(&rule.except.units).for_each(|unit| names.put_unit(Some(unit)));
    }
    Ok(names)
}

impl Names {
    /// A unit with those above it.
    pub fn put_unit(&mut self, unit: Option<&str>) {
        for unit in unit.into_iter().flat_map(units_above) {
            if self.units.contains(unit) {
                return;
            }
            self.units.insert(unit.to_owned());
            self.folded_units.insert(fold(unit));
        }
    }
}

/// Keeps what rules saw in these people before they changed.
pub(crate) async fn keep(
    tx: &mut Tx,
    cvr: &Cvr,
    changed: impl Iterator<Item = (&Desired, &Desired)> + Send,
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 4] = ["identity", "until", "organisation", "facts"];
    let now = tx.now();
    let text = cvr.to_string();
    let rows = changed.filter_map(|(before, after)| {
        let former = Facts::of(before, false);
        (former != Facts::of(after, false)).then(|| {
            vec![before.identity.0.into(), now.into(), text.as_str().into(), json::text(&former).into()]
        })
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("former_facts", &COLUMNS, rows.into_iter(), Some("(identity, until) DO NOTHING"))
        .await
        .map(drop)
}
