//! Who must hold what: bundles, the rules that give them, and the pairs that nobody may hold together.
//!
//! The whole policy is one value. It is checked as a whole, kept as a whole in numbered versions, and written to a file
//! as a whole, so that the console and the file are two ways to the same thing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    RightId,
    rights::{Catalogue, Key, Place, Places, PolicyFault, Scope, WantedScope, fold, units_above},
};

/// How many people must say yes before a sensitive bundle is given.
pub const SENSITIVE_APPROVALS: usize = 2;

/// Everything that is decided for more than one person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Rights that Lokalid looks after. All others are left alone.
    pub managed: BTreeSet<RightId>,
    pub bundles: BTreeMap<Key, Bundle>,
    pub rules: BTreeMap<Key, Rule>,
    pub separations: BTreeSet<Separation>,
}

/// A named set of rights.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bundle {
    pub name: String,
    pub description: String,
    pub rights: BTreeSet<BundleRight>,
    /// Needs two approvers.
    pub sensitive: bool,
    /// The user name of whoever answers for it.
    pub owner: Option<String>,
    /// Who may ask for it; nobody where it is empty.
    pub may_ask: BTreeSet<Asker>,
    /// Who may approve it.
    pub approved_by: BTreeSet<Approver>,
    /// The most people who may hold it.
    pub most_holders: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BundleRight {
    pub right: RightId,
    pub scope: WantedScope,
}

/// Who may ask for a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// For themselves.
    Employee,
    /// For their own people.
    Manager,
    /// For anybody.
    Anyone,
}

/// Who may say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approver {
    /// The manager of whoever is to have it.
    Manager,
    /// The owner of the bundle.
    Owner,
    RightsAdministrator,
}

/// Gives a bundle to everybody who fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub name: String,
    pub bundle: Key,
    #[serde(default)]
    pub who: Who,
    #[serde(default)]
    pub except: Except,
    /// First and last day.
    #[serde(default)]
    pub from: Option<Date>,
    #[serde(default)]
    pub until: Option<Date>,
    /// Who said yes to it as it stands. Counts where the bundle is sensitive; not part of the file.
    #[serde(default)]
    pub approved_by: Vec<String>,
}

/// Whom a rule fits. Every condition that is set must hold; of several values of one condition, any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Who {
    /// Said in so many words, so that a condition that was forgotten gives nobody anything.
    pub everyone: bool,
    pub units: BTreeSet<String>,
    /// Whether people in units below those count too.
    pub sub_units: bool,
    pub titles: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    /// Whether the person is somebody's manager.
    pub manager: Option<bool>,
    /// Attributes of the source, each with the values that fit.
    pub attributes: BTreeMap<String, BTreeSet<String>>,
}

/// Whom a rule leaves out though it fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Except {
    /// By user name.
    pub people: BTreeSet<String>,
    /// With all units below them.
    pub units: BTreeSet<String>,
    /// Whoever has one of these bundles.
    pub bundles: BTreeSet<Key>,
}

/// Two bundles that nobody may hold together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Separation {
    pub first: Key,
    pub second: Key,
    pub why: String,
}

/// What a policy is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub catalogue: &'a Catalogue,
    pub places: &'a Places,
    /// Units that somebody is or was in, folded, with those above them.
    pub units: &'a HashSet<String>,
    /// User names of everybody who is or was here, in lower case.
    pub user_names: &'a HashSet<String>,
}

impl Who {
    pub fn has_condition(&self) -> bool {
        !self.units.is_empty()
            || !self.titles.is_empty()
            || !self.groups.is_empty()
            || self.manager.is_some()
            || !self.attributes.is_empty()
    }
}

impl Separation {
    /// Which of two came first in the file does not matter.
    pub fn of(one: Key, other: Key, why: String) -> Self {
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        Self { first, second, why }
    }
}

impl Policy {
    /// Whether Lokalid has anything to decide.
    pub fn is_empty(&self) -> bool {
        self.managed.is_empty()
    }

    /// Writes on each rule who said yes to it: whoever changed it, or its bundle, is the first. What did not change keeps
    /// its approvals.
    pub fn sign(&mut self, before: &Self, by: &str) {
        for (key, rule) in &mut self.rules {
            let gives = |policy: &BTreeMap<Key, Bundle>| {
                policy.get(&rule.bundle).map(|bundle| (bundle.rights.clone(), bundle.sensitive))
            };
            let same_bundle = gives(&self.bundles) == gives(&before.bundles);
            let old = before.rules.get(key).filter(|old| {
                same_bundle
                    && Rule { approved_by: Vec::new(), ..(*old).clone() }
                        == Rule { approved_by: Vec::new(), ..rule.clone() }
            });
            rule.approved_by = old.map_or_else(|| vec![by.to_owned()], |old| old.approved_by.clone());
        }
    }

    /// One more says yes to a rule. `false`: there is none, or that name stands there already.
    pub fn approve_rule(&mut self, key: &Key, by: &str) -> bool {
        let Some(rule) = self.rules.get_mut(key) else { return false };
        let there =
            rule.approved_by.iter().any(|name| name.trim().to_lowercase() == by.trim().to_lowercase());
        if !there {
            rule.approved_by.push(by.to_owned());
        }
        !there
    }

    /// Everything that is wrong with it, in the order of its parts; nothing of it may count before that is mended.
    pub fn faults(&self, known: Known<'_>) -> Vec<(Place, PolicyFault)> {
        let mut check = Check { policy: self, known, faults: Vec::new() };
        check.managed();
        for (key, bundle) in &self.bundles {
            check.bundle(key, bundle);
        }
        for (key, rule) in &self.rules {
            check.rule(key, rule);
        }
        for separation in &self.separations {
            check.separation(separation);
        }
        if let Some(round) = self.circle() {
            let place = Place::Bundle(round.first().cloned().unwrap_or_else(|| Key::for_name("")));
            check.faults.push((place, PolicyFault::CircularExceptions { bundles: round }));
        }
        check.faults
    }

    /// Bundles in an order in which each comes after all that its rules look at.
    pub(super) fn order(&self) -> Vec<&Key> {
        let mut walk = Walk { policy: self, state: HashMap::new(), order: Vec::new(), round: None };
        for key in self.bundles.keys() {
            walk.visit(key, &mut Vec::new());
        }
        walk.order
    }

    fn circle(&self) -> Option<Vec<Key>> {
        let mut walk = Walk { policy: self, state: HashMap::new(), order: Vec::new(), round: None };
        for key in self.bundles.keys() {
            walk.visit(key, &mut Vec::new());
        }
        walk.round
    }

    /// The bundles that the rules of one bundle look at.
    fn looked_at(&self, bundle: &Key) -> BTreeSet<&Key> {
        let rules = self.rules.values().filter(|rule| rule.bundle == *bundle);
        rules.flat_map(|rule| &rule.except.bundles).filter(|looked_at| *looked_at != bundle).collect()
    }
}

/// A walk over bundles from each to those that its rules look at.
struct Walk<'a> {
    policy: &'a Policy,
    /// `false` while it is being visited.
    state: HashMap<&'a Key, bool>,
    order: Vec<&'a Key>,
    round: Option<Vec<Key>>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, key: &'a Key, path: &mut Vec<&'a Key>) {
        match self.state.get(key) {
            Some(true) => return,
            Some(false) => {
                let round = path.iter().skip_while(|one| **one != key).map(|one| (*one).clone());
                self.round.get_or_insert_with(|| round.collect());
                return;
            }
            None => {}
        }
        self.state.insert(key, false);
        path.push(key);
        for next in self.policy.looked_at(key) {
            self.visit(next, path);
        }
        path.pop();
        self.state.insert(key, true);
        self.order.push(key);
    }
}

struct Check<'a> {
    policy: &'a Policy,
    known: Known<'a>,
    faults: Vec<(Place, PolicyFault)>,
}

impl Check<'_> {
    fn managed(&mut self) {
        for right in &self.policy.managed {
            if !self.known.catalogue.contains_key(right) {
                self.faults.push((Place::Right(*right), PolicyFault::UnknownRight { right: *right }));
            }
        }
    }

    fn bundle(&mut self, key: &Key, bundle: &Bundle) {
        let mut refuse = |fault| self.faults.push((Place::Bundle(key.clone()), fault));
        if bundle.name.trim().is_empty() {
            refuse(PolicyFault::NoName);
        }
        if bundle.rights.is_empty() {
            refuse(PolicyFault::EmptyBundle);
        }
        for BundleRight { right, scope } in &bundle.rights {
            match self.known.catalogue.get(right) {
                None => refuse(PolicyFault::UnknownRight { right: *right }),
                Some(known) if !self.policy.managed.contains(right) => {
                    refuse(PolicyFault::LeftAlone { right: known.name.clone() });
                }
                Some(_) => {}
            }
            if let WantedScope::Of(scope) = scope
                && let Some(fault) = foreign(*scope, self.known.places)
            {
                refuse(fault);
            }
        }
        if !bundle.may_ask.is_empty() && bundle.approved_by.is_empty() {
            refuse(PolicyFault::NobodyApproves);
        }
        if bundle.approved_by.contains(&Approver::Owner) && bundle.owner.is_none() {
            refuse(PolicyFault::NoOwner);
        }
        if let Some(owner) = &bundle.owner
            && !self.known.user_names.contains(&owner.to_lowercase())
        {
            refuse(PolicyFault::UnknownPerson { name: owner.clone() });
        }
        if bundle.most_holders == Some(0) {
            refuse(PolicyFault::NoHolders);
        }
    }

    fn rule(&mut self, key: &Key, rule: &Rule) {
        let mut faults = Vec::new();
        if rule.name.trim().is_empty() {
            faults.push(PolicyFault::NoName);
        }
        match self.policy.bundles.get(&rule.bundle) {
            None => faults.push(PolicyFault::UnknownBundle { bundle: rule.bundle.clone() }),
            Some(bundle) if bundle.sensitive && !rule.who.has_condition() => {
                faults.push(PolicyFault::SensitiveToEveryone { bundle: rule.bundle.clone() });
            }
            Some(_) => {}
        }
        match (rule.who.everyone, rule.who.has_condition()) {
            (false, false) => faults.push(PolicyFault::NoCondition),
            (true, true) => faults.push(PolicyFault::EveryoneAndCondition),
            _ => {}
        }
        if let (Some(from), Some(until)) = (rule.from, rule.until)
            && until < from
        {
            faults.push(PolicyFault::EndBeforeStart { from, until });
        }
        for unit in rule.who.units.iter().chain(&rule.except.units) {
            if !self.known.units.contains(&fold(unit)) {
                faults.push(PolicyFault::UnknownUnit { unit: unit.clone() });
            }
        }
        for name in &rule.except.people {
            if !self.known.user_names.contains(&name.to_lowercase()) {
                faults.push(PolicyFault::UnknownPerson { name: name.clone() });
            }
        }
        faults.extend(self.exceptions(rule));
        self.faults.extend(faults.into_iter().map(|fault| (Place::Rule(key.clone()), fault)));
    }

    /// Exceptions that leave nobody, or that look at what the rule itself gives.
    fn exceptions(&self, rule: &Rule) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        for bundle in &rule.except.bundles {
            if *bundle == rule.bundle {
                faults.push(PolicyFault::ExceptsItsOwn { bundle: bundle.clone() });
            } else if !self.policy.bundles.contains_key(bundle) {
                faults.push(PolicyFault::UnknownBundle { bundle: bundle.clone() });
            }
        }
        let excepted: HashSet<String> = rule.except.units.iter().map(|unit| fold(unit)).collect();
        let covered = |unit: &String| units_above(&fold(unit)).any(|above| excepted.contains(above));
        for unit in rule.who.units.iter().filter(|unit| covered(unit)) {
            faults.push(PolicyFault::ExceptionCoversUnit { unit: unit.clone() });
        }
        faults
    }

    fn separation(&mut self, separation: &Separation) {
        let place = || Place::Separation(separation.first.clone(), separation.second.clone());
        if separation.first == separation.second {
            self.faults.push((place(), PolicyFault::SeparatedFromItself));
        }
        for bundle in [&separation.first, &separation.second] {
            if !self.policy.bundles.contains_key(bundle) {
                self.faults.push((place(), PolicyFault::UnknownBundle { bundle: bundle.clone() }));
            }
        }
    }
}

fn foreign(scope: Scope, places: &Places) -> Option<PolicyFault> {
    let fault = WantedScope::Of(scope).resolve(None, places).err()?;
    Some(PolicyFault::ForeignScope { fault })
}
