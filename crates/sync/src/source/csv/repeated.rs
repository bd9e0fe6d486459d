//! Rows against each other: no key, no user name and no CPR number may stand twice, except that one person may
//! have several identities where the organisation allows it.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
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
            |row| row.record.cpr.as_ref(),
            |row, other| match row.record.cpr {
                Some(cpr) if named_twice.contains(&cpr) => Some(Problem::OtherName(other)),
                _ if several_identities => None,
                _ => Some(Problem::SamePerson(other)),
            },
        );
    }
    refuse(rows, &mut refused, |row| row.key.as_ref(), |_, other| Some(Problem::SameKey(other)));
    refuse(
        rows,
        &mut refused,
        |row| row.record.user_name.as_ref(),
        |_, other| Some(Problem::SameUserName(other)),
    );
}

/// Two rows that say the same; a row beyond the second names the first.
struct Seen {
    first: u64,
    second: Option<u64>,
}

impl Seen {
    fn other_than(&self, number: u64) -> Option<u64> {
        if number == self.first { self.second } else { Some(self.first) }
    }
}

fn refuse<K: Eq + Hash>(
    rows: &mut [Row],
    refused: &mut HashSet<u64>,
    key: impl Fn(&Row) -> Option<&K>,
    problem: impl Fn(&Row, u64) -> Option<Problem>,
) {
    let faults: Vec<Option<Problem>> = {
        let seen = seen(rows, &key);
        let other = |row: &Row| key(row).and_then(|key| seen.get(key)?.other_than(row.number));
        rows.iter().map(|row| problem(row, other(row)?)).collect()
    };
    for (row, problem) in rows.iter_mut().zip(faults) {
        if let Some(problem) = problem
            && refused.insert(row.number)
        {
            row.faults.push(CsvFault::of_row(row.number, problem));
        }
    }
}

fn seen<'a, K: Eq + Hash>(rows: &'a [Row], key: impl Fn(&'a Row) -> Option<&'a K>) -> HashMap<&'a K, Seen> {
    let mut seen = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(key) = key(row) {
            let seen: &mut Seen = seen.entry(key).or_insert(Seen { first: row.number, second: None });
            if seen.first != row.number {
                seen.second.get_or_insert(row.number);
            }
        }
    }
    seen
}

fn cpr_numbers_with_two_names(rows: &[Row]) -> HashSet<Cpr> {
    let mut firsts: HashMap<Cpr, &Row> = HashMap::with_capacity(rows.len());
    let mut twice = HashSet::new();
    for (cpr, row) in rows.iter().filter_map(|row| Some((row.record.cpr?, row))) {
        match firsts.entry(cpr) {
            Entry::Vacant(place) => {
                place.insert(row);
            }
            Entry::Occupied(first) if name(first.get()) != name(row) => {
                twice.insert(cpr);
            }
            Entry::Occupied(_) => {}
        }
    }
    twice
}

fn name(row: &Row) -> [Option<String>; 2] {
    [&row.record.given_name, &row.record.surname].map(|part| part.as_ref().map(Name::folded))
}
