//! What rules look at in a person.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Desired, IdentityId, PNumber, Presence, text::lower};

/// One person as rules see them, at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub identity: IdentityId,
    /// User name or name, for lists.
    pub label: String,
    pub user_name: Option<String>,
    /// Levels separated by ` / `, the highest first.
    pub unit: Option<String>,
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The user name of their manager.
    pub manager: Option<String>,
    /// Whether they are somebody's manager.
    pub leads: bool,
    pub p_number: Option<PNumber>,
    /// Whether they work here. Nobody who left is to hold anything.
    pub here: bool,
}

impl Facts {
    /// `leads`: whether somebody who is employed names them as manager.
    pub fn of(desired: &Desired, leads: bool) -> Self {
        Self {
            identity: desired.identity,
            label: desired.label(),
            user_name: desired.user_name.as_ref().map(ToString::to_string),
            unit: desired.unit.clone(),
            title: desired.title.clone(),
            groups: desired.groups.clone(),
            attributes: desired.attributes.clone(),
            manager: desired.manager.clone(),
            leads,
            p_number: desired.p_number,
            here: !matches!(desired.presence, Presence::Left(_)),
        }
    }
}

/// The form that names of units, titles and groups are compared in: lower case, blanks as single spaces.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.push_str(word);
            let from = folded.len() - word.len();
            if let Some(new) = folded.get_mut(from..) {
                new.make_ascii_lowercase();
            }
        } else {
            folded.extend(lower(word));
        }
    }
    folded
}

/// What stands between the levels of a unit.
const LEVEL: &str = " / ";

/// A unit and those above it, the unit itself first: `a / b / c`, `a / b`, `a`.
pub fn units_above(unit: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(unit), |unit| unit.rfind(LEVEL).and_then(|place| unit.get(..place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_followed_upwards() {
        assert_eq!(units_above("a / b / c").collect::<Vec<_>>(), ["a / b / c", "a / b", "a"]);
        assert_eq!(units_above("løn/økonomi").collect::<Vec<_>>(), ["løn/økonomi"]);
    }

    #[test]
    fn case_and_blanks_do_not_count() {
        assert_eq!(fold("  Nørreby\u{a0}  SKOLE "), "nørreby skole");
        assert_eq!(fold("ÆLDRE Pleje"), "ældre pleje");
    }
}
