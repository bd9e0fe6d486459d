//! Requests in words: what is asked for, whose yes it needs, and why somebody may not.

use std::collections::HashMap;

use domain::rights::request::{Approvers, Chart, Refusal, Request};
use domain::rights::{Bundle, Facts, Missing};
use domain::{IdentityId, Language};
use jiff::civil::Date;
use store::rights::scene::Scene;

use crate::format;
use crate::layout::Layout;

/// The days that are asked for; empty where none are named.
pub fn period(page: &Layout, request: &Request) -> String {
    let day = |date: Date| format::date(page.language, date);
    let text = match (request.from, request.until) {
        (None, None) => String::new(),
        (Some(from), None) => page.t1("say-from", &day(from)),
        (None, Some(until)) => page.t1("say-until", &day(until)),
        (Some(from), Some(until)) => {
            page.tv("say-between", &[("from", day(from).into()), ("until", day(until).into())])
        }
    };
    format::sentence(&text)
}

/// Everybody whose yes counts, each with as what.
pub fn approvers(
    page: &Layout,
    scene: &Scene,
    chart: &Chart<'_>,
    (bundle, person): (&Bundle, &Facts),
    approvers: &Approvers,
    names: &HashMap<IdentityId, String>,
) -> Vec<String> {
    let managers = chart.managers_of(person);
    let is_manager = |one: IdentityId| managers.iter().any(|manager| manager.identity == one);
    let is_owner = |one: IdentityId| {
        let owner = bundle.owner.as_deref().unwrap_or_default().to_lowercase();
        let facts = scene.person(one).and_then(|person| person.facts.user_name.as_deref());
        facts.is_some_and(|name| name.to_lowercase() == owner)
    };
    let say = |one: IdentityId, key: &str| page.t1(key, &name(scene, names, one));
    let managers = approvers.managers.iter().map(|one| {
        say(*one, if is_manager(*one) { "approver-as-manager" } else { "approver-instead-of-manager" })
    });
    let owners = approvers
        .owners
        .iter()
        .map(|one| say(*one, if is_owner(*one) { "approver-as-owner" } else { "approver-instead-of-owner" }));
    let alone = approvers.managers.len() + approvers.owners.len() + 1 < approvers.needed;
    let administrator = if alone { "approver-administrators" } else { "approver-as-administrator" };
    let administrators = approvers.administrators.then(|| page.t(administrator));
    managers.chain(owners).chain(administrators).collect()
}

/// The full name of somebody, or what they are called in lists.
pub fn name(scene: &Scene, names: &HashMap<IdentityId, String>, identity: IdentityId) -> String {
    let label = || scene.person(identity).map(|one| one.facts.label.clone()).unwrap_or_default();
    names.get(&identity).cloned().unwrap_or_else(label)
}

/// A refusal as a sentence of its own.
pub fn refusal(language: Language, refusal: Refusal) -> String {
    format!("{}.", format::sentence(refusal.say(language)))
}

/// Everything that stands against a bundle.
pub fn against(page: &Layout, missing: &[Missing]) -> String {
    let all: Vec<String> = missing.iter().map(|one| one.say(page.language)).collect();
    page.t1("request-stands-against", &all.join("; "))
}
