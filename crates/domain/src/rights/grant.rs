//! A bundle or a right that one person was given directly, or that was withdrawn from them.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    GrantId, IdentityId, Language, RightId,
    rights::{Key, WantedScope},
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
    /// For the log.
    pub fn for_log(&self) -> String {
        match self {
            Self::Bundle(key) => format!("bundle {key}"),
            Self::Right { right, scope } => format!("right {right}, {}", scope.for_log()),
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
