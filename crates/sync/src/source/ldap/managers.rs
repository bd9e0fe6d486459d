//! Managers by their user names: a directory names them by their entries, which people do not read and which change
//! with every move.

use std::collections::{BTreeMap, HashMap};

use directory::DistinguishedName;
use domain::{Parts, SourceRecord, Warning};

use super::Person;

/// Puts the manager's user name, or else the name, where the manager's entry stands. Whoever has a manager that was not
/// read has none; each such manager is named once. A manager written as anything else stays as it is.
pub(super) fn resolve(people: &mut [Person]) -> Vec<Warning> {
    let known: HashMap<DistinguishedName, Option<String>> = people
        .iter()
        .filter_map(|Person { record, .. }| Some((DistinguishedName::parse(&record.place)?, called(record))))
        .collect();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for Person { record, .. } in people {
        let Some(written) = record.manager.take() else { continue };
        record.manager = match DistinguishedName::parse(&written).map(|name| known.get(&name)) {
            None => Some(written),
            Some(Some(Some(manager))) => Some(manager.clone()),
            Some(_) => {
                *unknown.entry(written).or_default() += 1;
                None
            }
        };
    }
    unknown.into_iter().map(warning).collect()
}

fn called(SourceRecord { user_name, given_name, surname, .. }: &SourceRecord) -> Option<String> {
    let full_name = || Some(format!("{} {}", given_name.as_ref()?, surname.as_ref()?));
    user_name.as_ref().map(ToString::to_string).or_else(full_name)
}

fn warning((place, people): (String, usize)) -> Warning {
    let whose = if people == 1 { "one person".to_owned() } else { format!("{people} people") };
    let text = format!(
        "manager of {whose}, but not among the entries that were read, or without a name there; they are kept without a \
         manager. Let the bases and the filter find the manager too"
    );
    let parts = Some(Parts::new("ldap-manager-unread").with("number", people));
    Warning { place, text, parts }
}
