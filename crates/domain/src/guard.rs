//! The limits that stop a plan for a second pair of eyes (behaviour.md, *Guard*).
//!
//! The guard judges each operation. What it holds waits for an approval, the rest goes on. [`Passed`] can only be
//! made here, and the outbox takes nothing else, so there is no way around the guard.

mod removals;
mod runs;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    Action, Field, IdentityId, Language, Operation, Organisation, Reason, RemoteUuid, RightId, SourceName,
    rights::{Assignment, Catalogue},
};

/// Who made the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    Timer,
    /// Somebody asked for a plan to be made and carried out.
    Person(String),
    /// Somebody's own order about one named identity.
    Order(String),
}

impl Origin {
    /// The name for the log.
    pub fn actor(&self) -> &str {
        match self {
            Self::Timer => "lokalid",
            Self::Person(name) | Self::Order(name) => name,
        }
    }
}

/// What the guard needs to know besides the operations.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    pub organisation: &'a Organisation,
    pub origin: Origin,
    pub first_contact_approved: bool,
    /// People who have an identity in MitID Erhverv through us.
    pub people: usize,
    pub administrators: HashMap<RemoteUuid, Vec<String>>,
    pub shrunk: Vec<Shrunk>,
    /// What everybody in MitID Erhverv holds.
    pub rights: HashMap<RemoteUuid, &'a BTreeSet<Assignment>>,
    /// For the names of rights.
    pub catalogue: &'a Catalogue,
}

/// An answer that was much shorter than the last good one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shrunk {
    /// `None`: the search in MitID Erhverv.
    pub source: Option<SourceName>,
    pub before: u64,
    pub now: u64,
}

impl Shrunk {
    /// Whether `now` is more than `percent` shorter than `before`.
    pub fn is(before: u64, now: u64, percent: f64) -> bool {
        is_more_than(before.saturating_sub(now), percent, before)
    }
}

/// Whether `part` is more than `percent` of `whole`; exact for whole per cents.
#[expect(clippy::cast_precision_loss, reason = "numbers of people are far below 2^52")]
fn is_more_than(part: u64, percent: f64, whole: u64) -> bool {
    part as f64 * 100.0 > whole as f64 * percent
}

/// Why operations are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule")]
pub enum Rule {
    FirstContact,
    TooManyStops {
        stops: usize,
        people: usize,
    },
    Administrator {
        roles: Vec<String>,
    },
    Shrunk(Shrunk),
    EarlyDeletion,
    /// More rights are taken at once than the limit allows.
    TooManyRemovals {
        removals: usize,
        rights: usize,
    },
    /// Nobody would hold this right any more.
    LastHolders {
        right: RightId,
        name: String,
    },
}

/// Operations that wait for an approval, by their place in the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    #[serde(flatten)]
    pub rule: Rule,
    #[serde(with = "runs")]
    pub operations: Vec<usize>,
}

/// Operations that the guard lets through, by their place in the plan. Made only by this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    operations: Vec<usize>,
    approved_by: Option<String>,
}

impl Passed {
    pub fn operations(&self) -> &[usize] {
        &self.operations
    }

    /// What was passed by itself together with what was approved.
    #[must_use]
    pub fn join(mut self, approved: Self) -> Self {
        self.operations.extend(approved.operations);
        self.operations.sort_unstable();
        self.operations.dedup();
        Self { operations: self.operations, approved_by: approved.approved_by.or(self.approved_by) }
    }

    pub fn approved_by(&self) -> Option<&str> {
        self.approved_by.as_deref()
    }
}

/// What the guard says of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub passed: Passed,
    pub held: Vec<Held>,
}

impl Judgement {
    /// Every held operation once, in the order of the plan.
    pub fn held_operations(&self) -> BTreeSet<usize> {
        self.held.iter().flat_map(|held| held.operations.iter().copied()).collect()
    }
}

/// An approval that does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    #[error(
        "{0} made this plan, so somebody else must approve it. A single administrator sets single_administrator = true"
    )]
    OwnPlan(String),
    #[error("nothing in this plan is held, so there is nothing to approve")]
    NothingHeld,
    #[error("an approval needs a name and a reason: --as NAME --why TEXT")]
    NoReason,
}

impl Rule {
    /// The name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FirstContact => "first-contact",
            Self::TooManyStops { .. } => "too-many-stops",
            Self::Administrator { .. } => "administrator",
            Self::Shrunk(_) => "shrunk",
            Self::EarlyDeletion => "early-deletion",
            Self::TooManyRemovals { .. } => "too-many-removals",
            Self::LastHolders { .. } => "last-holders",
        }
    }

    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Danish => self.say_danish(),
            Language::English => self.say_english(),
        }
    }

    fn say_danish(&self) -> String {
        match self {
            Self::FirstContact => {
                "Første kontakt med MitID Erhverv er ikke godkendt endnu. Intet sendes før det.".to_owned()
            }
            Self::TooManyStops { stops, people } => {
                format!("Planen stopper {stops} af {people} personer på én gang, og det er over grænsen.")
            }
            Self::Administrator { roles } => {
                format!("Personen er administrator i MitID Erhverv ({}).", roles.join(", "))
            }
            Self::Shrunk(Shrunk { source: Some(source), before, now }) => {
                format!("Kilden »{source}« har {now} personer og havde {before}. Er den hel?")
            }
            Self::Shrunk(Shrunk { source: None, before, now }) => {
                format!("MitID Erhverv viste {now} brugere og viste {before} sidst. Er svaret helt?")
            }
            Self::EarlyDeletion => "Sletningen er bestilt, før fristen er gået.".to_owned(),
            Self::TooManyRemovals { removals, rights } => {
                format!(
                    "Planen fjerner {removals} af {rights} rettigheder på én gang, og det er over grænsen."
                )
            }
            Self::LastHolders { name, .. } => format!("Bagefter har ingen rettigheden »{name}« længere."),
        }
    }

    fn say_english(&self) -> String {
        match self {
            Self::FirstContact => {
                "First contact with MitID Erhverv is not approved yet. Nothing is sent before it is."
                    .to_owned()
            }
            Self::TooManyStops { stops, people } => {
                format!("The plan stops {stops} of {people} people at once, which is over the limit.")
            }
            Self::Administrator { roles } => {
                format!("The person is an administrator in MitID Erhverv ({}).", roles.join(", "))
            }
            Self::Shrunk(Shrunk { source: Some(source), before, now }) => {
                format!("Source `{source}` has {now} people and had {before}. Is it whole?")
            }
            Self::Shrunk(Shrunk { source: None, before, now }) => {
                format!(
                    "MitID Erhverv showed {now} users and showed {before} last time. Is the answer whole?"
                )
            }
            Self::EarlyDeletion => "The deletion was ordered before its time.".to_owned(),
            Self::TooManyRemovals { removals, rights } => {
                format!("The plan takes {removals} of {rights} rights at once, which is over the limit.")
            }
            Self::LastHolders { name, .. } => format!("Nobody would hold the right \"{name}\" any more."),
        }
    }
}

/// Holds what must wait for a second pair of eyes and passes the rest.
pub fn judge(operations: &[Operation], circumstances: &Circumstances<'_>) -> Judgement {
    let mut held: Vec<Held> = Vec::new();
    if circumstances.first_contact_approved {
        hold_stops(operations, circumstances, &mut held);
        hold_administrators(operations, circumstances, &mut held);
        hold_early_deletions(operations, &mut held);
        removals::hold(operations, circumstances, &mut held);
    } else {
        hold(&mut held, Rule::FirstContact, not_ordered(operations, |_| true));
    }
    hold_followers(operations, &mut held);
    let stopped: BTreeSet<usize> = held.iter().flat_map(|one| one.operations.iter().copied()).collect();
    let passed = (0..operations.len()).filter(|place| !stopped.contains(place)).collect();
    Judgement { passed: Passed { operations: passed, approved_by: None }, held }
}

/// An approval of everything that is held, by somebody who may give it.
pub fn approve(
    judgement: &Judgement,
    organisation: &Organisation,
    origin: &Origin,
    by: &str,
    why: &str,
) -> Result<Passed, NotApproved> {
    if by.trim().is_empty() || why.trim().is_empty() {
        return Err(NotApproved::NoReason);
    }
    let held = judgement.held_operations();
    if held.is_empty() {
        return Err(NotApproved::NothingHeld);
    }
    if let Origin::Person(maker) | Origin::Order(maker) = origin
        && maker.trim().to_lowercase() == by.trim().to_lowercase()
        && !organisation.settings.single_administrator
    {
        return Err(NotApproved::OwnPlan(maker.clone()));
    }
    Ok(Passed { operations: held.into_iter().collect(), approved_by: Some(by.trim().to_owned()) })
}

fn hold(held: &mut Vec<Held>, rule: Rule, operations: Vec<usize>) {
    if !operations.is_empty() {
        held.push(Held { rule, operations });
    }
}

/// A person's own order to suspend one named identity is never held.
fn is_own_order_to_suspend(operation: &Operation) -> bool {
    matches!((&operation.action, &operation.reason), (Action::Suspend(_), Reason::Ordered { .. }))
}

fn not_ordered(operations: &[Operation], applies: impl Fn(&Operation) -> bool) -> Vec<usize> {
    let places = operations.iter().enumerate();
    places.filter(|(_, one)| !is_own_order_to_suspend(one) && applies(one)).map(|(place, _)| place).collect()
}

fn hold_stops(operations: &[Operation], circumstances: &Circumstances<'_>, held: &mut Vec<Held>) {
    let limits = &circumstances.organisation.settings.guard;
    let people = circumstances.people;
    let stops = not_ordered(operations, |one| one.action.stops_access());
    let over_share = is_more_than(stops.len() as u64, limits.stop_percent, people as u64);
    let too_many = over_share && stops.len() > limits.stop_count;
    let half = stops.len() * 2 >= people;
    if too_many || half {
        hold(held, Rule::TooManyStops { stops: stops.len(), people }, stops);
    }
    for shrunk in &circumstances.shrunk {
        let follows = |one: &Operation| one.action.stops_access() && follows_from(one, shrunk);
        hold(held, Rule::Shrunk(shrunk.clone()), not_ordered(operations, follows));
    }
}

fn follows_from(operation: &Operation, shrunk: &Shrunk) -> bool {
    let Some(source) = &shrunk.source else { return true };
    match &operation.reason {
        Reason::Left(left) | Reason::NeverActivated(left) | Reason::LeftLongAgo { left, .. } => {
            left.source == *source
        }
        _ => false,
    }
}

fn hold_administrators(operations: &[Operation], circumstances: &Circumstances<'_>, held: &mut Vec<Held>) {
    let mut by_roles: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    let delicate = not_ordered(operations, |one| {
        one.action.stops_access()
            || matches!(one.action, Action::Adopt(_))
            || one.fields.contains(&Field::Cpr)
    });
    for place in delicate {
        let uuid = operations.get(place).and_then(|one| one.action.uuid());
        if let Some(roles) = uuid.and_then(|uuid| circumstances.administrators.get(&uuid))
            && !roles.is_empty()
        {
            by_roles.entry(roles.clone()).or_default().push(place);
        }
    }
    for (roles, places) in by_roles {
        hold(held, Rule::Administrator { roles }, places);
    }
}

fn hold_early_deletions(operations: &[Operation], held: &mut Vec<Held>) {
    let early =
        |one: &Operation| matches!((&one.action, &one.reason), (Action::Delete(_), Reason::Ordered { .. }));
    hold(held, Rule::EarlyDeletion, not_ordered(operations, early));
}

/// What comes after a held operation of the same identity waits with it.
fn hold_followers(operations: &[Operation], held: &mut [Held]) {
    for one in held {
        let mut waiting: BTreeSet<IdentityId> = BTreeSet::new();
        let first: BTreeSet<usize> = one.operations.iter().copied().collect();
        let mut all = Vec::new();
        for (place, operation) in operations.iter().enumerate() {
            let follows = operation.identity.is_some_and(|identity| waiting.contains(&identity));
            if first.contains(&place) || (follows && !is_own_order_to_suspend(operation)) {
                all.push(place);
                waiting.extend(operation.identity);
            }
        }
        one.operations = all;
    }
}
