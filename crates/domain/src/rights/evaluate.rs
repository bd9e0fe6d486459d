//! The one place that says what somebody is to hold, and why.
//!
//! A [`Rulebook`] is a policy made ready for one day. Which rules come into question for a person is looked up by unit
//! and title; whether one fits is then judged condition by condition, by the same function that tells what is missing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{Timestamp, civil::Date};

use crate::{
    IdentityId, RightId,
    rights::{
        Assignment, Bundle, BundleRight, Catalogue, Facts, Grant, GrantOrigin, Granted, Ground, Key, Missing,
        Places, Policy, Rule, SENSITIVE_APPROVALS, Separation, WantedScope, fold, units_above,
    },
};

/// A policy on one day, ready to be asked about anybody.
#[derive(Debug)]
pub struct Rulebook<'a> {
    pub policy: &'a Policy,
    pub catalogue: &'a Catalogue,
    places: &'a Places,
    today: Date,
    /// In an order in which each rule comes after those of the bundles that it looks at.
    rules: Vec<Prepared<'a>>,
    /// Rules by the unit that they ask for, ...
    of_unit: HashMap<String, Vec<usize>>,
    /// ... by a unit that people below count for too, ...
    below_unit: HashMap<String, Vec<usize>>,
    /// ... by title where they ask for no unit, ...
    of_title: HashMap<String, Vec<usize>>,
    /// ... and all others.
    of_anybody: Vec<usize>,
    turned_away: TurnedAway,
}

/// Whom bundles with a limit have no room for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TurnedAway(BTreeMap<Key, HashSet<IdentityId>>);

/// What one person is to hold, with the trace of how that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluation<'a> {
    /// By right and scope; one entry for each reason.
    pub wants: Vec<Want<'a>>,
    /// Given by a rule or a grant, and not to be had: the scope is not known, or the right is gone.
    pub unresolved: Vec<Unresolved<'a>>,
    /// Bundles that the person would have but for another bundle, or but for their limit.
    pub refused: Vec<(Because<'a>, Vec<Missing>)>,
    /// Bundles that must not be held together and are, both of them already.
    pub broken: Vec<&'a Separation>,
    /// Single rights that were taken away, and when: what gives them counts if it is newer.
    pub withdrawn: BTreeMap<Assignment, Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want<'a> {
    pub assignment: Assignment,
    pub because: Because<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved<'a> {
    pub right: RightId,
    pub because: Because<'a>,
    pub missing: Vec<Missing>,
}

/// Why: by which rule or grant, in which bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Because<'a> {
    pub bundle: Option<&'a Key>,
    pub by: By<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By<'a> {
    Rule(&'a Key, &'a Rule),
    Grant(&'a Grant),
}

/// A rule with everything that is compared in the form that it is compared in.
#[derive(Debug)]
struct Prepared<'a> {
    key: &'a Key,
    rule: &'a Rule,
    /// The approvals that its bundle asks for.
    needed: usize,
    units: HashSet<String>,
    titles: HashSet<String>,
    groups: HashSet<String>,
    attributes: Vec<(&'a str, HashSet<String>)>,
    except_people: HashSet<String>,
    except_units: HashSet<String>,
}

/// A person with everything that is compared in the form that it is compared in.
struct Person<'f> {
    facts: &'f Facts,
    unit: Option<String>,
    title: Option<String>,
}

impl<'a> Rulebook<'a> {
    pub fn new(policy: &'a Policy, catalogue: &'a Catalogue, places: &'a Places, today: Date) -> Self {
        let mut rulebook = Self {
            policy,
            catalogue,
            places,
            today,
            rules: Vec::with_capacity(policy.rules.len()),
            of_unit: HashMap::new(),
            below_unit: HashMap::new(),
            of_title: HashMap::new(),
            of_anybody: Vec::new(),
            turned_away: TurnedAway::default(),
        };
        let place: HashMap<&Key, usize> = policy.order().into_iter().zip(0..).collect();
        let mut rules: Vec<(&Key, &Rule)> = policy.rules.iter().collect();
        rules.sort_by_key(|(key, rule)| (place.get(&rule.bundle).copied().unwrap_or(usize::MAX), *key));
        for (key, rule) in rules {
            rulebook.prepare(key, rule);
        }
        rulebook
    }

    /// Leaves out whom bundles with a limit have no room for.
    #[must_use]
    pub fn turning_away(self, turned_away: TurnedAway) -> Self {
        Self { turned_away, ..self }
    }

    fn prepare(&mut self, key: &'a Key, rule: &'a Rule) {
        let place = self.rules.len();
        let prepared = Prepared::of(key, rule, self.policy.bundles.get(&rule.bundle));
        if !prepared.units.is_empty() {
            for unit in &prepared.units {
                self.of_unit.entry(unit.clone()).or_default().push(place);
                if rule.who.sub_units {
                    self.below_unit.entry(unit.clone()).or_default().push(place);
                }
            }
        } else if prepared.titles.is_empty() {
            self.of_anybody.push(place);
        } else {
            for title in &prepared.titles {
                self.of_title.entry(title.clone()).or_default().push(place);
            }
        }
        self.rules.push(prepared);
    }

    /// What one person is to hold. `held` is what they hold in MitID Erhverv: of two bundles that must not be held
    /// together, the one that is there already stays.
    pub fn evaluate(
        &self,
        facts: &Facts,
        grants: &'a [Grant],
        held: &BTreeSet<Assignment>,
    ) -> Evaluation<'a> {
        let mut evaluation = Evaluation::default();
        if !facts.here {
            return evaluation;
        }
        evaluation.withdrawn = self.withdrawn_rights(grants);
        let bundles = self.bundles(facts, grants);
        let refused = self.refused(facts, &bundles, held, &mut evaluation);
        for because in bundles {
            match because.bundle.and_then(|bundle| refused.get(bundle)) {
                Some(missing) => evaluation.refused.push((because, missing.clone())),
                None => self.expand(facts, because, held, &mut evaluation),
            }
        }
        for grant in grants {
            if let Granted::Right { right, scope } = grant.granted
                && self.gives(grant, grants)
            {
                let because = Because { bundle: None, by: By::Grant(grant) };
                self.put(facts, because, BundleRight { right, scope }, held, &mut evaluation);
            }
        }
        evaluation.wants.sort_by_key(|want| want.assignment);
        evaluation
    }

    /// The bundles that grants and rules give, before any is refused.
    fn bundles(&self, facts: &Facts, grants: &'a [Grant]) -> Vec<Because<'a>> {
        let mut bundles: Vec<Because<'a>> = Vec::new();
        for grant in grants {
            if let Granted::Bundle(bundle) = &grant.granted
                && self.gives(grant, grants)
            {
                bundles.push(Because { bundle: Some(bundle), by: By::Grant(grant) });
            }
        }
        let person = Person::of(facts);
        for place in self.candidates(&person) {
            let Some(prepared) = self.rules.get(place) else { continue };
            if self.misses(prepared, &person, grants, &bundles).is_empty() {
                let by = By::Rule(prepared.key, prepared.rule);
                bundles.push(Because { bundle: Some(&prepared.rule.bundle), by });
            }
        }
        bundles
    }

    /// Places of the rules that may fit, in the order in which they must be judged.
    fn candidates(&self, person: &Person<'_>) -> Vec<usize> {
        let mut candidates = self.of_anybody.clone();
        let mut add = |of: &HashMap<String, Vec<usize>>, name: &str| {
            candidates.extend(of.get(name).into_iter().flatten());
        };
        if let Some(title) = &person.title {
            add(&self.of_title, title);
        }
        if let Some(unit) = &person.unit {
            add(&self.of_unit, unit);
            for above in units_above(unit).skip(1) {
                add(&self.below_unit, above);
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Bundles that must not be given, each with what stands against it.
    fn refused(
        &self,
        facts: &Facts,
        bundles: &[Because<'a>],
        held: &BTreeSet<Assignment>,
        evaluation: &mut Evaluation<'a>,
    ) -> BTreeMap<&'a Key, Vec<Missing>> {
        let mut refused: BTreeMap<&'a Key, Vec<Missing>> = BTreeMap::new();
        if self.policy.separations.is_empty() && self.turned_away.0.is_empty() {
            return refused;
        }
        let given: BTreeSet<&'a Key> = bundles.iter().filter_map(|because| because.bundle).collect();
        for separation in &self.policy.separations {
            let Separation { first, second, why } = separation;
            let (Some(first), Some(second)) = (given.get(first), given.get(second)) else { continue };
            let there = [first, second].map(|bundle| self.is_held(facts, bundle, held));
            if there == [true, true] {
                evaluation.broken.push(separation);
            }
            for (bundle, other, there) in [(first, second, there[0]), (second, first, there[1])] {
                if !there {
                    let missing = Missing::Separation { bundle: (*other).clone(), why: why.clone() };
                    refused.entry(bundle).or_default().push(missing);
                }
            }
        }
        for bundle in given {
            if self.turned_away.0.get(bundle).is_some_and(|people| people.contains(&facts.identity)) {
                let most = self.policy.bundles.get(bundle).and_then(|bundle| bundle.most_holders);
                refused.entry(bundle).or_default().push(Missing::Full { most: most.unwrap_or_default() });
            }
        }
        refused
    }

    /// Whether everything in a bundle is there already.
    fn is_held(&self, facts: &Facts, bundle: &Key, held: &BTreeSet<Assignment>) -> bool {
        let Some(bundle) = self.policy.bundles.get(bundle) else { return false };
        bundle.rights.iter().all(|BundleRight { right, scope }| {
            let scope = scope.resolve(facts.p_number, self.places);
            scope.is_ok_and(|scope| held.contains(&Assignment { right: *right, scope }))
        })
    }

    fn expand(
        &self,
        facts: &Facts,
        because: Because<'a>,
        held: &BTreeSet<Assignment>,
        evaluation: &mut Evaluation<'a>,
    ) {
        let bundle = because.bundle.and_then(|key| self.policy.bundles.get(key));
        for right in bundle.into_iter().flat_map(|bundle| &bundle.rights) {
            self.put(facts, because, *right, held, evaluation);
        }
    }

    fn put(
        &self,
        facts: &Facts,
        because: Because<'a>,
        given: BundleRight,
        held: &BTreeSet<Assignment>,
        evaluation: &mut Evaluation<'a>,
    ) {
        match self.assignment(facts, given, held) {
            Ok(assignment) if is_withdrawn(&evaluation.withdrawn, assignment, because) => {}
            Ok(assignment) => evaluation.wants.push(Want { assignment, because }),
            Err(missing) => evaluation.unresolved.push(Unresolved { right: given.right, because, missing }),
        }
    }

    /// The right in the scope that this person gets. One that vanished is kept by whoever has it.
    pub(super) fn assignment(
        &self,
        facts: &Facts,
        given: BundleRight,
        held: &BTreeSet<Assignment>,
    ) -> Result<Assignment, Vec<Missing>> {
        let BundleRight { right, scope } = given;
        let mut missing = Vec::new();
        if !self.policy.managed.contains(&right) {
            missing.push(Missing::LeftAlone);
        }
        let scope = scope.resolve(facts.p_number, self.places);
        missing.extend(scope.err().map(Missing::Scope));
        let assignment = scope.ok().map(|scope| Assignment { right, scope });
        let there = self.catalogue.get(&right).is_some_and(|right| right.vanished_at.is_none());
        if !there && !assignment.is_some_and(|assignment| held.contains(&assignment)) {
            missing.push(Missing::Vanished);
        }
        assignment.filter(|_| missing.is_empty()).ok_or(missing)
    }

    /// What a grant that gives lacks to count today.
    pub(super) fn grant_misses(&self, grant: &Grant, grants: &[Grant]) -> Vec<Missing> {
        let mut missing: Vec<Missing> = period_misses(grant.from, grant.until, self.today).collect();
        if let Granted::Bundle(_) = grant.granted {
            let mut withdrawals = self.withdrawals(grants).filter(|one| one.granted == grant.granted);
            missing.extend(withdrawals.find(|one| grant.at <= one.at).map(withdrawn));
        }
        let sensitive = match &grant.granted {
            Granted::Bundle(key) => self.policy.bundles.get(key).is_some_and(|bundle| bundle.sensitive),
            Granted::Right { .. } => false,
        };
        let needed = if sensitive { SENSITIVE_APPROVALS } else { 1 };
        if grant.origin != GrantOrigin::TakenOver {
            missing.extend(approvals_miss(needed, &grant.approved_by));
        }
        missing
    }

    fn gives(&self, grant: &Grant, grants: &[Grant]) -> bool {
        !grant.withdraws() && self.grant_misses(grant, grants).is_empty()
    }

    /// What takes away today.
    pub(super) fn withdrawals<'g>(&self, grants: &'g [Grant]) -> impl Iterator<Item = &'g Grant> {
        let today = self.today;
        let counts = move |grant: &&Grant| {
            grant.withdraws() && period_misses(grant.from, grant.until, today).next().is_none()
        };
        grants.iter().filter(counts)
    }

    /// What took away this single right.
    pub(super) fn withdrawal_of<'g>(&self, assignment: Assignment, grants: &'g [Grant]) -> Option<&'g Grant> {
        let Assignment { right, scope } = assignment;
        let granted = Granted::Right { right, scope: WantedScope::Of(scope) };
        self.withdrawals(grants).find(|grant| grant.granted == granted)
    }

    fn withdrawn_rights(&self, grants: &[Grant]) -> BTreeMap<Assignment, Timestamp> {
        let mut withdrawn = BTreeMap::new();
        for grant in self.withdrawals(grants) {
            if let Granted::Right { right, scope: WantedScope::Of(scope) } = grant.granted
                && self.policy.managed.contains(&right)
            {
                let at = withdrawn.entry(Assignment { right, scope }).or_insert(grant.at);
                *at = grant.at.max(*at);
            }
        }
        withdrawn
    }

    /// Everything that is missing for a rule to give its bundle; nothing: it does.
    fn misses(
        &self,
        prepared: &Prepared<'_>,
        person: &Person<'_>,
        grants: &[Grant],
        bundles: &[Because<'_>],
    ) -> Vec<Missing> {
        let mut missing = prepared.misses(person, self.today, bundles);
        let of_bundle =
            |one: &&Grant| matches!(&one.granted, Granted::Bundle(key) if *key == prepared.rule.bundle);
        missing.extend(self.withdrawals(grants).find(of_bundle).map(withdrawn));
        missing
    }

    /// What a rule lacks to fit somebody who would have the bundles that `evaluate` found.
    pub(super) fn rule_misses(&self, rule: &Key, facts: &Facts, grants: &'a [Grant]) -> Vec<Missing> {
        let bundles = self.bundles(facts, grants);
        let prepared = self.rules.iter().find(|prepared| prepared.key == rule);
        let misses = |prepared| self.misses(prepared, &Person::of(facts), grants, &bundles);
        prepared.map(misses).unwrap_or_default()
    }

    /// Whom bundles with a limit have no room for: those who have the bundle stay, then the order of labels decides.
    pub fn find_turned_away<'p>(
        &self,
        people: impl Iterator<Item = (&'p Facts, &'a [Grant], &'p BTreeSet<Assignment>)>,
    ) -> TurnedAway {
        let mut wishing: BTreeMap<&Key, Vec<(bool, String, IdentityId)>> = BTreeMap::new();
        let limited: HashSet<&Key> = self
            .policy
            .bundles
            .iter()
            .filter(|(_, one)| one.most_holders.is_some())
            .map(|(key, _)| key)
            .collect();
        if limited.is_empty() {
            return TurnedAway::default();
        }
        for (facts, grants, held) in people.filter(|(facts, ..)| facts.here) {
            let bundles = self.bundles(facts, grants);
            let given: BTreeSet<&Key> = bundles.iter().filter_map(|because| because.bundle).collect();
            for bundle in given.intersection(&limited.iter().copied().collect()) {
                let there = self.is_held(facts, bundle, held);
                wishing.entry(bundle).or_default().push((!there, facts.label.to_lowercase(), facts.identity));
            }
        }
        let turned_away = wishing.into_iter().map(|(key, mut people)| {
            people.sort();
            let most =
                self.policy.bundles.get(key).and_then(|bundle| bundle.most_holders).unwrap_or(u32::MAX);
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            (key.clone(), people.into_iter().skip(most).map(|(_, _, identity)| identity).collect())
        });
        TurnedAway(turned_away.collect())
    }
}

impl<'a> Prepared<'a> {
    fn of(key: &'a Key, rule: &'a Rule, bundle: Option<&Bundle>) -> Self {
        let folded = |values: &BTreeSet<String>| values.iter().map(|value| fold(value)).collect();
        let attributes = rule.who.attributes.iter().map(|(name, values)| (name.as_str(), folded(values)));
        Self {
            key,
            rule,
            needed: if bundle.is_some_and(|bundle| bundle.sensitive) { SENSITIVE_APPROVALS } else { 0 },
            units: folded(&rule.who.units),
            titles: folded(&rule.who.titles),
            groups: folded(&rule.who.groups),
            attributes: attributes.collect(),
            except_people: rule.except.people.iter().map(|name| name.to_lowercase()).collect(),
            except_units: folded(&rule.except.units),
        }
    }

    /// Everything that is missing for the rule to fit; nothing: it fits. `bundles`: those that it may look at.
    fn misses(&self, person: &Person<'_>, today: Date, bundles: &[Because<'_>]) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !self.rule.who.everyone && !self.rule.who.has_condition() {
            missing.push(Missing::Grant);
        }
        self.conditions(person, &mut missing);
        self.exceptions(person, bundles, &mut missing);
        missing.extend(period_misses(self.rule.from, self.rule.until, today));
        missing.extend(approvals_miss(self.needed, &self.rule.approved_by));
        missing
    }

    fn conditions(&self, person: &Person<'_>, missing: &mut Vec<Missing>) {
        let Person { facts, unit, title } = person;
        let who = &self.rule.who;
        if !self.units.is_empty() && !unit.as_deref().is_some_and(|unit| self.asks_for_unit(unit)) {
            let (any_of, has) = (who.units.clone(), facts.unit.clone());
            missing.push(Missing::Unit { any_of, sub_units: who.sub_units, has });
        }
        if !self.titles.is_empty() && !title.as_ref().is_some_and(|title| self.titles.contains(title)) {
            missing.push(Missing::Title { any_of: who.titles.clone(), has: facts.title.clone() });
        }
        if !self.groups.is_empty() && !facts.groups.iter().any(|group| self.groups.contains(&fold(group))) {
            missing.push(Missing::Group { any_of: who.groups.clone() });
        }
        if let Some(must) = who.manager
            && must != facts.leads
        {
            missing.push(Missing::Manager { must });
        }
        for (name, values) in &self.attributes {
            let has = facts.attributes.get(*name);
            if !has.is_some_and(|has| values.contains(&fold(has))) {
                let any_of = who.attributes.get(*name).cloned().unwrap_or_default();
                missing.push(Missing::Attribute { name: (*name).to_owned(), any_of, has: has.cloned() });
            }
        }
    }

    fn asks_for_unit(&self, unit: &str) -> bool {
        let levels = if self.rule.who.sub_units { usize::MAX } else { 1 };
        units_above(unit).take(levels).any(|unit| self.units.contains(unit))
    }

    fn exceptions(&self, person: &Person<'_>, bundles: &[Because<'_>], missing: &mut Vec<Missing>) {
        let name = person.facts.user_name.as_ref().map(|name| name.to_lowercase());
        if name.is_some_and(|name| self.except_people.contains(&name)) {
            missing.push(Missing::ExceptedPerson);
        }
        let mut above = person.unit.as_deref().into_iter().flat_map(units_above);
        if let Some(unit) = above.find(|unit| self.except_units.contains(*unit)) {
            let written = self.rule.except.units.iter().find(|written| fold(written) == unit);
            missing.push(Missing::ExceptedUnit { unit: written.cloned().unwrap_or_default() });
        }
        for bundle in &self.rule.except.bundles {
            if bundles.iter().any(|because| because.bundle == Some(bundle)) {
                missing.push(Missing::ExceptedBundle { bundle: bundle.clone() });
            }
        }
    }
}

impl<'f> Person<'f> {
    fn of(facts: &'f Facts) -> Self {
        Self { facts, unit: facts.unit.as_deref().map(fold), title: facts.title.as_deref().map(fold) }
    }
}

/// Only a newer grant brings back a single right that was taken away. Bundles are decided as a whole.
fn is_withdrawn(
    withdrawn: &BTreeMap<Assignment, Timestamp>,
    assignment: Assignment,
    because: Because<'_>,
) -> bool {
    let older = |at: &Timestamp| matches!(because.by, By::Grant(grant) if grant.at <= *at);
    because.bundle.is_none() && withdrawn.get(&assignment).is_some_and(older)
}

pub(super) fn withdrawn(grant: &Grant) -> Missing {
    Missing::Withdrawn { from: grant.from, by: grant.by.clone(), why: grant.why.clone() }
}

fn period_misses(from: Option<Date>, until: Option<Date>, today: Date) -> impl Iterator<Item = Missing> {
    let not_yet = from.filter(|from| today < *from).map(|from| Missing::NotYet { from });
    not_yet.into_iter().chain(until.filter(|until| *until < today).map(|until| Missing::Over { until }))
}

fn approvals_miss(needed: usize, approved_by: &[String]) -> Option<Missing> {
    let people: HashSet<String> = approved_by.iter().map(|name| name.trim().to_lowercase()).collect();
    let given = people.len();
    (given < needed).then_some(Missing::Approval { needed, given })
}

impl Because<'_> {
    /// The reason by itself, with what this person has of what the rule asks for.
    pub fn ground(&self, facts: &Facts) -> Ground {
        match self.by {
            By::Rule(key, rule) => Ground::Rule {
                rule: key.clone(),
                name: rule.name.clone(),
                bundle: rule.bundle.clone(),
                met: met(rule, facts),
                from: rule.from,
                until: rule.until,
                approved_by: rule.approved_by.clone(),
            },
            By::Grant(grant) => Ground::Grant {
                grant: grant.id,
                bundle: self.bundle.cloned(),
                origin: grant.origin.name().to_owned(),
                by: grant.by.clone(),
                why: grant.why.clone(),
                case: grant.case.clone(),
                from: grant.from,
                until: grant.until,
                approved_by: grant.approved_by.clone(),
            },
        }
    }
}

fn met(rule: &Rule, facts: &Facts) -> BTreeMap<String, String> {
    let who = &rule.who;
    let mut met = BTreeMap::new();
    let mut put = |name: &str, asked: bool, value: Option<String>| {
        if let Some(value) = value.filter(|_| asked) {
            met.insert(name.to_owned(), value);
        }
    };
    put("unit", !who.units.is_empty(), facts.unit.clone());
    put("title", !who.titles.is_empty(), facts.title.clone());
    let asked: HashSet<String> = who.groups.iter().map(|group| fold(group)).collect();
    put("group", true, facts.groups.iter().find(|group| asked.contains(&fold(group))).cloned());
    put("manager", who.manager.is_some(), Some(if facts.leads { "+" } else { "-" }.to_owned()));
    for name in who.attributes.keys() {
        put(name, true, facts.attributes.get(name).cloned());
    }
    met
}
