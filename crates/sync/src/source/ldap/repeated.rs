//! Accounts against each other: no user name and no CPR number may stand twice among those who are employed, except
//! that one person may have several identities where the organisation allows it.
//!
//! Accounts that are disabled, expired or outside the group do no harm: often they are the old ones of somebody who
//! has a new one.

use std::{collections::HashMap, hash::Hash};

use domain::{Name, SourceRecord, Standing};

use super::{EntryFault, EntryProblem, LdapSource, Person};
use crate::source::csv::Column;

pub(super) fn refuse_repeated(source: &LdapSource, people: &mut [Person], several_identities: bool) {
    let cpr = repeated(
        people,
        |record| record.cpr,
        |one, other| {
            if name(one) != name(other) {
                Some(EntryProblem::OtherName as Repeated)
            } else if several_identities {
                None
            } else {
                Some(EntryProblem::SamePerson)
            }
        },
    );
    let user_name = repeated(
        people,
        |record| record.user_name.as_ref().map(domain::UserName::key),
        |_, _| Some(EntryProblem::SameUserName),
    );
    for (column, faults) in [(Column::Cpr, cpr), (Column::UserName, user_name)] {
        for (person, problem) in faults {
            let Some(person) = people.get_mut(person) else { continue };
            let (entry, attribute) = (person.record.place.clone(), source.attribute(column));
            person.faults.push(EntryFault { entry, attribute, problem });
        }
    }
}

/// Names the other entry.
type Repeated = fn(String) -> EntryProblem;

/// Who repeats whom, by their places among the people. Each hears of one other.
fn repeated<K: Eq + Hash>(
    people: &[Person],
    key: impl Fn(&SourceRecord) -> Option<K>,
    why: impl Fn(&SourceRecord, &SourceRecord) -> Option<Repeated>,
) -> Vec<(usize, EntryProblem)> {
    let mut first: HashMap<K, (usize, &SourceRecord)> = HashMap::with_capacity(people.len());
    let mut faults = Vec::new();
    for (place, Person { record, .. }) in people.iter().enumerate() {
        let Some(key) = key(record).filter(|_| record.standing == Standing::Employed) else { continue };
        let (first_place, other) = *first.entry(key).or_insert((place, record));
        if first_place == place {
            continue;
        }
        if let Some(why) = why(record, other) {
            faults.push((place, why(other.place.clone())));
            faults.push((first_place, why(record.place.clone())));
        }
    }
    faults
}

fn name(record: &SourceRecord) -> [Option<String>; 2] {
    [&record.given_name, &record.surname].map(|part| part.as_ref().map(Name::folded))
}
