//! Rights to self-services: what exists, who holds what, and what is decided about it.
//!
//! `catalogue` has the tables `catalogue_right` and `place`, `holding` what people hold in MitID Erhverv, `policy` the
//! versions of the policy, `grant` what one person was given directly, and `facts` what rules see in people, now and on
//! a day in the past. [`Entitlements`] is all of it that an evaluation of one person needs, and [`scene::Scene`] that of
//! everybody; [`inquiry`] answers one question with it. `request` and `attestation` are what people ask for and look
//! through, and `telling` and `ending` the letters about it.

pub mod attestation;
pub mod catalogue;
pub mod ending;
pub mod facts;
pub mod grant;
pub mod holding;
pub mod inquiry;
pub mod policy;
pub mod request;
pub mod scene;
pub mod substitute;
pub mod take_over;
pub mod telling;

use std::collections::{BTreeSet, HashMap};

use domain::{
    Cvr, IdentityId,
    rights::{Assignment, Catalogue, Facts, Grant, Places, Policy, Rulebook},
};
use jiff::{Timestamp, civil::Date};

use crate::{StoreError, Tx};

/// Everything that is decided about rights in one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlements {
    /// The version of the policy.
    pub version: i64,
    pub policy: Policy,
    pub catalogue: Catalogue,
    pub places: Places,
    pub grants: HashMap<IdentityId, Vec<Grant>>,
}

impl Entitlements {
    /// As they are now.
    pub async fn load(tx: &mut Tx, cvr: &Cvr) -> Result<Self, StoreError> {
        let policy::PolicyVersion { version, policy, .. } = policy::current(tx, cvr).await?;
        Ok(Self {
            version,
            policy,
            catalogue: catalogue::rights(tx, cvr).await?,
            places: catalogue::places(tx, cvr).await?,
            grants: grant::open(tx, cvr).await?,
        })
    }

    /// As they were at a moment. Catalogue and places are those of now.
    pub async fn at(tx: &mut Tx, cvr: &Cvr, moment: Timestamp) -> Result<Self, StoreError> {
        let now = Self::load(tx, cvr).await?;
        let policy::PolicyVersion { version, policy, .. } = policy::at(tx, cvr, moment).await?;
        Ok(Self { version, policy, grants: grant::at(tx, cvr, moment).await?, ..now })
    }

    pub fn grants_of(&self, identity: IdentityId) -> &[Grant] {
        self.grants.get(&identity).map(Vec::as_slice).unwrap_or_default()
    }

    /// A policy ready for one day. These people decide whom bundles with a limit have no room for.
    pub fn rulebook<'a, 'p>(
        &'a self,
        policy: &'a Policy,
        today: Date,
        people: impl Iterator<Item = (&'p Facts, &'p BTreeSet<Assignment>)>,
    ) -> Rulebook<'a> {
        let rulebook = Rulebook::new(policy, &self.catalogue, &self.places, today);
        let people = people.map(|(facts, held)| (facts, self.grants_of(facts.identity), held));
        let turned_away = rulebook.find_turned_away(people);
        rulebook.turning_away(turned_away)
    }
}
