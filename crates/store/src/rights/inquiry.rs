//! One question about one person and one right: why, why not, and what if.

use domain::{
    Cvr, IdentityId, RightId, danish_date,
    rights::{Assignment, Explanation, Facts, OtherHolding},
};
use jiff::civil::Date;

use crate::{StoreError, Tx, rights::scene::Scene};

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
    let mut scene = if on < today {
        Scene::at(tx, cvr, on).await?
    } else {
        Scene { today: on, ..Scene::load(tx, cvr).await? }
    };
    let Some(person) = scene.people.iter_mut().find(|one| one.facts.identity == inquiry.identity) else {
        return Ok(None);
    };
    person.facts.unit = inquiry.unit.clone().or(person.facts.unit.take());
    person.facts.title = inquiry.title.clone().or(person.facts.title.take());
    let person = person.clone();
    let rulebook = scene.rulebook(scene.policy());
    let grants = scene.entitlements.grants_of(inquiry.identity);
    let explanation = rulebook.explain(&person.facts, grants, &person.rights.held, inquiry.right);
    Ok(Some(Finding {
        on,
        facts: person.facts.clone(),
        managed: scene.policy().managed.contains(&inquiry.right),
        explanation,
        held: person.rights.held.iter().copied().filter(|one| one.right == inquiry.right).collect(),
        other: person.rights.other.iter().filter(|one| one.right == inquiry.right).cloned().collect(),
    }))
}
