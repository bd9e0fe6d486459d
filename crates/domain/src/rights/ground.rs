//! Why somebody is to hold a right, as it is kept with an operation and shown to people.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    GrantId, Language,
    rights::{GrantOrigin, Key, missing::day},
};

/// One reason, with what made it count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Ground {
    Rule {
        rule: Key,
        name: String,
        bundle: Key,
        /// What the person has of what the rule asks for, by the name of the condition.
        met: BTreeMap<String, String>,
        from: Option<Date>,
        until: Option<Date>,
        approved_by: Vec<String>,
    },
    Grant {
        grant: GrantId,
        bundle: Option<Key>,
        origin: String,
        by: String,
        why: String,
        case: Option<String>,
        from: Option<Date>,
        until: Option<Date>,
        approved_by: Vec<String>,
    },
}

impl Ground {
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Rule { name, met, until, .. } => {
                let met: Vec<String> = met
                    .iter()
                    .map(|(condition, value)| format!("{} {value}", word(condition, language)))
                    .collect();
                let met = if met.is_empty() {
                    language.pick("alle", "everyone").to_owned()
                } else {
                    met.join(", ")
                };
                let rule = match language {
                    Language::Danish => format!("reglen »{name}« ({met})"),
                    Language::English => format!("rule \"{name}\" ({met})"),
                };
                rule + &ending(*until, language)
            }
            Self::Grant { origin, by, why, until, .. } => {
                let how = GrantOrigin::ALL
                    .into_iter()
                    .find(|one| one.name() == origin)
                    .map_or(origin.as_str(), |one| one.say(language));
                let who = match language {
                    Language::Danish => format!("{how} af {by}: {why}"),
                    Language::English => format!("{how} by {by}: {why}"),
                };
                who + &ending(*until, language)
            }
        }
    }

    pub fn bundle(&self) -> Option<&Key> {
        match self {
            Self::Rule { bundle, .. } => Some(bundle),
            Self::Grant { bundle, .. } => bundle.as_ref(),
        }
    }

    /// The same text for grounds that differ only in what belongs to one person.
    pub(crate) fn sort(&self) -> String {
        match self {
            Self::Rule { rule, .. } => format!("rule {rule}"),
            Self::Grant { origin, bundle, .. } => {
                format!("{origin} {}", bundle.as_ref().map_or("-", Key::as_str))
            }
        }
    }
}

fn word(condition: &str, language: Language) -> &str {
    match condition {
        "unit" => language.pick("enhed", "unit"),
        "title" => language.pick("stilling", "title"),
        "group" => language.pick("gruppe", "group"),
        "manager" => language.pick("leder", "manager"),
        other => other,
    }
}

fn ending(until: Option<Date>, language: Language) -> String {
    let until = until.map(|until| format!(", {} {}", language.pick("til og med", "until"), day(until)));
    until.unwrap_or_default()
}
