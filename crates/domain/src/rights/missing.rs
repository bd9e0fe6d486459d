//! What somebody lacks for a right.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Language,
    rights::{Key, ScopeFault},
};

/// One condition that is not met. Where all that a route lists are met, it gives the right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Missing {
    Unit {
        any_of: BTreeSet<String>,
        sub_units: bool,
        has: Option<String>,
    },
    Title {
        any_of: BTreeSet<String>,
        has: Option<String>,
    },
    Group {
        any_of: BTreeSet<String>,
    },
    /// Whether the person must be somebody's manager, or must not be.
    Manager {
        must: bool,
    },
    Attribute {
        name: String,
        any_of: BTreeSet<String>,
        has: Option<String>,
    },
    NotYet {
        from: Date,
    },
    Over {
        until: Date,
    },
    /// Named as an exception.
    ExceptedPerson,
    ExceptedUnit {
        unit: String,
    },
    ExceptedBundle {
        bundle: Key,
    },
    /// A rule or grant of a sensitive bundle that too few have approved.
    Approval {
        needed: usize,
        given: usize,
    },
    /// Somebody took it away; a grant from after that counts.
    Withdrawn {
        from: Option<Date>,
        by: String,
        why: String,
    },
    /// Another bundle that must not be held together with this one.
    Separation {
        bundle: Key,
        why: String,
    },
    /// The bundle has as many holders as it may have.
    Full {
        most: u32,
    },
    Scope(ScopeFault),
    /// MitID Erhverv has the right no longer.
    Vanished,
    /// Lokalid does not look after the right.
    LeftAlone,
    /// The person does not work here (any more).
    NotHere,
    /// No rule gives it: somebody must give or request it.
    Grant,
}

impl Missing {
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Danish => self.say_danish(),
            Language::English => self.say_english(),
        }
    }

    fn say_danish(&self) -> String {
        let now =
            |has: &Option<String>| has.as_ref().map_or("har ingen".to_owned(), |has| format!("har »{has}«"));
        match self {
            Self::Unit { any_of, sub_units, has } => {
                let below = if *sub_units { " eller en enhed under" } else { "" };
                format!("enheden {}{below} ({})", listed(any_of, Language::Danish), now(has))
            }
            Self::Title { any_of, has } => {
                format!("stillingen {} ({})", listed(any_of, Language::Danish), now(has))
            }
            Self::Group { any_of } => format!("gruppen {}", listed(any_of, Language::Danish)),
            Self::Manager { must: true } => "at være leder for nogen".to_owned(),
            Self::Manager { must: false } => "ikke at være leder for nogen".to_owned(),
            Self::Attribute { name, any_of, has } => {
                format!("{name} {} ({})", listed(any_of, Language::Danish), now(has))
            }
            Self::NotYet { from } => format!("gælder først fra {}", day(*from)),
            Self::Over { until } => format!("sluttede {}", day(*until)),
            Self::ExceptedPerson => "personen er undtaget ved navn".to_owned(),
            Self::ExceptedUnit { unit } => format!("enheden »{unit}« er undtaget"),
            Self::ExceptedBundle { bundle } => format!("den, der har pakken `{bundle}`, er undtaget"),
            Self::Approval { needed, given } => format!("{given} af {needed} har godkendt"),
            Self::Withdrawn { from, by, why } => {
                let from = from.map(|from| format!(" fra {}", day(from))).unwrap_or_default();
                format!("fjernet{from} af {by}: {why}. En ny tildeling giver den igen")
            }
            Self::Separation { bundle, why } => format!("kan ikke haves sammen med pakken `{bundle}`: {why}"),
            Self::Full { most } => format!("pakken har allerede de {most} indehavere, den højst må have"),
            Self::Scope(fault) => fault.say(Language::Danish),
            Self::Vanished => "rettigheden findes ikke længere i MitID Erhverv".to_owned(),
            Self::LeftAlone => "rettigheden styres ikke herfra".to_owned(),
            Self::NotHere => "personen arbejder her ikke".to_owned(),
            Self::Grant => "en tildeling eller en godkendt anmodning".to_owned(),
        }
    }

    fn say_english(&self) -> String {
        let now =
            |has: &Option<String>| has.as_ref().map_or("has none".to_owned(), |has| format!("has \"{has}\""));
        match self {
            Self::Unit { any_of, sub_units, has } => {
                let below = if *sub_units { " or one below" } else { "" };
                format!("the unit {}{below} ({})", listed(any_of, Language::English), now(has))
            }
            Self::Title { any_of, has } => {
                format!("the title {} ({})", listed(any_of, Language::English), now(has))
            }
            Self::Group { any_of } => format!("the group {}", listed(any_of, Language::English)),
            Self::Manager { must: true } => "to be somebody's manager".to_owned(),
            Self::Manager { must: false } => "not to be anybody's manager".to_owned(),
            Self::Attribute { name, any_of, has } => {
                format!("{name} {} ({})", listed(any_of, Language::English), now(has))
            }
            Self::NotYet { from } => format!("counts from {} on", day(*from)),
            Self::Over { until } => format!("ended {}", day(*until)),
            Self::ExceptedPerson => "the person is left out by name".to_owned(),
            Self::ExceptedUnit { unit } => format!("the unit \"{unit}\" is left out"),
            Self::ExceptedBundle { bundle } => format!("whoever has the bundle `{bundle}` is left out"),
            Self::Approval { needed, given } => format!("{given} of {needed} have approved"),
            Self::Withdrawn { from, by, why } => {
                let from = from.map(|from| format!(" from {}", day(from))).unwrap_or_default();
                format!("removed{from} by {by}: {why}. A new grant gives it again")
            }
            Self::Separation { bundle, why } => {
                format!("cannot be held together with the bundle `{bundle}`: {why}")
            }
            Self::Full { most } => format!("the bundle has the {most} holders already that it may have"),
            Self::Scope(fault) => fault.say(Language::English),
            Self::Vanished => "MitID Erhverv has the right no longer".to_owned(),
            Self::LeftAlone => "the right is left alone".to_owned(),
            Self::NotHere => "the person does not work here".to_owned(),
            Self::Grant => "a grant or an approved request".to_owned(),
        }
    }
}

fn listed(values: &BTreeSet<String>, language: Language) -> String {
    let quoted: Vec<String> = match language {
        Language::Danish => values.iter().map(|value| format!("»{value}«")).collect(),
        Language::English => values.iter().map(|value| format!("\"{value}\"")).collect(),
    };
    quoted.join(language.pick(" eller ", " or "))
}

/// As Danes write a day.
pub(super) fn day(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}
