//! Rows against each other: no key, no user name and no CPR number may stand twice, except that one person may
//! have several identities where the organisation allows it.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use domain::{Cpr, Name};

use super::{
    faults::{CsvFault, Problem},
    row::Row,
};

/// Adds a fault to every row that repeats another. Each row hears of the first reason only, so that a line
/// pasted twice is one fault and not three.
pub(super) fn refuse_repeated(rows: &mut [Row], several_identities: bool) {
    let mut refused = HashSet::new();
    let named_twice = cpr_numbers_with_two_names(rows);
    if !several_identities || !named_twice.is_empty() {
        refuse(
            rows,
            &mut refused,
            |row| row.record.cpr,
            |row, other| match row.record.cpr {
                Some(cpr) if named_twice.contains(&cpr) => Some(Problem::OtherName(other)),
                _ if several_identities => None,
                _ => Some(Problem::SamePerson(other)),
            },
        );
    }
    refuse(rows, &mut refused, |row| row.key.clone(), |_, other| Some(Problem::SameKey(other)));
    refuse(
        rows,
        &mut refused,
        |row| row.record.user_name.clone(),
        |_, other| Some(Problem::SameUserName(other)),
    );
}

/// Two rows that say the same; a row beyond the second names the first.
struct Seen {
    first: u64,
    second: Option<u64>,
}

fn refuse<K: Eq + Hash>(
    rows: &mut [Row],
    refused: &mut HashSet<u64>,
    key: impl Fn(&Row) -> Option<K>,
    problem: impl Fn(&Row, u64) -> Option<Problem>,
) {
    let mut seen: HashMap<K, Seen> = HashMap::with_capacity(rows.len());
    for row in rows.iter() {
        if let Some(key) = key(row) {
            let seen = seen.entry(key).or_insert(Seen { first: row.number, second: None });
            if seen.first != row.number {
                seen.second.get_or_insert(row.number);
            }
        }
    }
    seen.retain(|_, seen| seen.second.is_some());
    for row in rows.iter_mut() {
        let Some(Seen { first, second: Some(second) }) = key(row).and_then(|key| seen.get(&key)) else {
            continue;
        };
        let other = if row.number == *first { *second } else { *first };
        let Some(problem) = problem(row, other) else { continue };
        if refused.insert(row.number) {
            row.faults.push(CsvFault::of_row(row.number, problem));
        }
    }
}

fn cpr_numbers_with_two_names(rows: &[Row]) -> HashSet<Cpr> {
    let mut names: HashMap<Cpr, &Row> = HashMap::with_capacity(rows.len());
    let mut twice = HashSet::new();
    for row in rows {
        if let Some(cpr) = row.record.cpr {
            let first = names.entry(cpr).or_insert(row);
            if name(first) != name(row) {
                twice.insert(cpr);
            }
        }
    }
    twice
}

fn name(row: &Row) -> [Option<String>; 2] {
    [&row.record.given_name, &row.record.surname].map(|part| part.as_ref().map(Name::folded))
}
