//! One call to the IdM API that a plan asks for, with everything that the call needs and the reason for it.
//!
//! The worker has no choices left: whatever has to be decided is decided here.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Cpr, Departure, Email, Field, Fields, IdentityId, Language, Level, Name, RemoteUuid, Rid, RightId,
    SourceName,
    rights::{Ground, Missing, Route, Scope},
};

/// What is to be done. Carries CPR numbers: serialised only into sealed columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Suspend(RemoteUuid),
    Reactivate(RemoteUuid),
    /// Local only: this identity in MitID Erhverv is this person.
    Adopt(RemoteUuid),
    Create(Box<NewIdentity>),
    UpdateDraft(RemoteUuid, Profile),
    UpdateProfile(RemoteUuid, Profile),
    UpdateEmail(RemoteUuid, Email),
    SetSigning(RemoteUuid, bool),
    GiveRights(RemoteUuid, Scope, BTreeSet<RightId>),
    TakeRights(RemoteUuid, Scope, BTreeSet<RightId>),
    Delete(RemoteUuid),
}

/// Everything that a create call carries (reference/idm-api.md §2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewIdentity {
    pub given_name: Name,
    pub surname: Name,
    pub email: Email,
    pub cpr: Option<Cpr>,
    /// Only where there is no CPR number; the name of the field in the API is a guess.
    pub birth_date: Option<Date>,
    pub rid: Option<Rid>,
    pub level: Level,
    pub pseudonym: bool,
    pub signing: bool,
    pub invoice_method: Option<Uuid>,
    /// Local IdP only.
    pub subject_name_id: Option<String>,
}

/// The body of the two profile calls (reference/idm-api.md §2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub given_name: Name,
    pub surname: Name,
    pub email: Email,
    pub cpr: Option<Cpr>,
    pub level: Level,
}

impl Action {
    /// The name in JSON, in the log and in the console's texts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Suspend(_) => "suspend",
            Self::Reactivate(_) => "reactivate",
            Self::Adopt(_) => "adopt",
            Self::Create(_) => "create",
            Self::UpdateDraft(..) => "update-draft",
            Self::UpdateProfile(..) => "update-profile",
            Self::UpdateEmail(..) => "update-email",
            Self::SetSigning(..) => "set-signing",
            Self::GiveRights(..) => "give-rights",
            Self::TakeRights(..) => "take-rights",
            Self::Delete(_) => "delete",
        }
    }

    /// The identity in MitID Erhverv that it is about; a creation has none yet.
    pub fn uuid(&self) -> Option<RemoteUuid> {
        match self {
            Self::Create(_) => None,
            Self::Suspend(uuid)
            | Self::Reactivate(uuid)
            | Self::Adopt(uuid)
            | Self::UpdateDraft(uuid, _)
            | Self::UpdateProfile(uuid, _)
            | Self::UpdateEmail(uuid, _)
            | Self::SetSigning(uuid, _)
            | Self::GiveRights(uuid, ..)
            | Self::TakeRights(uuid, ..)
            | Self::Delete(uuid) => Some(*uuid),
        }
    }

    /// The rights that it gives or takes, in their scope.
    pub fn rights(&self) -> Option<(Scope, &BTreeSet<RightId>)> {
        match self {
            Self::GiveRights(_, scope, rights) | Self::TakeRights(_, scope, rights) => Some((*scope, rights)),
            _ => None,
        }
    }

    /// Suspensions and deletions: what takes somebody's access away.
    pub fn stops_access(&self) -> bool {
        matches!(self, Self::Suspend(_) | Self::Delete(_))
    }
}

/// A planned operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The identity here; `None` for what no source knows.
    pub identity: Option<IdentityId>,
    /// The user name, or the name where there is none: what a list shows.
    pub label: String,
    pub action: Action,
    pub fields: BTreeSet<Field>,
    /// What MitID Erhverv showed of these fields when this was planned; a CPR number masked.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub before: Fields,
    pub reason: Reason,
}

impl Operation {
    /// What it is about: at most one open operation of a subject is sent at a time.
    pub fn subject(&self) -> String {
        match (self.identity, self.action.uuid()) {
            (Some(identity), _) => identity.to_string(),
            (None, Some(uuid)) => uuid.to_string(),
            (None, None) => self.label.clone(),
        }
    }
}

/// Why an operation is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    Joined {
        source: SourceName,
    },
    Left(Departure),
    NeverActivated(Departure),
    LeftLongAgo {
        left: Departure,
        days: u32,
    },
    CameBack {
        source: SourceName,
    },
    Changed {
        source: SourceName,
    },
    /// Changed in MitID Erhverv, and we own the field.
    Overruled,
    Matched {
        evidence: MatchEvidence,
    },
    Ordered {
        by: String,
        why: String,
    },
    Answered {
        by: String,
    },
    /// No source knows the identity, and somebody decided that it is to be suspended.
    Unmanaged {
        by: String,
        why: String,
    },
    /// Rules and grants give these rights.
    Entitled {
        grounds: Vec<Ground>,
    },
    /// No rule and no grant gives these rights in this scope any more: what the nearest ones miss, and in which scopes
    /// the rights are given instead.
    NotEntitled {
        nearest: Vec<Route>,
        instead: Vec<Scope>,
    },
}

/// What made a match sure, or who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchEvidence {
    Rid,
    CprAndName,
    NameEmailBirthDate,
    Human,
}

impl Reason {
    /// The sentence that plan, log and console show.
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Joined { source } => match language {
                Language::Danish => format!("ny {}", from(source)),
                Language::English => format!("new in source `{source}`"),
            },
            Self::Left(left) => say_left(left, language),
            Self::NeverActivated(left) => {
                let never = language.pick("og aktiverede aldrig", "and never activated");
                format!("{} {never}", say_left(left, language))
            }
            Self::LeftLongAgo { left, days } => match language {
                Language::Danish => format!("{}, og de {days} dage er gået", say_left(left, language)),
                Language::English => format!("{}, and the {days} days are over", say_left(left, language)),
            },
            Self::CameBack { source } => match language {
                Language::Danish => format!("er kommet tilbage {}", from(source)),
                Language::English => format!("came back, source `{source}`"),
            },
            Self::Changed { source } => match language {
                Language::Danish => format!("ændret {}", from(source)),
                Language::English => format!("changed in source `{source}`"),
            },
            Self::Overruled => language
                .pick(
                    "ændret i MitID Erhverv, men feltet styres her",
                    "changed in MitID Erhverv, but the field is ours",
                )
                .to_owned(),
            Self::Matched { evidence } => evidence.say(language).to_owned(),
            Self::Ordered { by, why } => match language {
                Language::Danish => format!("bestilt af {by}: {why}"),
                Language::English => format!("ordered by {by}: {why}"),
            },
            Self::Answered { by } => match language {
                Language::Danish => format!("besluttet af {by}"),
                Language::English => format!("decided by {by}"),
            },
            Self::Entitled { grounds } => {
                grounds.iter().map(|ground| ground.say(language)).collect::<Vec<_>>().join("; ")
            }
            Self::NotEntitled { nearest, instead } => say_not_entitled(nearest, instead, language),
            Self::Unmanaged { by, why } => match language {
                Language::Danish => format!("ikke-styret, {by} bad om det: {why}"),
                Language::English => format!("unmanaged, {by} asked for it: {why}"),
            },
        }
    }

    /// The same text for reasons that differ only in what belongs to one person: a day, the words of an order.
    pub fn sort(&self) -> String {
        let left = |word: &str, left: &Departure| format!("{word} {} {:?}", left.source, left.how);
        match self {
            Self::Left(departure) => left("left", departure),
            Self::NeverActivated(departure) => left("never-activated", departure),
            Self::LeftLongAgo { left: departure, .. } => left("left-long-ago", departure),
            Self::Ordered { by, .. } => format!("ordered {by}"),
            Self::Unmanaged { by, .. } => format!("unmanaged {by}"),
            Self::Entitled { grounds } => grounds.iter().map(Ground::sort).collect::<Vec<_>>().join("; "),
            Self::NotEntitled { nearest, .. } => {
                let rules = nearest.iter().filter_map(|route| route.rule.as_ref());
                format!("not-entitled {}", rules.map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
            other => other.say(Language::English),
        }
    }
}

/// Where something was said, in Danish.
fn from(source: &SourceName) -> String {
    if source.0 == SourceName::BY_HAND { "i hånden".to_owned() } else { format!("i kilden »{source}«") }
}

fn say_not_entitled(nearest: &[Route], instead: &[Scope], language: Language) -> String {
    if !instead.is_empty() {
        let scopes: Vec<String> = instead.iter().map(|scope| scope.say(language)).collect();
        return format!("{} {}", language.pick("gælder nu", "counts now in"), scopes.join(", "));
    }
    let lacks = |route: &Route| {
        let needs: Vec<String> = route.needs.iter().map(|need| need.say(language)).collect();
        let needs = needs.join("; ");
        match (&route.name, &route.needs[..]) {
            (Some(name), _) => Some(match language {
                Language::Danish => format!("»{name}« giver den ikke: {needs}"),
                Language::English => format!("\"{name}\" does not give it: {needs}"),
            }),
            (None, [Missing::Withdrawn { .. }]) => Some(needs),
            (None, _) => None,
        }
    };
    let lacks: Vec<String> = nearest.iter().filter_map(lacks).collect();
    if lacks.is_empty() {
        return language
            .pick("ingen regel eller tildeling giver den", "no rule and no grant gives it")
            .to_owned();
    }
    lacks.join("; ")
}

fn say_left(left: &Departure, language: Language) -> String {
    let Departure { on, source, how } = left;
    match language {
        Language::Danish => {
            format!("stoppet {} {} ({})", on.strftime("%d-%m-%Y"), from(source), how.say(language))
        }
        Language::English => format!("left on {on}, source `{source}` ({})", how.say(language)),
    }
}

impl MatchEvidence {
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::Rid => language.pick("samme RID", "same RID"),
            Self::CprAndName => language.pick("samme CPR-nummer og navn", "same CPR number and name"),
            Self::NameEmailBirthDate => {
                language.pick("samme navn, e-mail og fødselsdato", "same name, e-mail and birth date")
            }
            Self::Human => language.pick("et menneske har bekræftet det", "a person confirmed it"),
        }
    }
}
