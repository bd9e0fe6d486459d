//! Beginning to look after rights that people hold already: nothing is taken from anybody.

use std::collections::BTreeSet;

use domain::{
    Cvr, RightId,
    rights::{Assignment, GrantOrigin, Granted, WantedScope},
};

use crate::{
    Tx,
    rights::{
        grant::{self, NewGrant},
        policy::{self, SaveError},
        scene::Scene,
    },
};

/// What a take-over came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenOver {
    /// Rights that were left alone before.
    pub rights: usize,
    /// Holdings that nothing explained and that became grants.
    pub grants: usize,
}

/// Looks after these rights from now on. `version`: the policy that the decision was made from.
pub async fn take_over(
    tx: &mut Tx,
    cvr: &Cvr,
    version: i64,
    rights: &BTreeSet<RightId>,
    by: &str,
    why: &str,
) -> Result<TakenOver, SaveError> {
    let scene = Scene::load(tx, cvr).await?;
    let new: BTreeSet<RightId> = rights
        .iter()
        .filter(|right| scene.entitlements.catalogue.contains_key(right))
        .filter(|right| !scene.policy().managed.contains(right))
        .copied()
        .collect();
    let mut policy = scene.policy().clone();
    policy.managed.extend(&new);
    let rulebook = scene.rulebook(&policy);
    let mut grants = Vec::new();
    for person in scene.people.iter().filter(|person| person.facts.here) {
        let evaluation = scene.evaluate(&rulebook, person);
        let wanted: BTreeSet<Assignment> = evaluation.wants.iter().map(|want| want.assignment).collect();
        let unexplained = person.rights.held.difference(&wanted).filter(|one| new.contains(&one.right));
        grants.extend(unexplained.map(|one| NewGrant {
            identity: person.facts.identity,
            granted: Granted::Right { right: one.right, scope: WantedScope::Of(one.scope) },
            from: None,
            until: None,
            why: why.to_owned(),
            case: None,
            origin: GrantOrigin::TakenOver,
            by: by.to_owned(),
            approved_by: vec![by.to_owned()],
        }));
    }
    policy::save(tx, cvr, version, &policy, by, why).await?;
    for grant in &grants {
        grant::give(tx, cvr, grant).await?;
    }
    Ok(TakenOver { rights: new.len(), grants: grants.len() })
}
