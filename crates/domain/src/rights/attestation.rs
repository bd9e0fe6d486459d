//! Looking through what people have: campaigns in which managers, or the owners of bundles, say keep or remove.
//!
//! What is looked through is written down when a campaign begins, with the reasons of that day. Whose it is to answer can
//! move upwards while it runs; nobody answers for themselves.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    GrantId, IdentityId, Language,
    rights::{
        Assignment, Facts, Grant, Granted, Ground, Key, Rulebook, WantedScope, fold, request::Chart,
        units_above,
    },
};

/// The number of a campaign, counted within the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CampaignId(pub i64);

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub id: CampaignId,
    pub plan: CampaignPlan,
    pub begun_at: Timestamp,
    pub begun_by: String,
    pub closed: Option<Closed>,
}

/// What somebody who begins a campaign decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPlan {
    pub name: String,
    pub covers: Covers,
    /// The last day for answers.
    pub due: Date,
    /// The first day without what was removed.
    pub removal: Date,
    /// Days before the last one on which those who have not answered are reminded.
    pub reminders: BTreeSet<i32>,
    /// What is not answered so many days after the last one goes to the manager above, and again after as many.
    pub escalation: Option<i32>,
}

/// What a campaign looks through, and with that whose it is to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Covers {
    /// Everything that the people of these units have, and of those below; without units everybody's. Their managers
    /// answer.
    Units(BTreeSet<String>),
    /// These bundles, whoever has them. Their owners answer.
    Bundles(BTreeSet<Key>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub at: Timestamp,
    pub by: String,
}

/// One thing that one person has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Counted within the campaign.
    pub number: i64,
    pub identity: IdentityId,
    pub subject: Granted,
    /// Whether Lokalid looks after it. What it does not must be removed by hand.
    pub managed: bool,
    /// As they were when the campaign began.
    pub label: String,
    pub unit: Option<String>,
    pub title: Option<String>,
    pub grounds: Vec<Ground>,
    pub since: Since,
    /// Whose it is to answer; nobody's: any rights administrator's.
    pub reviewer: Option<IdentityId>,
    /// How often it moved up.
    pub level: i32,
    pub answer: Option<Answer>,
    /// The person left before anybody answered.
    pub departed: bool,
}

/// What is new since it was kept the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Since {
    /// Nothing was ever looked through.
    First,
    New,
    /// Kept before, but the person has moved: what they had then.
    Moved {
        unit: Option<String>,
        title: Option<String>,
    },
    Unchanged {
        on: Date,
        by: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub keep: bool,
    pub by: String,
    /// Who of the people it was.
    pub identity: Option<IdentityId>,
    pub at: Timestamp,
    pub why: String,
    /// What takes it away.
    pub withdrawal: Option<GrantId>,
}

/// Somebody who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    pub name: String,
    /// Everything that they are among the people: whoever has two jobs reviews themselves in neither.
    pub identities: BTreeSet<IdentityId>,
    pub rights_administrator: bool,
}

/// What was kept the last time, by person and thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Before(pub BTreeMap<(IdentityId, Granted), Kept>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub on: Date,
    pub by: String,
    pub unit: Option<String>,
    pub title: Option<String>,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttestationRefusal {
    Own,
    NotYours,
    Closed,
    /// Removing needs a reason.
    NoReason,
}

/// Why a campaign cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignFault {
    NoName,
    DueBeforeToday,
    RemovalBeforeDue,
    UnknownUnit(String),
    UnknownBundle(Key),
    NoBundle,
    BadReminder(i32),
    /// Nobody has anything that it covers.
    Nothing,
}

impl CampaignPlan {
    /// What is wrong with it besides that it may cover nothing. `units`: every unit there is, folded, with those above.
    pub fn faults(
        &self,
        today: Date,
        units: &HashSet<String>,
        bundles: impl Fn(&Key) -> bool,
    ) -> Vec<CampaignFault> {
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, fault: CampaignFault| faults.extend(wrong.then_some(fault));
        fault(self.name.trim().is_empty(), CampaignFault::NoName);
        fault(self.due < today, CampaignFault::DueBeforeToday);
        fault(self.removal < self.due, CampaignFault::RemovalBeforeDue);
        match &self.covers {
            Covers::Units(named) => {
                for unit in named {
                    fault(!units.contains(&fold(unit)), CampaignFault::UnknownUnit(unit.clone()));
                }
            }
            Covers::Bundles(named) => {
                fault(named.is_empty(), CampaignFault::NoBundle);
                for key in named {
                    fault(!bundles(key), CampaignFault::UnknownBundle(key.clone()));
                }
            }
        }
        for days in self.reminders.iter().chain(&self.escalation) {
            fault(!(1..=365).contains(days), CampaignFault::BadReminder(*days));
        }
        faults
    }

    /// How often what is not answered has moved up by this day.
    pub fn level(&self, today: Date) -> i32 {
        let late = days_from(self.due, today);
        self.escalation.filter(|days| *days > 0).map_or(0, |days| (late / days).max(0))
    }

    /// The reminder that is due on this day: the days before the last one that it is for.
    pub fn reminder(&self, today: Date) -> Option<i32> {
        let left = days_from(today, self.due);
        self.reminders.iter().copied().find(|days| left <= *days && left >= 0)
    }

    /// The first day without something that is removed today.
    pub fn removed_from(&self, today: Date) -> Date {
        self.removal.max(today)
    }
}

fn days_from(first: Date, last: Date) -> i32 {
    first.until(last).map(|span| span.get_days()).unwrap_or_default()
}

impl Covers {
    fn person(&self, facts: &Facts) -> bool {
        match self {
            Self::Units(units) if units.is_empty() => true,
            Self::Units(units) => {
                let units: HashSet<String> = units.iter().map(|unit| fold(unit)).collect();
                facts
                    .unit
                    .as_deref()
                    .map(fold)
                    .is_some_and(|unit| units_above(&unit).any(|one| units.contains(one)))
            }
            Self::Bundles(_) => true,
        }
    }

    fn subject(&self, subject: &Granted) -> bool {
        match (self, subject) {
            (Self::Units(_), _) => true,
            (Self::Bundles(bundles), Granted::Bundle(key)) => bundles.contains(key),
            (Self::Bundles(_), Granted::Right { .. }) => false,
        }
    }
}

/// Everything that these people have and the campaign covers, by person and thing, counted from 1.
pub fn items<'p>(
    covers: &Covers,
    rulebook: &Rulebook<'_>,
    chart: &Chart<'_>,
    before: &Before,
    people: impl Iterator<Item = (&'p Facts, &'p [Grant], &'p BTreeSet<Assignment>)>,
) -> Vec<Item> {
    let mut people: Vec<_> = people.filter(|(facts, ..)| facts.here && covers.person(facts)).collect();
    people.sort_by_cached_key(|(facts, ..)| facts.label.to_lowercase());
    let mut items = Vec::new();
    for (facts, grants, held) in people {
        for (subject, grounds) in possessions(rulebook, facts, grants, held) {
            if !covers.subject(&subject) {
                continue;
            }
            let managed = match &subject {
                Granted::Bundle(_) => true,
                Granted::Right { right, .. } => rulebook.policy.managed.contains(right),
            };
            items.push(Item {
                number: i64::try_from(items.len()).unwrap_or(i64::MAX).saturating_add(1),
                identity: facts.identity,
                since: before.since(facts, &subject),
                reviewer: reviewer(covers, rulebook, chart, facts, &subject),
                subject,
                managed,
                label: facts.label.clone(),
                unit: facts.unit.clone(),
                title: facts.title.clone(),
                grounds,
                level: 0,
                answer: None,
                departed: false,
            });
        }
    }
    items
}

/// What somebody has, as it is looked through: bundles whole, and rights by themselves where no bundle gives them.
fn possessions(
    rulebook: &Rulebook<'_>,
    facts: &Facts,
    grants: &[Grant],
    held: &BTreeSet<Assignment>,
) -> BTreeMap<Granted, Vec<Ground>> {
    let evaluation = rulebook.evaluate(facts, grants, held);
    let mut possessions: BTreeMap<Granted, BTreeSet<Ground>> = BTreeMap::new();
    let alone = |one: Assignment| Granted::Right { right: one.right, scope: WantedScope::Of(one.scope) };
    for want in &evaluation.wants {
        let subject =
            want.because.bundle.map_or_else(|| alone(want.assignment), |key| Granted::Bundle(key.clone()));
        possessions.entry(subject).or_default().insert(want.because.ground(facts));
    }
    let wanted: HashSet<Assignment> = evaluation.wants.iter().map(|want| want.assignment).collect();
    for assignment in held.iter().filter(|one| !wanted.contains(one)) {
        possessions.entry(alone(*assignment)).or_default();
    }
    possessions.into_iter().map(|(subject, grounds)| (subject, grounds.into_iter().collect())).collect()
}

fn reviewer(
    covers: &Covers,
    rulebook: &Rulebook<'_>,
    chart: &Chart<'_>,
    facts: &Facts,
    subject: &Granted,
) -> Option<IdentityId> {
    let owner = match (covers, subject) {
        (Covers::Bundles(_), Granted::Bundle(key)) => {
            rulebook.policy.bundles.get(key).and_then(|bundle| bundle.owner.as_deref())
        }
        _ => None,
    };
    let owner = owner.and_then(|name| chart.called(name)).map(|owner| owner.identity);
    let manager = || chart.managers_of(facts).first().map(|manager| manager.identity);
    owner.filter(|owner| *owner != facts.identity).or_else(manager)
}

impl Before {
    fn since(&self, facts: &Facts, subject: &Granted) -> Since {
        if self.0.is_empty() {
            return Since::First;
        }
        match self.0.get(&(facts.identity, subject.clone())) {
            None => Since::New,
            Some(Kept { unit, title, .. }) if *unit != facts.unit || *title != facts.title => {
                Since::Moved { unit: unit.clone(), title: title.clone() }
            }
            Some(Kept { on, by, .. }) => Since::Unchanged { on: *on, by: by.clone() },
        }
    }
}

impl Since {
    /// Whether somebody should look twice.
    pub fn differs(&self) -> bool {
        matches!(self, Self::New | Self::Moved { .. })
    }
}

impl Item {
    /// Whether an answer is still wanted.
    pub fn waits(&self) -> bool {
        self.answer.is_none() && !self.departed
    }

    /// Whether somebody may answer it. `acts_for`: everybody whose part they may take, themselves included.
    pub fn may_answer(
        &self,
        by: &Reviewer,
        acts_for: &HashSet<IdentityId>,
        closed: bool,
    ) -> Result<(), AttestationRefusal> {
        if closed || self.departed {
            return Err(AttestationRefusal::Closed);
        }
        if by.identities.contains(&self.identity) {
            return Err(AttestationRefusal::Own);
        }
        let theirs = match self.reviewer {
            Some(reviewer) => acts_for.contains(&reviewer),
            None => by.rights_administrator,
        };
        if theirs { Ok(()) } else { Err(AttestationRefusal::NotYours) }
    }

    /// Who answers when nobody did: the next manager above who is not the person; nobody's: a rights administrator.
    pub fn above(&self, chart: &Chart<'_>) -> Option<IdentityId> {
        let reviewer = chart.person(self.reviewer?)?;
        let above = chart.managers_of(reviewer).into_iter().map(|manager| manager.identity);
        above.into_iter().find(|manager| *manager != self.identity)
    }
}

impl AttestationRefusal {
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::Own => language.pick(
                "ingen gennemgår sine egne rettigheder. En anden skal gøre det",
                "nobody reviews their own rights. Somebody else must",
            ),
            Self::NotYours => language.pick(
                "det er ikke dig, der skal svare her. Siden viser, hvem det er",
                "this is not yours to answer. The page shows whose it is",
            ),
            Self::Closed => language.pick(
                "gennemgangen er afsluttet, eller personen er stoppet. Svaret blev ikke gemt",
                "the review is closed, or the person has left. The answer was not kept",
            ),
            Self::NoReason => language
                .pick("skriv kort, hvorfor det skal fjernes", "write in a few words why it is to be removed"),
        }
    }
}

impl CampaignFault {
    pub fn say(&self, language: Language) -> String {
        let text = match self {
            Self::NoName => language.pick(
                "giv gennemgangen et navn, som lederne kan kende den på",
                "give the review a name that managers will know it by",
            ),
            Self::DueBeforeToday => {
                language.pick("fristen er overskredet. Vælg en dag fra i dag", "the last day is over. Choose one from today on")
            }
            Self::RemovalBeforeDue => language.pick(
                "det fjernede kan tidligst forsvinde på dagen for fristen. Vælg den dag eller en senere",
                "what is removed goes on the last day for answers at the earliest. Choose that day or a later one",
            ),
            Self::UnknownUnit(unit) => {
                return match language {
                    Language::Danish => format!("ingen er eller var i enheden »{unit}«. Vælg en fra listen"),
                    Language::English => format!("nobody is or was in the unit \"{unit}\". Choose one from the list"),
                };
            }
            Self::UnknownBundle(key) => {
                return match language {
                    Language::Danish => format!("der er ingen pakke `{key}`. Vælg en fra listen"),
                    Language::English => format!("there is no bundle `{key}`. Choose one from the list"),
                };
            }
            Self::NoBundle => language.pick("vælg mindst én pakke", "choose one bundle at least"),
            Self::BadReminder(days) => {
                return match language {
                    Language::Danish => format!("{days} dage går ikke: skriv et tal fra 1 til 365"),
                    Language::English => format!("{days} days will not do: write a number from 1 to 365"),
                };
            }
            Self::Nothing => language.pick(
                "ingen har noget af det, så der er intet at gennemgå. Vælg flere enheder eller pakker",
                "nobody has any of it, so there is nothing to review. Choose more units or bundles",
            ),
        };
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
