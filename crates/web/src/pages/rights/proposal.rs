//! A policy that somebody wants: what is wrong with it, what it would lead to, and how it comes to count.

use domain::rights::{Facts, Known, Place, Policy, PolicyFault, Preview, Rulebook};
use domain::{Cvr, danish_date};
use jiff::civil::Date;
use store::job::{self, Wish};
use store::rights::facts::{self, Names, Person};
use store::rights::policy::{self, SaveError};
use store::rights::{Entitlements, take_over};
use store::{StoreError, Tx};

use crate::console::Console;
use crate::failure::Failure;
use crate::visit::SignedIn;

/// Everything that a change is judged by.
pub struct Present {
    pub entitlements: Entitlements,
    pub people: Vec<Person>,
    pub names: Names,
    pub today: Date,
}

impl Present {
    pub async fn read(console: &Console, signed_in: &SignedIn) -> Result<Self, Failure> {
        console.store.read(|tx| Box::pin(async { Ok(Self::load(tx, signed_in.cvr()).await?) })).await
    }

    async fn load(tx: &mut Tx, cvr: &Cvr) -> Result<Self, StoreError> {
        Ok(Self {
            entitlements: Entitlements::load(tx, cvr).await?,
            people: facts::everybody(tx, cvr).await?,
            names: facts::names(tx, cvr).await?,
            today: danish_date(tx.now()),
        })
    }

    pub fn policy(&self) -> &Policy {
        &self.entitlements.policy
    }

    pub fn known(&self) -> Known<'_> {
        Known {
            catalogue: &self.entitlements.catalogue,
            places: &self.entitlements.places,
            units: &self.names.folded_units,
            user_names: &self.names.user_names,
        }
    }

    /// What is wrong with a policy at this place, or elsewhere and not so before.
    pub fn faults(&self, new: &Policy, place: &Place) -> Vec<(Place, PolicyFault)> {
        let before = self.policy().faults(self.known());
        let mut faults = new.faults(self.known());
        faults.retain(|one| one.0 == *place || !before.contains(one));
        faults
    }

    pub fn rulebook<'a>(&'a self, policy: &'a Policy) -> Rulebook<'a> {
        let everybody = self.people.iter().map(|one| (&one.facts, &one.rights.held));
        self.entitlements.rulebook(policy, self.today, everybody)
    }

    /// Who gains and who loses if this policy takes the place of the present one.
    pub fn preview<'a>(&'a self, new: &'a Policy) -> Preview {
        let (before, after) = (self.rulebook(self.policy()), self.rulebook(new));
        let asked = self.people.iter().map(|one| {
            let grants = self.entitlements.grants_of(one.facts.identity);
            (&one.facts, grants, &one.rights.held)
        });
        Preview::of(&before, &after, asked)
    }

    pub fn facts_of(&self, identity: domain::IdentityId) -> Option<&Facts> {
        let place = self.people.binary_search_by_key(&identity, |one| one.facts.identity);
        self.people.get(place.ok()?).map(|one| &one.facts)
    }
}

/// Makes a policy count that was made from version `version`, and wakes the worker; or says which version is newer.
pub async fn save(
    console: &Console,
    signed_in: &SignedIn,
    version: i64,
    policy: &Policy,
    why: &str,
) -> Result<Result<(), Changed>, Failure> {
    let (cvr, by) = (signed_in.cvr(), signed_in.name());
    let saved = console.store.write(|tx| {
        Box::pin(async {
            policy::save(tx, cvr, version, policy, by, why).await?;
            job::ask(tx, cvr, &Wish::Settle, by).await?;
            Ok::<_, SaveError>(())
        })
    });
    outcome(saved.await)
}

/// Looks after a right from now on.
pub async fn take_over(
    console: &Console,
    signed_in: &SignedIn,
    version: i64,
    right: domain::RightId,
    why: &str,
) -> Result<Result<(), Changed>, Failure> {
    let (cvr, by) = (signed_in.cvr(), signed_in.name());
    let rights = std::collections::BTreeSet::from([right]);
    let taken = console.store.write(|tx| {
        Box::pin(async {
            take_over::take_over(tx, cvr, version, &rights, by, why).await?;
            job::ask(tx, cvr, &Wish::Settle, by).await?;
            Ok::<_, SaveError>(())
        })
    });
    outcome(taken.await)
}

/// Somebody else saved meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Changed;

fn outcome(saved: Result<(), SaveError>) -> Result<Result<(), Changed>, Failure> {
    match saved {
        Ok(()) => Ok(Ok(())),
        Err(SaveError::Changed { .. }) => Ok(Err(Changed)),
        Err(SaveError::Store(fault)) => Err(fault.into()),
    }
}

/// The version that a form was made from.
pub fn version(form: &crate::form::Form) -> i64 {
    form.value("version").parse().unwrap_or(-1)
}
