//! What people are told by mail: a request that waits for them, a right that ends, a review that is due.
//!
//! A [`Notice`] has the facts. How they are said stands in one text for each kind and language, in `notice/da` and
//! `notice/en`; [`Template`] is what such a text is made of.

mod template;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::template::{Facts, Letter, Places, Template, TemplateFault};
use crate::Language;

/// One notice to one person. `address` is always the page to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Notice {
    /// Somebody must approve.
    RequestWaits {
        approver: String,
        requester: String,
        person: String,
        bundle: String,
        why: String,
        from: Option<Date>,
        until: Option<Date>,
        address: String,
    },
    /// They have not, and it has waited since then.
    RequestReminder {
        approver: String,
        requester: String,
        person: String,
        bundle: String,
        why: String,
        from: Option<Date>,
        until: Option<Date>,
        since: Date,
        address: String,
    },
    /// Somebody did, or said no.
    RequestDecided {
        requester: String,
        person: String,
        bundle: String,
        approved: bool,
        by: String,
        why: String,
        address: String,
    },
    /// To the person themselves; `until` is the last day.
    RightExpires {
        person: String,
        bundle: String,
        until: Date,
        address: String,
    },
    RightOfOthersExpires {
        manager: String,
        person: String,
        bundle: String,
        until: Date,
        address: String,
    },
    AttestationBegins {
        manager: String,
        campaign: String,
        people: u32,
        due: Date,
        address: String,
    },
    AttestationReminder {
        manager: String,
        campaign: String,
        left: u32,
        due: Date,
        address: String,
    },
    /// The manager above answers for one who did not.
    AttestationEscalated {
        manager: String,
        absent_manager: String,
        campaign: String,
        left: u32,
        due: Date,
        address: String,
    },
}

/// One kind of notice: what can be said in its text, and the text it has by itself.
#[derive(Debug, Clone, Copy)]
pub struct NoticeKind {
    pub name: &'static str,
    pub places: Places,
    danish: &'static str,
    english: &'static str,
}

/// Embeds the two texts of one kind.
macro_rules! kind {
    ($name:literal, $needed:expr, $optional:expr) => {
        NoticeKind {
            name: $name,
            places: Places { needed: &$needed, optional: &$optional },
            danish: include_str!(concat!("notice/da/", $name, ".txt")),
            english: include_str!(concat!("notice/en/", $name, ".txt")),
        }
    };
}

const REQUEST_WAITS: NoticeKind =
    kind!("request-waits", ["requester", "person", "bundle", "why", "address"], ["approver", "period"]);
const REQUEST_REMINDER: NoticeKind = kind!(
    "request-reminder",
    ["requester", "person", "bundle", "address"],
    ["approver", "why", "period", "since"]
);
const REQUEST_APPROVED: NoticeKind =
    kind!("request-approved", ["person", "bundle", "by"], ["requester", "why", "address"]);
const REQUEST_DECLINED: NoticeKind =
    kind!("request-declined", ["person", "bundle", "by", "why"], ["requester", "address"]);
const RIGHT_EXPIRES: NoticeKind = kind!("right-expires", ["bundle", "until", "address"], ["person"]);
const RIGHT_OF_OTHERS_EXPIRES: NoticeKind =
    kind!("right-of-others-expires", ["person", "bundle", "until", "address"], ["manager"]);
const ATTESTATION_BEGINS: NoticeKind =
    kind!("attestation-begins", ["due", "address"], ["manager", "campaign", "people"]);
const ATTESTATION_REMINDER: NoticeKind =
    kind!("attestation-reminder", ["left", "due", "address"], ["manager", "campaign"]);
const ATTESTATION_ESCALATED: NoticeKind =
    kind!("attestation-escalated", ["absent_manager", "left", "due", "address"], ["manager", "campaign"]);

impl NoticeKind {
    /// Every kind there is.
    pub const ALL: [Self; 9] = [
        REQUEST_WAITS,
        REQUEST_REMINDER,
        REQUEST_APPROVED,
        REQUEST_DECLINED,
        RIGHT_EXPIRES,
        RIGHT_OF_OTHERS_EXPIRES,
        ATTESTATION_BEGINS,
        ATTESTATION_REMINDER,
        ATTESTATION_ESCALATED,
    ];

    /// The text that it has by itself.
    pub fn text(&self, language: Language) -> &'static str {
        language.pick(self.danish, self.english)
    }
}

impl Notice {
    /// The name of its text. An approval and a refusal of a request are two.
    pub fn kind(&self) -> &'static str {
        self.of_kind().name
    }

    /// The notice as its built-in text says it.
    pub fn letter(&self, language: Language) -> Letter {
        Template::unchecked(self.of_kind().text(language)).fill(&self.facts(language))
    }

    /// What fills the places of its text.
    pub fn facts(&self, language: Language) -> Facts {
        let date = |date: &Date| in_words(*date, language);
        let people = |number: u32| counted(number, language);
        match self.clone() {
            Self::RequestWaits { approver, requester, person, bundle, why, from, until, address } => {
                let period = period(from, until, language);
                request([requester, person, bundle, why, address], approver, period)
            }
            Self::RequestReminder {
                approver,
                requester,
                person,
                bundle,
                why,
                from,
                until,
                since,
                address,
            } => {
                let period = period(from, until, language);
                let mut facts = request([requester, person, bundle, why, address], approver, period);
                facts.insert("since", date(&since));
                facts
            }
            Self::RequestDecided { requester, person, bundle, approved: _, by, why, address } => {
                Facts::from([
                    ("requester", requester),
                    ("person", person),
                    ("bundle", bundle),
                    ("by", by),
                    ("why", why),
                    ("address", address),
                ])
            }
            Self::RightExpires { person, bundle, until, address } => Facts::from([
                ("person", person),
                ("bundle", bundle),
                ("until", date(&until)),
                ("address", address),
            ]),
            Self::RightOfOthersExpires { manager, person, bundle, until, address } => Facts::from([
                ("manager", manager),
                ("person", person),
                ("bundle", bundle),
                ("until", date(&until)),
                ("address", address),
            ]),
            Self::AttestationBegins { manager, campaign, people: number, due, address } => Facts::from([
                ("manager", manager),
                ("campaign", campaign),
                ("people", people(number)),
                ("due", date(&due)),
                ("address", address),
            ]),
            Self::AttestationReminder { manager, campaign, left, due, address } => Facts::from([
                ("manager", manager),
                ("campaign", campaign),
                ("left", people(left)),
                ("due", date(&due)),
                ("address", address),
            ]),
            Self::AttestationEscalated { manager, absent_manager, campaign, left, due, address } => {
                Facts::from([
                    ("manager", manager),
                    ("absent_manager", absent_manager),
                    ("campaign", campaign),
                    ("left", people(left)),
                    ("due", date(&due)),
                    ("address", address),
                ])
            }
        }
    }

    fn of_kind(&self) -> NoticeKind {
        match self {
            Self::RequestWaits { .. } => REQUEST_WAITS,
            Self::RequestReminder { .. } => REQUEST_REMINDER,
            Self::RequestDecided { approved: true, .. } => REQUEST_APPROVED,
            Self::RequestDecided { approved: false, .. } => REQUEST_DECLINED,
            Self::RightExpires { .. } => RIGHT_EXPIRES,
            Self::RightOfOthersExpires { .. } => RIGHT_OF_OTHERS_EXPIRES,
            Self::AttestationBegins { .. } => ATTESTATION_BEGINS,
            Self::AttestationReminder { .. } => ATTESTATION_REMINDER,
            Self::AttestationEscalated { .. } => ATTESTATION_ESCALATED,
        }
    }
}

/// What a request and its reminder have in common.
fn request(said: [String; 5], approver: String, period: String) -> Facts {
    let names = ["requester", "person", "bundle", "why", "address"];
    let facts = names.into_iter().zip(said);
    facts.chain([("approver", approver), ("period", period)]).collect()
}

/// From when until when, as part of a sentence.
fn period(from: Option<Date>, until: Option<Date>, language: Language) -> String {
    let first = match from {
        Some(from) => format!("{} {}", language.pick("fra", "from"), in_words(from, language)),
        None => language.pick("med det samme", "at once").to_owned(),
    };
    match until {
        Some(until) => format!(
            "{first}, {} {}",
            language.pick("til og med", "until and including"),
            in_words(until, language)
        ),
        None => format!("{first}, {}", language.pick("uden slutdato", "without an end")),
    }
}

fn counted(people: u32, language: Language) -> String {
    let word = match people {
        1 => language.pick("medarbejder", "member of staff"),
        _ => language.pick("medarbejdere", "members of staff"),
    };
    format!("{people} {word}")
}

/// 1. december 2026, and 1 December 2026.
fn in_words(date: Date, language: Language) -> String {
    let names = language.pick(DANISH_MONTHS, ENGLISH_MONTHS);
    let month = usize::try_from(date.month() - 1).ok().and_then(|month| names.get(month)).unwrap_or(&"");
    format!("{}{} {month} {}", date.day(), language.pick(".", ""), date.year())
}

const DANISH_MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests;
