//! Everybody and everything that is decided about their rights, read together: what an evaluation for the organisation
//! looks at.

use std::collections::HashMap;

use domain::{
    Cvr, IdentityId, copenhagen, danish_date,
    rights::{
        Evaluation, Facts, HeldRights, Holding, Policy, Preview, Rulebook,
        request::{Chart, Substitute},
    },
};
use jiff::{Timestamp, civil::Date};

use crate::{
    StoreError, Tx,
    rights::{Entitlements, facts, facts::Person, holding, substitute},
};

#[derive(Debug)]
pub struct Scene {
    pub entitlements: Entitlements,
    /// Those who left included, ordered by key.
    pub people: Vec<Person>,
    pub substitutes: Vec<Substitute>,
    /// The day that it is about.
    pub today: Date,
}

impl Scene {
    /// As things are now.
    pub async fn load(tx: &mut Tx, cvr: &Cvr) -> Result<Self, StoreError> {
        Ok(Self {
            entitlements: Entitlements::load(tx, cvr).await?,
            people: facts::everybody(tx, cvr).await?,
            substitutes: substitute::all(tx, cvr).await?,
            today: danish_date(tx.now()),
        })
    }

    /// As things were at the end of a day in the past. Catalogue and places are those of now.
    pub async fn at(tx: &mut Tx, cvr: &Cvr, day: Date) -> Result<Self, StoreError> {
        let moment = end_of(day);
        Ok(Self {
            entitlements: Entitlements::at(tx, cvr, moment).await?,
            people: people_at(tx, cvr, moment).await?,
            substitutes: substitute::all(tx, cvr).await?,
            today: day,
        })
    }

    pub fn policy(&self) -> &Policy {
        &self.entitlements.policy
    }

    pub fn person(&self, identity: IdentityId) -> Option<&Person> {
        let place = self.people.binary_search_by_key(&identity, |one| one.facts.identity);
        self.people.get(place.ok()?)
    }

    /// Who is whose manager. Made once for many questions: it looks at everybody.
    pub fn chart(&self) -> Chart<'_> {
        Chart::new(self.people.iter().map(|one| &one.facts), &self.substitutes, self.today)
    }

    /// A policy, this one or another, ready for everybody who is here.
    pub fn rulebook<'a>(&'a self, policy: &'a Policy) -> Rulebook<'a> {
        let everybody = self.people.iter().map(|one| (&one.facts, &one.rights.held));
        self.entitlements.rulebook(policy, self.today, everybody)
    }

    pub fn evaluate<'a>(&'a self, rulebook: &Rulebook<'a>, person: &Person) -> Evaluation<'a> {
        let grants = self.entitlements.grants_of(person.facts.identity);
        rulebook.evaluate(&person.facts, grants, &person.rights.held)
    }

    /// Who gains and who loses if this policy takes the place of the present one.
    pub fn preview(&self, new: &Policy) -> Preview {
        let (before, after) = (self.rulebook(self.policy()), self.rulebook(new));
        let asked = self.people.iter().map(|one| {
            let grants = self.entitlements.grants_of(one.facts.identity);
            (&one.facts, grants, &one.rights.held)
        });
        Preview::of(&before, &after, asked)
    }
}

/// The last moment of a day in Denmark.
pub fn end_of(day: Date) -> Timestamp {
    let next = day.saturating_add(jiff::Span::new().days(1));
    let midnight = next.to_zoned(copenhagen()).map_or(Timestamp::MAX, |at| at.timestamp());
    midnight.saturating_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(Timestamp::MIN)
}

/// Everybody as they were, with what they held then.
async fn people_at(tx: &mut Tx, cvr: &Cvr, moment: Timestamp) -> Result<Vec<Person>, StoreError> {
    let links: HashMap<IdentityId, _> =
        facts::everybody(tx, cvr).await?.into_iter().map(|one| (one.facts.identity, one.uuid)).collect();
    let mut held: HashMap<_, HeldRights> = HashMap::new();
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
