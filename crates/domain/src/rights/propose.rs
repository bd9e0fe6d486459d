//! Rules proposed from what people hold: "everybody with title X in unit Y has it".
//!
//! A proposal is a policy like any other, to be looked at, changed and imported; nothing comes of it by itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    IdentityId,
    rights::{Assignment, Bundle, BundleRight, Facts, Key, Policy, Rule, Rulebook, Scope, WantedScope, Who},
};

/// A group of people that a rule could describe, widest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Described {
    Everyone,
    Title(String),
    Unit(String),
    UnitAndTitle(String, String),
}

/// Fewer people than that show no pattern.
const FEWEST: usize = 2;

/// The policy in force with bundles and rules added for what at least `percent` of a group hold and nothing gives them.
pub fn propose<'p>(
    rulebook: &Rulebook<'_>,
    percent: u32,
    people: impl Iterator<Item = (&'p Facts, &'p BTreeSet<Assignment>)>,
) -> Policy {
    let here: Vec<(&Facts, BTreeSet<BundleRight>)> = people
        .filter(|(facts, _)| facts.here)
        .map(|(facts, held)| (facts, unexplained(rulebook, facts, held)))
        .collect();
    let mut proposed: BTreeMap<Described, BTreeSet<BundleRight>> = BTreeMap::new();
    let mut covered: HashSet<(IdentityId, BundleRight)> = HashSet::new();
    for kind in Described::KINDS {
        let mut groups: BTreeMap<Described, Vec<&(&Facts, BTreeSet<BundleRight>)>> = BTreeMap::new();
        for person in &here {
            if let Some(group) = kind(person.0) {
                groups.entry(group).or_default().push(person);
            }
        }
        for (group, members) in groups.into_iter().filter(|(_, members)| members.len() >= FEWEST) {
            for right in common(&members, percent) {
                let news = |member: &&&(&Facts, BTreeSet<BundleRight>)| {
                    member.1.contains(&right) && !covered.contains(&(member.0.identity, right))
                };
                if members.iter().filter(news).count() < FEWEST {
                    continue;
                }
                covered.extend(members.iter().map(|member| (member.0.identity, right)));
                proposed.entry(group.clone()).or_default().insert(right);
            }
        }
    }
    with_rules(rulebook.policy.clone(), proposed)
}

/// What somebody holds and no rule or grant gives. The person's own production unit is called that.
fn unexplained(rulebook: &Rulebook<'_>, facts: &Facts, held: &BTreeSet<Assignment>) -> BTreeSet<BundleRight> {
    let evaluation = rulebook.evaluate(facts, &[], held);
    let wanted: BTreeSet<Assignment> = evaluation.wants.iter().map(|want| want.assignment).collect();
    let scope = |scope: Scope| match scope {
        Scope::ProductionUnit(number) if facts.p_number == Some(number) => WantedScope::OwnProductionUnit,
        other => WantedScope::Of(other),
    };
    let unexplained = held.difference(&wanted);
    unexplained.map(|one| BundleRight { right: one.right, scope: scope(one.scope) }).collect()
}

fn by_title(facts: &Facts) -> Option<Described> {
    facts.title.clone().map(Described::Title)
}

fn by_unit(facts: &Facts) -> Option<Described> {
    facts.unit.clone().map(Described::Unit)
}

fn by_unit_and_title(facts: &Facts) -> Option<Described> {
    Some(Described::UnitAndTitle(facts.unit.clone()?, facts.title.clone()?))
}

/// What at least so many per cent of them hold.
fn common(members: &[&(&Facts, BTreeSet<BundleRight>)], percent: u32) -> Vec<BundleRight> {
    let mut holders: BTreeMap<BundleRight, usize> = BTreeMap::new();
    for right in members.iter().flat_map(|member| &member.1) {
        *holders.entry(*right).or_default() += 1;
    }
    let enough = |holders: usize| holders * 100 >= members.len() * percent as usize;
    holders.into_iter().filter(|(_, holders)| enough(*holders)).map(|(right, _)| right).collect()
}

fn with_rules(mut policy: Policy, proposed: BTreeMap<Described, BTreeSet<BundleRight>>) -> Policy {
    for (group, rights) in proposed {
        let name = group.name();
        let key = free_key(&policy, &name);
        policy.managed.extend(rights.iter().map(|one| one.right));
        let bundle = Bundle { name: name.clone(), rights, ..Bundle::default() };
        policy.bundles.insert(key.clone(), bundle);
        let rule = Rule {
            name,
            bundle: key.clone(),
            who: group.who(),
            except: crate::rights::Except::default(),
            from: None,
            until: None,
            approved_by: Vec::new(),
        };
        policy.rules.insert(key, rule);
    }
    policy
}

fn free_key(policy: &Policy, name: &str) -> Key {
    let taken = |key: &Key| policy.bundles.contains_key(key) || policy.rules.contains_key(key);
    let numbered = (2..).map(|number| Key::for_name(&format!("{number} {name}")));
    let mut keys = std::iter::once(Key::for_name(name)).chain(numbered);
    keys.find(|key| !taken(key)).unwrap_or_else(|| Key::for_name(name))
}

/// Which group of one sort somebody belongs to.
type Kind = fn(&Facts) -> Option<Described>;

impl Described {
    const KINDS: [Kind; 4] = [|_| Some(Self::Everyone), by_title, by_unit, by_unit_and_title];

    fn name(&self) -> String {
        match self {
            Self::Everyone => "Alle".to_owned(),
            Self::Title(name) | Self::Unit(name) => name.clone(),
            Self::UnitAndTitle(unit, title) => format!("{unit}: {title}"),
        }
    }

    fn who(&self) -> Who {
        let one = |text: &String| BTreeSet::from([text.clone()]);
        match self {
            Self::Everyone => Who { everyone: true, ..Who::default() },
            Self::Title(title) => Who { titles: one(title), ..Who::default() },
            Self::Unit(unit) => Who { units: one(unit), ..Who::default() },
            Self::UnitAndTitle(unit, title) => Who { units: one(unit), titles: one(title), ..Who::default() },
        }
    }
}
