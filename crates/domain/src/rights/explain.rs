//! Why somebody is to hold a right, and what is missing where they are not: read off the evaluation, never worked out a
//! second time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    RightId,
    rights::{
        Assignment, Because, By, Evaluation, Facts, Grant, Granted, Ground, Key, Missing, Rulebook, Scope,
        evaluate::withdrawn,
    },
};

/// The answer for one person and one right.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Explanation {
    /// In each scope, each reason.
    pub because: Vec<Held>,
    /// Ways to the right that are not open, each with all that it lacks; the shortest first.
    pub missing: Vec<Route>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    pub scope: Scope,
    #[serde(flatten)]
    pub ground: Ground,
}

/// A rule, a grant, or the lack of both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Route {
    pub rule: Option<Key>,
    pub name: Option<String>,
    pub bundle: Option<Key>,
    pub needs: Vec<Missing>,
}

impl Explanation {
    pub fn holds(&self) -> bool {
        !self.because.is_empty()
    }
}

impl<'a> Rulebook<'a> {
    /// Why this person is to hold this right, or what is missing.
    pub fn explain(
        &self,
        facts: &Facts,
        grants: &'a [Grant],
        held: &BTreeSet<Assignment>,
        right: RightId,
    ) -> Explanation {
        if !facts.here {
            let route = Route { rule: None, name: None, bundle: None, needs: vec![Missing::NotHere] };
            return Explanation { because: Vec::new(), missing: vec![route] };
        }
        let evaluation = self.evaluate(facts, grants, held);
        let wanted = evaluation.wants.iter().filter(|want| want.assignment.right == right);
        let because: Vec<Held> = wanted
            .map(|want| Held { scope: want.assignment.scope, ground: want.because.ground(facts) })
            .collect();
        let mut missing = Vec::new();
        for unresolved in evaluation.unresolved.iter().filter(|one| one.right == right) {
            missing.push(route(unresolved.because, unresolved.missing.clone()));
        }
        for (because, refused) in &evaluation.refused {
            if because.bundle.is_some_and(|bundle| self.has(bundle, right)) {
                let mut needs = refused.clone();
                needs.extend(
                    because
                        .bundle
                        .into_iter()
                        .flat_map(|bundle| self.bundle_misses(bundle, facts, held, right)),
                );
                missing.push(route(*because, needs));
            }
        }
        missing.extend(self.rules_that_do_not_fit(facts, grants, held, right));
        missing.extend(self.grants_that_do_not_count(grants, right));
        missing.extend(self.taken_away(&evaluation, grants, right));
        missing.sort_by_key(|route| route.needs.len());
        let explanation = Explanation { because, missing };
        if explanation.holds() || !explanation.missing.is_empty() {
            return explanation;
        }
        Explanation { missing: vec![self.only_by_grant(right)], ..explanation }
    }

    fn has(&self, bundle: &Key, right: RightId) -> bool {
        self.policy
            .bundles
            .get(bundle)
            .is_some_and(|bundle| bundle.rights.iter().any(|one| one.right == right))
    }

    fn rules_that_do_not_fit(
        &self,
        facts: &Facts,
        grants: &'a [Grant],
        held: &BTreeSet<Assignment>,
        right: RightId,
    ) -> Vec<Route> {
        let mut routes = Vec::new();
        for (key, rule) in self.policy.rules.iter().filter(|(_, rule)| self.has(&rule.bundle, right)) {
            let mut needs = self.rule_misses(key, facts, grants);
            if needs.is_empty() {
                continue;
            }
            needs.extend(self.bundle_misses(&rule.bundle, facts, held, right));
            let (name, bundle) = (Some(rule.name.clone()), Some(rule.bundle.clone()));
            routes.push(Route { rule: Some(key.clone()), name, bundle, needs });
        }
        routes
    }

    /// What stands against the right in this bundle besides the rule.
    fn bundle_misses(
        &self,
        bundle: &Key,
        facts: &Facts,
        held: &BTreeSet<Assignment>,
        right: RightId,
    ) -> Vec<Missing> {
        let bundle = self.policy.bundles.get(bundle).into_iter();
        let given = bundle.flat_map(|bundle| &bundle.rights).filter(|one| one.right == right);
        let missing = given.map(|one| self.assignment(facts, *one, held).err().unwrap_or_default());
        missing.min_by_key(Vec::len).unwrap_or_default()
    }

    fn grants_that_do_not_count(&self, grants: &'a [Grant], right: RightId) -> Vec<Route> {
        let about = |grant: &&Grant| match &grant.granted {
            Granted::Bundle(bundle) => self.has(bundle, right),
            Granted::Right { right: granted, .. } => *granted == right,
        };
        let giving = grants.iter().filter(about).filter(|grant| !grant.withdraws());
        let waiting = giving
            .map(|grant| (grant, self.grant_misses(grant, grants)))
            .filter(|(_, missing)| !missing.is_empty());
        let bundle = |grant: &Grant| match &grant.granted {
            Granted::Bundle(bundle) => Some(bundle.clone()),
            Granted::Right { .. } => None,
        };
        waiting
            .map(|(grant, needs)| Route {
                rule: None,
                name: Some(grant.why.clone()),
                bundle: bundle(grant),
                needs,
            })
            .collect()
    }

    /// Single rights that somebody took away.
    fn taken_away(&self, evaluation: &Evaluation<'_>, grants: &[Grant], right: RightId) -> Vec<Route> {
        let has =
            |assignment: &Assignment| evaluation.wants.iter().any(|want| want.assignment == *assignment);
        let taken = evaluation.withdrawn.keys().filter(|one| one.right == right && !has(one));
        let needs = taken.filter_map(|one| Some(vec![withdrawn(self.withdrawal_of(*one, grants)?)]));
        needs.map(|needs| Route { rule: None, name: None, bundle: None, needs }).collect()
    }

    fn only_by_grant(&self, right: RightId) -> Route {
        let managed = self.policy.managed.contains(&right);
        let needs = vec![if managed { Missing::Grant } else { Missing::LeftAlone }];
        Route { rule: None, name: None, bundle: None, needs }
    }
}

fn route(because: Because<'_>, needs: Vec<Missing>) -> Route {
    let (rule, name) = match because.by {
        By::Rule(key, rule) => (Some(key.clone()), rule.name.clone()),
        By::Grant(grant) => (None, grant.why.clone()),
    };
    Route { rule, name: Some(name), bundle: because.bundle.cloned(), needs }
}
