//! A bundle or a right that one person was given directly, or that was withdrawn from them.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    GrantId, IdentityId, Language, RightId,
    rights::{Facts, Key, Places, Policy, ScopeFault, WantedScope},
};

/// One grant. It is never deleted: an end is written on it. One that [withdraws](Grant::withdraws) stands against every
/// rule, and against every grant that was made before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub identity: IdentityId,
    pub granted: Granted,
    /// First and last day.
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub why: String,
    /// The number of the case in the organisation's own system.
    pub case: Option<String>,
    pub origin: GrantOrigin,
    pub by: String,
    /// Everybody who said yes to it, in the order they did.
    pub approved_by: Vec<String>,
    pub at: Timestamp,
}

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Granted {
    Bundle(Key),
    Right { right: RightId, scope: WantedScope },
}

impl Granted {
    /// Everything that speaks against giving it to somebody in a period.
    pub fn faults(
        &self,
        (from, until): (Option<Date>, Option<Date>),
        facts: &Facts,
        policy: &Policy,
        places: &Places,
    ) -> Vec<GrantFault> {
        let what = match self {
            Self::Bundle(key) if !policy.bundles.contains_key(key) => Some(GrantFault::NoBundle(key.clone())),
            Self::Bundle(_) => None,
            Self::Right { right, .. } if !policy.managed.contains(right) => {
                Some(GrantFault::LeftAlone(*right))
            }
            Self::Right { scope, .. } => scope.resolve(facts.p_number, places).err().map(GrantFault::Scope),
        };
        let gone = (!facts.here).then_some(GrantFault::NotHere);
        let period = from.zip(until).filter(|(from, until)| until < from);
        let period = period.map(|(from, until)| GrantFault::EndBeforeStart { from, until });
        [what, gone, period].into_iter().flatten().collect()
    }

    /// For the log.
    pub fn for_log(&self) -> String {
        match self {
            Self::Bundle(key) => format!("bundle {key}"),
            Self::Right { right, scope } => format!("right {right}, {}", scope.for_log()),
        }
    }
}

/// Why something cannot be given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantFault {
    NoBundle(Key),
    /// Nobody here looks after the right.
    LeftAlone(RightId),
    Scope(ScopeFault),
    /// The person is not here (any more).
    NotHere,
    EndBeforeStart {
        from: Date,
        until: Date,
    },
}

impl GrantFault {
    pub fn say(&self, language: Language) -> String {
        let danish = language == Language::Danish;
        match self {
            Self::NoBundle(key) if danish => format!("der er ingen pakke `{key}`"),
            Self::NoBundle(key) => {
                format!("there is no bundle `{key}`; `lokalid rights export FILE` shows them")
            }
            Self::LeftAlone(right) if danish => format!("rettigheden {right} passes ikke herfra"),
            Self::LeftAlone(right) => {
                format!(
                    "the right {right} is left alone; `lokalid rights take-over` looks after it from then on"
                )
            }
            Self::Scope(fault) => fault.say(language),
            Self::NotHere => language
                .pick(
                    "personen er her ikke og kan ikke få noget",
                    "the person is not here and cannot get anything",
                )
                .to_owned(),
            Self::EndBeforeStart { from, until } if danish => {
                format!("sidste dag {until} ligger før første dag {from}. Byt dem om, eller ret den ene")
            }
            Self::EndBeforeStart { from, until } => {
                format!("the last day {until} lies before the first day {from}. Swap them, or mend one")
            }
        }
    }
}

/// How it came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantOrigin {
    /// An administrator gave it.
    Direct,
    /// It was asked for, and approved.
    Requested,
    /// It was held in MitID Erhverv when Lokalid began to look after the right.
    TakenOver,
    /// Somebody looked through what people have, and said that this person is not to have it.
    Withdrawn,
}

impl Grant {
    /// Whether it takes away instead of giving.
    pub fn withdraws(&self) -> bool {
        self.origin == GrantOrigin::Withdrawn
    }
}

impl GrantOrigin {
    pub const ALL: [Self; 4] = [Self::Direct, Self::Requested, Self::TakenOver, Self::Withdrawn];

    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Requested => "requested",
            Self::TakenOver => "taken-over",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::Direct => language.pick("tildelt direkte", "given directly"),
            Self::Requested => language.pick("anmodet", "asked for"),
            Self::TakenOver => language.pick("overtaget fra MitID Erhverv", "taken over from MitID Erhverv"),
            Self::Withdrawn => language.pick("fjernet ved gennemgang", "removed at a review"),
        }
    }
}
