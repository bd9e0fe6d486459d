//! An identity's rights: what it must hold, what it holds, and who must say so where somebody else changed them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use crate::{
    About, Action, Desired, Field, IdentityId, Observed, Obstacle, Owner, Reason, RightId, Status, Verdict,
    plan::decision::Decision,
    rights::{
        Assignment, Because, By, Evaluation, Facts, Grant, Ground, Key, Missing, Route, Rulebook, Scope,
    },
};

/// What decides about rights.
#[derive(Debug, Clone, Copy)]
pub struct RightsSituation<'a> {
    pub rulebook: &'a Rulebook<'a>,
    pub grants: &'a HashMap<IdentityId, Vec<Grant>>,
    /// User names of everybody who is somebody's manager, in lower case.
    pub leaders: &'a HashSet<String>,
}

impl<'a> RightsSituation<'a> {
    pub fn facts(&self, desired: &Desired) -> Facts {
        let leads = desired.user_name.as_ref().is_some_and(|name| self.leaders.contains(&name.key()));
        Facts::of(desired, leads)
    }

    pub fn grants_of(&self, identity: IdentityId) -> &'a [Grant] {
        self.grants.get(&identity).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Rights in one scope that are given or taken for the same sort of reason.
type Grouped = BTreeMap<(Scope, bool), BTreeSet<RightId>>;

impl<'a> Decision<'a, '_> {
    /// Of an identity that is linked and may be written to. Additions come before removals.
    pub(super) fn rights(&mut self, observed: &'a Observed) {
        let Some(rights) = self.situation().rights else { return };
        let waits = self.situation().organisation.settings.rights_wait_for_activation;
        if self.subject.link != Some(observed.uuid) || (waits && observed.status == Status::Pending) {
            return;
        }
        if observed.rights_at.is_none() {
            return self.wait();
        }
        let facts = rights.facts(self.desired());
        let grants = rights.grants_of(facts.identity);
        let evaluation = rights.rulebook.evaluate(&facts, grants, &self.subject.rights.held);
        self.tell_obstacles(rights.rulebook, &evaluation);
        let mut wanted: BTreeMap<Assignment, Vec<Because<'a>>> = BTreeMap::new();
        for want in &evaluation.wants {
            wanted.entry(want.assignment).or_default().push(want.because);
        }
        let rights_held = &self.subject.rights;
        let accepted = rights_held.held.difference(&rights_held.given).filter(|one| wanted.contains_key(one));
        self.to.accepted.extend(accepted.map(|one| (observed.uuid, *one)));
        let mut differs = Differs::default();
        self.give(observed, rights.rulebook, &facts, &wanted, &mut differs);
        let kept: BTreeSet<RightId> = evaluation.unresolved.iter().map(|one| one.right).collect();
        let unwanted = self.subject.rights.held.iter().filter(|one| {
            rights.rulebook.policy.managed.contains(&one.right)
                && !wanted.contains_key(one)
                && !kept.contains(&one.right)
        });
        let unwanted = unwanted.copied().collect();
        self.take(observed, rights, &facts, unwanted, &evaluation.withdrawn, &mut differs);
        self.tell_drift(rights.rulebook, &differs);
    }

    fn give(
        &mut self,
        observed: &Observed,
        rulebook: &Rulebook<'a>,
        facts: &Facts,
        wanted: &BTreeMap<Assignment, Vec<Because<'a>>>,
        differs: &mut Differs,
    ) {
        let mut groups = Grouped::new();
        let mut grounds: BTreeMap<Scope, BTreeSet<Ground>> = BTreeMap::new();
        for (assignment, because) in wanted.iter().filter(|(one, _)| !self.subject.rights.held.contains(one))
        {
            if self.may_give_again(*assignment, rulebook, differs) {
                groups.entry((assignment.scope, false)).or_default().insert(assignment.right);
                let grounds = grounds.entry(assignment.scope).or_default();
                grounds.extend(because.iter().map(|because| because.ground(facts)));
            }
        }
        for ((scope, _), rights) in groups {
            let grounds = grounds.remove(&scope).unwrap_or_default().into_iter().collect();
            let action = Action::GiveRights(observed.uuid, scope, rights);
            self.plan(action, BTreeSet::from([Field::Rights]), Reason::Entitled { grounds });
        }
    }

    /// What we gave and somebody took in MitID Erhverv follows the owner of the field.
    fn may_give_again(
        &mut self,
        assignment: Assignment,
        rulebook: &Rulebook<'_>,
        differs: &mut Differs,
    ) -> bool {
        if !self.subject.rights.given.contains(&assignment) {
            return true;
        }
        let Assignment { right, scope } = assignment;
        match self.situation().organisation.settings.owner(Field::Rights) {
            Owner::Remote => false,
            Owner::Local => {
                differs.lost.insert(assignment);
                true
            }
            Owner::Ask => match self.ask(About::RightTaken { right, name: name(rulebook, right), scope }) {
                Some(Verdict::No) => true,
                Some(Verdict::Yes) => false,
                Some(Verdict::Other(_)) | None => {
                    differs.lost.insert(assignment);
                    false
                }
            },
        }
    }

    fn take(
        &mut self,
        observed: &Observed,
        rights: RightsSituation<'a>,
        facts: &Facts,
        unwanted: Vec<Assignment>,
        withdrawn: &BTreeMap<Assignment, Timestamp>,
        differs: &mut Differs,
    ) {
        let mut groups = Grouped::new();
        for assignment in unwanted {
            let ours = self.subject.rights.given.contains(&assignment) || withdrawn.contains_key(&assignment);
            if ours || self.may_take(assignment, rights.rulebook, differs) {
                groups.entry((assignment.scope, ours)).or_default().insert(assignment.right);
            }
        }
        for ((scope, ours), taken) in groups {
            let reason = if ours {
                self.not_entitled(rights, facts, &taken)
            } else {
                self.reason_to_take(rights.rulebook, scope, &taken)
            };
            let action = Action::TakeRights(observed.uuid, scope, taken);
            self.plan(action, BTreeSet::from([Field::Rights]), reason);
        }
    }

    /// What somebody else gave follows the owner of the field.
    fn may_take(&mut self, assignment: Assignment, rulebook: &Rulebook<'_>, differs: &mut Differs) -> bool {
        let Assignment { right, scope } = assignment;
        match self.situation().organisation.settings.owner(Field::Rights) {
            Owner::Remote => false,
            Owner::Local => {
                differs.found.insert(assignment);
                true
            }
            Owner::Ask => match self.ask(About::RightFound { right, name: name(rulebook, right), scope }) {
                Some(Verdict::No) => true,
                Some(Verdict::Yes) => false,
                Some(Verdict::Other(_)) | None => {
                    differs.found.insert(assignment);
                    false
                }
            },
        }
    }

    fn reason_to_take(&self, rulebook: &Rulebook<'_>, scope: Scope, taken: &BTreeSet<RightId>) -> Reason {
        let asks = self.situation().organisation.settings.owner(Field::Rights) == Owner::Ask;
        match taken.first().filter(|_| asks) {
            Some(right) => {
                self.answered(&About::RightFound { right: *right, name: name(rulebook, *right), scope })
            }
            None => Reason::Overruled,
        }
    }

    /// The rules and grants that come nearest to giving what is taken, and where it is given now.
    fn not_entitled(&self, rights: RightsSituation<'a>, facts: &Facts, taken: &BTreeSet<RightId>) -> Reason {
        let grants = rights.grants_of(facts.identity);
        let held = &self.subject.rights.held;
        let (mut nearest, mut instead) = (BTreeSet::<Route>::new(), BTreeSet::<Scope>::new());
        for right in taken {
            let explanation = rights.rulebook.explain(facts, grants, held, *right);
            instead.extend(explanation.because.iter().map(|held| held.scope));
            nearest.extend(explanation.missing.into_iter().next());
        }
        Reason::NotEntitled { nearest: nearest.into_iter().collect(), instead: instead.into_iter().collect() }
    }

    fn tell_obstacles(&mut self, rulebook: &Rulebook<'a>, evaluation: &Evaluation<'a>) {
        let mut waiting: BTreeMap<(String, &Vec<Missing>), BTreeSet<String>> = BTreeMap::new();
        for one in &evaluation.unresolved {
            let by = called(one.because);
            waiting.entry((by, &one.missing)).or_default().insert(name(rulebook, one.right));
        }
        for ((by, missing), rights) in waiting {
            let rights = rights.into_iter().collect();
            self.ask(About::Obstacle(Obstacle::RightsWait { by, rights, missing: missing.clone() }));
        }
        for (because, missing) in &evaluation.refused {
            let bundle = because.bundle.map(|key| bundle_name(rulebook, key)).unwrap_or_default();
            let (by, missing) = (called(*because), missing.clone());
            self.ask(About::Obstacle(Obstacle::BundleRefused { by, bundle, missing }));
        }
        for separation in &evaluation.broken {
            let [first, second] =
                [&separation.first, &separation.second].map(|key| bundle_name(rulebook, key));
            let why = separation.why.clone();
            self.ask(About::Obstacle(Obstacle::SeparationBroken { first, second, why }));
        }
    }

    fn tell_drift(&mut self, rulebook: &Rulebook<'_>, differs: &Differs) {
        if differs.lost.is_empty() && differs.found.is_empty() {
            return;
        }
        self.drift(Field::Rights, &listed(rulebook, &differs.lost), &listed(rulebook, &differs.found));
    }
}

/// What somebody else changed in MitID Erhverv.
#[derive(Default)]
struct Differs {
    lost: BTreeSet<Assignment>,
    found: BTreeSet<Assignment>,
}

fn listed(rulebook: &Rulebook<'_>, assignments: &BTreeSet<Assignment>) -> String {
    if assignments.is_empty() {
        return "–".to_owned();
    }
    let names = assignments.iter().map(|one| match one.scope {
        Scope::Cvr => name(rulebook, one.right),
        scope => format!("{} ({scope})", name(rulebook, one.right)),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn name(rulebook: &Rulebook<'_>, right: RightId) -> String {
    rulebook.catalogue.get(&right).map_or_else(|| right.to_string(), |known| known.name.clone())
}

fn bundle_name(rulebook: &Rulebook<'_>, key: &Key) -> String {
    rulebook.policy.bundles.get(key).map_or_else(|| key.to_string(), |bundle| bundle.name.clone())
}

fn called(because: Because<'_>) -> String {
    match because.by {
        By::Rule(_, rule) => rule.name.clone(),
        By::Grant(grant) => grant.why.clone(),
    }
}
