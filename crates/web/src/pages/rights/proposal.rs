//! A policy that somebody wants: what is wrong with it, what it would lead to, and how it comes to count.

use std::collections::BTreeSet;

use domain::RightId;
use domain::rights::{Known, Place, Policy, PolicyFault};
use store::StoreError;
use store::job::{self, Wish};
use store::rights::facts::{self, Names};
use store::rights::policy::{self, SaveError};
use store::rights::scene::Scene;
use store::rights::take_over;

use crate::console::Console;
use crate::failure::Failure;
use crate::form::Form;
use crate::layout::FieldFault;
use crate::visit::SignedIn;

/// Everything that a change is judged by.
pub struct Present {
    pub scene: Scene,
    pub names: Names,
}

impl Present {
    pub async fn read(console: &Console, signed_in: &SignedIn) -> Result<Self, Failure> {
        let cvr = signed_in.cvr();
        let read = console.store.read(|tx| {
            Box::pin(async {
                let scene = Scene::load(tx, cvr).await?;
                Ok::<_, StoreError>(Self { scene, names: facts::names(tx, cvr).await? })
            })
        });
        Ok(read.await?)
    }

    pub fn policy(&self) -> &Policy {
        self.scene.policy()
    }

    pub fn known(&self) -> Known<'_> {
        Known {
            catalogue: &self.scene.entitlements.catalogue,
            places: &self.scene.entitlements.places,
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
}

/// Makes a policy count that was made from the version that a form names, for the reason that it gives, and wakes the
/// worker. Answers with a fault where somebody else saved meanwhile.
pub async fn save(
    console: &Console,
    signed_in: &SignedIn,
    form: &Form,
    policy: &Policy,
) -> Result<Option<FieldFault>, Failure> {
    let (cvr, by) = (signed_in.cvr(), signed_in.name());
    let (version, why) = (version(form), form.value("why"));
    let saved = console.store.write(|tx| {
        Box::pin(async {
            policy::save(tx, cvr, version, policy, by, why).await?;
            job::ask(tx, cvr, &Wish::Settle, by).await?;
            Ok::<_, SaveError>(())
        })
    });
    outcome(signed_in, saved.await)
}

/// Looks after a right from now on; otherwise as [`save`].
pub async fn take_over(
    console: &Console,
    signed_in: &SignedIn,
    form: &Form,
    right: RightId,
) -> Result<Option<FieldFault>, Failure> {
    let (cvr, by) = (signed_in.cvr(), signed_in.name());
    let (version, why) = (version(form), form.value("why"));
    let rights = BTreeSet::from([right]);
    let taken = console.store.write(|tx| {
        Box::pin(async {
            take_over::take_over(tx, cvr, version, &rights, by, why).await?;
            job::ask(tx, cvr, &Wish::Settle, by).await?;
            Ok::<_, SaveError>(())
        })
    });
    outcome(signed_in, taken.await)
}

fn outcome(signed_in: &SignedIn, saved: Result<(), SaveError>) -> Result<Option<FieldFault>, Failure> {
    match saved {
        Ok(()) => Ok(None),
        Err(SaveError::Changed { .. }) => {
            Ok(Some(FieldFault { field: "why", text: signed_in.t("policy-changed") }))
        }
        Err(SaveError::Store(fault)) => Err(fault.into()),
    }
}

/// The version that a form was made from.
pub fn version(form: &Form) -> i64 {
    form.value("version").parse().unwrap_or(-1)
}
