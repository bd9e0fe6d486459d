//! Policies in words, as one would read them aloud to a colleague.

use std::collections::BTreeSet;

use domain::rights::{Assignment, Bundle, Catalogue, Holding, Key, Policy, PolicyFault, Rule, WantedScope};
use domain::{Language, RightId};

use crate::format;
use crate::layout::Layout;

pub fn right(catalogue: &Catalogue, right: RightId) -> String {
    catalogue.get(&right).map_or_else(|| right.to_string(), |known| known.name.clone())
}

/// `Indberetning af moms (hele organisationen)`.
pub fn assignment(page: &Layout, catalogue: &Catalogue, one: Assignment) -> String {
    format!("{} ({})", right(catalogue, one.right), one.scope.say(page.language))
}

/// The same for what is decided: the scope may be one that each person has their own of.
pub fn wished(page: &Layout, catalogue: &Catalogue, id: RightId, scope: WantedScope) -> String {
    format!("{} ({})", right(catalogue, id), scope.say(page.language))
}

/// The rights of a bundle, each with its scope.
pub fn rights(page: &Layout, catalogue: &Catalogue, bundle: &Bundle) -> Vec<String> {
    bundle.rights.iter().map(|one| wished(page, catalogue, one.right, one.scope)).collect()
}

/// The scope of something held, whether it is understood or not.
pub fn scope(page: &Layout, holding: &Holding) -> String {
    match holding {
        Holding::Understood(one) => one.scope.say(page.language),
        Holding::Other(other) => page.tv(
            "scope-strange",
            &[("kind", other.kind.as_str().into()), ("value", other.value.as_str().into())],
        ),
    }
}

pub fn bundle(policy: &Policy, key: &Key) -> String {
    policy.bundles.get(key).map_or_else(|| key.to_string(), |bundle| bundle.name.clone())
}

/// A whole rule as one sentence.
pub fn rule(page: &Layout, policy: &Policy, rule: &Rule) -> String {
    let mut parts = vec![who(page, rule)];
    let except = exceptions(page, policy, rule);
    if !except.is_empty() {
        parts.push(page.t1("say-except", &listed(page.language, except.iter())));
    }
    let gets = page.t1("say-gets", &bundle(policy, &rule.bundle));
    let day = |date| format::date(page.language, date);
    let period = match (rule.from, rule.until) {
        (None, None) => String::new(),
        (Some(from), None) => page.t1("say-from", &day(from)),
        (None, Some(until)) => page.t1("say-until", &day(until)),
        (Some(from), Some(until)) => {
            page.tv("say-between", &[("from", day(from).into()), ("until", day(until).into())])
        }
    };
    let end = if period.is_empty() { String::new() } else { format!(" {period}") };
    format::sentence(&format!("{} {gets}{end}.", parts.join(", ")))
}

fn who(page: &Layout, rule: &Rule) -> String {
    let who = &rule.who;
    let mut words = vec![page.t(if who.manager == Some(true) { "say-managers" } else { "say-everybody" })];
    let mut put = |key: &str, values: &BTreeSet<String>| {
        if !values.is_empty() {
            words.push(page.t1(key, &any_of(page.language, values.iter())));
        }
    };
    put("say-titles", &who.titles);
    put("say-units", &who.units);
    if who.sub_units && !who.units.is_empty() {
        words.push(page.t("say-sub-units"));
    }
    let mut put = |key: &str, values: &BTreeSet<String>| {
        if !values.is_empty() {
            words.push(page.t1(key, &any_of(page.language, values.iter())));
        }
    };
    put("say-groups", &who.groups);
    for (name, values) in &who.attributes {
        let values = any_of(page.language, values.iter());
        words.push(page.tv("say-attribute", &[("name", name.as_str().into()), ("value", values.into())]));
    }
    if who.manager == Some(false) {
        words.push(page.t("say-no-managers"));
    }
    words.join(" ")
}

fn exceptions(page: &Layout, policy: &Policy, rule: &Rule) -> Vec<String> {
    let people = rule.except.people.iter().cloned();
    let units = rule.except.units.iter().map(|unit| page.t1("say-unit", unit));
    let bundles = rule.except.bundles.iter().map(|key| page.t1("say-has-bundle", &bundle(policy, key)));
    people.chain(units).chain(bundles).collect()
}

/// `a, b og c`.
fn listed<'a>(language: Language, values: impl Iterator<Item = &'a String>) -> String {
    joined(values, language.pick("og", "and"))
}

fn any_of<'a>(language: Language, values: impl Iterator<Item = &'a String>) -> String {
    joined(values, language.pick("eller", "or"))
}

fn joined<'a>(values: impl Iterator<Item = &'a String>, word: &str) -> String {
    let values: Vec<&str> = values.map(String::as_str).collect();
    match values.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// What is wrong with a policy, without the words of the file.
pub fn fault(page: &Layout, policy: &Policy, fault: &PolicyFault) -> String {
    let key = match fault {
        PolicyFault::UnknownRight { .. } => "policy-unknown-right",
        PolicyFault::LeftAlone { right } => return page.t1("policy-left-alone", right),
        PolicyFault::NobodyApproves => "policy-nobody-approves",
        PolicyFault::NoOwner => "policy-no-owner",
        PolicyFault::NoHolders => "policy-no-holders",
        PolicyFault::NoCondition => "policy-no-condition",
        PolicyFault::EveryoneAndCondition => "policy-everyone-and-condition",
        PolicyFault::EndBeforeStart { .. } => "fault-end-before-start",
        other => {
            let name = |key: &Key| {
                let name = bundle(policy, key);
                page.language.pick(format!("»{name}«"), format!("\"{name}\""))
            };
            return format!("{}.", format::sentence(&other.say_naming(page.language, &name)));
        }
    };
    page.t(key)
}
