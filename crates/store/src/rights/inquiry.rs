//! One question about one person and one right: why, why not, and what if.

use std::collections::BTreeSet;

use domain::{
    Cvr, IdentityId, RightId, copenhagen, danish_date,
    rights::{Assignment, Explanation, Facts, HeldRights, Holding, OtherHolding},
};
use jiff::{Timestamp, civil::Date};

use crate::{
    StoreError, Tx,
    rights::{Entitlements, facts, facts::Person, holding},
};

/// The question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    pub identity: IdentityId,
    pub right: RightId,
    /// On another day than today: as it was then, or as it would be.
    pub on: Option<Date>,
    /// As if the person were in this unit ...
    pub unit: Option<String>,
    /// ... or had this title.
    pub title: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub on: Date,
    /// The person as asked about.
    pub facts: Facts,
    /// Whether Lokalid looks after the right.
    pub managed: bool,
    pub explanation: Explanation,
    /// In which scopes MitID Erhverv shows the right, on that day or now.
    pub held: Vec<Assignment>,
    /// The same for scopes that are not understood.
    pub other: Vec<OtherHolding>,
}

impl Finding {
    /// Whether the person is to hold it: what nobody looks after stays as it is.
    pub fn holds(&self) -> bool {
        if self.managed { self.explanation.holds() } else { !self.held.is_empty() || !self.other.is_empty() }
    }
}

/// `None`: there is no such person.
pub async fn ask(tx: &mut Tx, cvr: &Cvr, inquiry: &Inquiry) -> Result<Option<Finding>, StoreError> {
    let today = danish_date(tx.now());
    let on = inquiry.on.unwrap_or(today);
    let (entitlements, mut people) = if on < today {
        let moment = end_of(on);
        (Entitlements::at(tx, cvr, moment).await?, people_at(tx, cvr, moment).await?)
    } else {
        (Entitlements::load(tx, cvr).await?, facts::everybody(tx, cvr).await?)
    };
    let Some(place) = people.iter().position(|one| one.facts.identity == inquiry.identity) else {
        return Ok(None);
    };
    if let Some(person) = people.get_mut(place) {
        person.facts.unit = inquiry.unit.clone().or(person.facts.unit.take());
        person.facts.title = inquiry.title.clone().or(person.facts.title.take());
    }
    let Some(person) = people.get(place) else { return Ok(None) };
    let everybody = people.iter().map(|one| (&one.facts, &one.rights.held));
    let rulebook = entitlements.rulebook(&entitlements.policy, on, everybody);
    let grants = entitlements.grants_of(inquiry.identity);
    let explanation = rulebook.explain(&person.facts, grants, &person.rights.held, inquiry.right);
    Ok(Some(Finding {
        on,
        facts: person.facts.clone(),
        managed: entitlements.policy.managed.contains(&inquiry.right),
        explanation,
        held: person.rights.held.iter().copied().filter(|one| one.right == inquiry.right).collect(),
        other: person.rights.other.iter().filter(|one| one.right == inquiry.right).cloned().collect(),
    }))
}

/// The last moment of a day in Denmark.
pub fn end_of(day: Date) -> Timestamp {
    let next = day.saturating_add(jiff::Span::new().days(1));
    let midnight = next.to_zoned(copenhagen()).map_or(Timestamp::MAX, |at| at.timestamp());
    midnight.saturating_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(Timestamp::MIN)
}

/// Everybody as they were, with what they held then.
pub async fn people_at(tx: &mut Tx, cvr: &Cvr, moment: Timestamp) -> Result<Vec<Person>, StoreError> {
    let links: std::collections::HashMap<IdentityId, _> =
        facts::everybody(tx, cvr).await?.into_iter().map(|one| (one.facts.identity, one.uuid)).collect();
    let mut held: std::collections::HashMap<_, HeldRights> = std::collections::HashMap::new();
    for spell in holding::at(tx, cvr, moment).await? {
        let rights = held.entry(spell.uuid).or_default();
        match spell.holding {
            Holding::Understood(assignment) => drop(rights.held.insert(assignment)),
            Holding::Other(other) => rights.other.push(other),
        }
    }
    let facts = facts::at(tx, cvr, moment).await?;
    let person = |facts: Facts| {
        let uuid = links.get(&facts.identity).copied().flatten();
        let rights = uuid.and_then(|uuid| held.remove(&uuid)).unwrap_or_default();
        Person { facts, uuid, rights }
    };
    Ok(facts.into_iter().map(person).collect())
}

/// Everything that one person holds, or is to hold: for a list of their rights.
pub fn rights_of(person: &Person, wanted: impl Iterator<Item = Assignment>) -> BTreeSet<RightId> {
    let held = person.rights.held.iter().map(|one| one.right);
    let other = person.rights.other.iter().map(|one| one.right);
    held.chain(other).chain(wanted.map(|one| one.right)).collect()
}
