//! Tables `catalogue_right` and `place`: which rights there are to give, and what they can be limited to, with when each
//! came and went.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Cvr, Parts, RightId, Told,
    rights::{Catalogue, Places, Right, Scope},
    text::{danish_sort_key, search_fold},
};
use jiff::Timestamp;
use serde_json::json;

use crate::{Row, StoreError, Tx, Value, json, log::AuditEntry};

/// What MitID Erhverv says that exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Name, description, and whether it is in the basic package.
    pub rights: BTreeMap<RightId, (String, Option<String>, Option<bool>)>,
    /// SE numbers and production units with their names.
    pub places: BTreeMap<Scope, String>,
}

/// When the lists were last read, and why the last reading was not believed, if so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    pub read_at: Option<Timestamp>,
    pub fault: Option<Told>,
}

/// Takes in a whole reading. What is no longer there is kept with the time it went; what came back is there again.
pub async fn take(tx: &mut Tx, cvr: &Cvr, listing: &Listing) -> Result<(), StoreError> {
    take_rights(tx, cvr, listing).await?;
    take_places(tx, cvr, listing).await?;
    let sql = "UPDATE organisation SET catalogue_at = $2, catalogue_fault = NULL WHERE cvr = $1";
    let now = tx.now();
    tx.execute_one(sql, &[cvr.to_string().into(), now.into()]).await
}

/// The lists could not be read, or were empty: what was known still counts.
pub async fn note_fault(tx: &mut Tx, cvr: &Cvr, fault: &Told) -> Result<(), StoreError> {
    let sql = "UPDATE organisation SET catalogue_fault = $2 WHERE cvr = $1";
    let fault = json::text(&(&fault.words, &fault.parts));
    tx.execute_one(sql, &[cvr.to_string().into(), fault.into()]).await
}

pub async fn reading(tx: &mut Tx, cvr: &Cvr) -> Result<Reading, StoreError> {
    let sql = "SELECT catalogue_at, catalogue_fault FROM organisation WHERE cvr = $1";
    let Some(row) = tx.row(sql, &[cvr.to_string().into()]).await? else { return Ok(Reading::default()) };
    let fault: Option<(String, Vec<Parts>)> = json::read_optional(&row, "catalogue_fault")?;
    Ok(Reading {
        read_at: row.optional_timestamp("catalogue_at")?,
        fault: fault.map(|(words, parts)| Told { words, parts }),
    })
}

async fn take_rights(tx: &mut Tx, cvr: &Cvr, listing: &Listing) -> Result<(), StoreError> {
    const COLUMNS: [&str; 8] = [
        "organisation",
        "right_id",
        "name",
        "description",
        "basic",
        "first_seen_at",
        "search_text",
        "sort_key",
    ];
    const RULE: &str = "(organisation, right_id) DO UPDATE SET name = excluded.name,
        description = excluded.description, basic = excluded.basic, vanished_at = NULL,
        search_text = excluded.search_text, sort_key = excluded.sort_key";
    let (now, text) = (tx.now(), cvr.to_string());
    let before = rights(tx, cvr).await?;
    let rows = listing.rights.iter().map(|(id, (name, description, basic))| {
        let searched = format!("{name} {}", description.as_deref().unwrap_or_default());
        vec![
            text.as_str().into(),
            id.0.into(),
            name.as_str().into(),
            Value::Text(description.clone()),
            (*basic).into(),
            now.into(),
            search_fold(&searched).into(),
            danish_sort_key(name).into(),
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("catalogue_right", &COLUMNS, rows.into_iter(), Some(RULE)).await?;
    for (id, right) in before.iter().filter(|(_, right)| right.vanished_at.is_none()) {
        if !listing.rights.contains_key(id) {
            let sql = "UPDATE catalogue_right SET vanished_at = $3 WHERE organisation = $1 AND right_id = $2";
            tx.execute_one(sql, &[text.as_str().into(), id.0.into(), now.into()]).await?;
            note(tx, cvr, "right.vanished", &id.to_string(), &right.name).await?;
        }
    }
    if before.is_empty() {
        return Ok(());
    }
    for (id, (name, ..)) in &listing.rights {
        match before.get(id) {
            None => note(tx, cvr, "right.appeared", &id.to_string(), name).await?,
            Some(known) if known.vanished_at.is_some() => {
                note(tx, cvr, "right.returned", &id.to_string(), name).await?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

async fn take_places(tx: &mut Tx, cvr: &Cvr, listing: &Listing) -> Result<(), StoreError> {
    const COLUMNS: [&str; 4] = ["organisation", "scope", "name", "first_seen_at"];
    const RULE: &str = "(organisation, scope) DO UPDATE SET name = excluded.name, closed_at = NULL";
    let (now, text) = (tx.now(), cvr.to_string());
    let sql = "SELECT scope, closed_at FROM place WHERE organisation = $1";
    let rows = tx.rows(sql, &[text.as_str().into()]).await?;
    let before: BTreeMap<String, bool> = rows
        .iter()
        .map(|row| Ok((row.text("scope")?.to_owned(), row.optional_timestamp("closed_at")?.is_none())))
        .collect::<Result<_, StoreError>>()?;
    let rows = listing.places.iter().map(|(scope, name)| {
        vec![text.as_str().into(), scope.to_string().into(), name.as_str().into(), now.into()]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("place", &COLUMNS, rows.into_iter(), Some(RULE)).await?;
    let listed: BTreeSet<String> = listing.places.keys().map(ToString::to_string).collect();
    for (scope, _) in before.iter().filter(|(scope, open)| **open && !listed.contains(*scope)) {
        let sql = "UPDATE place SET closed_at = $3 WHERE organisation = $1 AND scope = $2";
        tx.execute_one(sql, &[text.as_str().into(), scope.as_str().into(), now.into()]).await?;
        let logged = scope.parse().map(Scope::for_log).unwrap_or_default();
        note(tx, cvr, "place.closed", &logged, "").await?;
    }
    Ok(())
}

async fn note(tx: &mut Tx, cvr: &Cvr, action: &str, subject: &str, name: &str) -> Result<(), StoreError> {
    tx.audit(AuditEntry::of("lokalid", action, cvr).subject(subject).detail(json!({ "name": name }))).await
}

/// Every right that was ever shown.
pub async fn rights(tx: &mut Tx, cvr: &Cvr) -> Result<Catalogue, StoreError> {
    let sql =
        "SELECT right_id, name, description, basic, vanished_at FROM catalogue_right WHERE organisation = $1";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let read = |row: &Row| {
        let right = Right {
            name: row.text("name")?.to_owned(),
            description: row.optional_text("description")?.map(str::to_owned),
            basic: row.optional_bool("basic")?,
            vanished_at: row.optional_timestamp("vanished_at")?,
        };
        Ok((RightId(row.uuid("right_id")?), right))
    };
    rows.iter().map(read).collect()
}

/// The SE numbers and production units that are open.
pub async fn places(tx: &mut Tx, cvr: &Cvr) -> Result<Places, StoreError> {
    let sql = "SELECT scope, name FROM place WHERE organisation = $1 AND closed_at IS NULL";
    let mut places = Places::default();
    for row in tx.rows(sql, &[cvr.to_string().into()]).await? {
        match row.text("scope")?.parse() {
            Ok(Scope::Se(number)) => drop(places.se_numbers.insert(number)),
            Ok(Scope::ProductionUnit(number)) => {
                places.production_units.insert(number, row.text("name")?.to_owned());
            }
            Ok(Scope::Cvr) | Err(_) => return Err(row.broken("scope", "is no place")),
        }
    }
    Ok(places)
}
