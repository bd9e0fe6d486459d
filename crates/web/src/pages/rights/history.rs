//! `/rights/history`: every version of bundles, rules and separations, with who saved it, when, why, and what changed.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::rights::{Catalogue, Policy, Rule};
use store::rights::catalogue;
use store::rights::policy::{self, PolicyVersion};

use super::say;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::visit::SignedIn;

#[derive(Template)]
#[template(path = "rights_history.html")]
struct HistoryPage {
    page: Layout,
    versions: Vec<Version>,
    shortened: bool,
}

struct Version {
    number: String,
    when: String,
    machine: String,
    by: String,
    why: String,
    changes: Vec<String>,
}

/// As many as are read through; one more is read to compare the last one with.
const SHOWN: i64 = 100;

pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let cvr = signed_in.cvr();
    let (versions, catalogue) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let versions = policy::history(tx, cvr, SHOWN + 1).await?;
                Ok::<_, Failure>((versions, catalogue::rights(tx, cvr).await?))
            })
        })
        .await?;
    let page = signed_in.layout("rights-history-title").below(Section::Rights);
    let nothing = Policy::default();
    let before = versions.iter().skip(1).map(|version| &version.policy).chain([&nothing]);
    let shown = versions.iter().zip(before).take(usize::try_from(SHOWN).unwrap_or_default());
    let template = HistoryPage {
        versions: shown.filter_map(|(version, before)| told(&page, &catalogue, before, version)).collect(),
        shortened: i64::try_from(versions.len()).unwrap_or_default() > SHOWN,
        page,
    };
    Ok(Html(template.render()?))
}

fn told(page: &Layout, catalogue: &Catalogue, before: &Policy, version: &PolicyVersion) -> Option<Version> {
    let saved = version.saved.as_ref()?;
    Some(Version {
        number: page.t1("history-version", &version.version.to_string()),
        when: format::sentence(&page.moment(&saved.at)),
        machine: format::machine(saved.at),
        by: saved.by.clone(),
        why: saved.why.clone(),
        changes: changes(page, catalogue, before, &version.policy),
    })
}

fn changes(page: &Layout, catalogue: &Catalogue, before: &Policy, after: &Policy) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |key: &str, one: &Policy, other: &Policy| {
        let rights = one.managed.difference(&other.managed).map(|right| say::right(catalogue, *right));
        let rights: Vec<String> = rights.collect();
        told.extend((!rights.is_empty()).then(|| page.t1(key, &rights.join(", "))));
    };
    tell("history-right-managed", after, before);
    tell("history-right-left-alone", before, after);
    told.extend(parts(page, &before.bundles, &after.bundles, BUNDLE, |one| one.name.clone()));
    told.extend(parts(page, &unsigned(before), &unsigned(after), RULE, |one| one.name.clone()));
    told.extend(sentences(page, before, after));
    told.extend(approvals(page, before, after));
    let pair = |policy: &Policy, one: &domain::rights::Separation, key: &str| {
        let values = [
            ("first", say::bundle(policy, &one.first).into()),
            ("second", say::bundle(policy, &one.second).into()),
        ];
        page.tv(key, &values)
    };
    let new = after.separations.difference(&before.separations);
    told.extend(new.map(|one| pair(after, one, "history-separated")));
    let gone = before.separations.difference(&after.separations);
    told.extend(gone.map(|one| pair(before, one, "history-not-separated")));
    told
}

/// What is told of something new, changed and removed.
const BUNDLE: [&str; 3] = ["history-bundle-new", "history-bundle-changed", "history-bundle-removed"];
const RULE: [&str; 3] = ["history-rule-new", "history-rule-changed", "history-rule-removed"];

/// Rules without who said yes to them.
fn unsigned(policy: &Policy) -> BTreeMap<domain::rights::Key, Rule> {
    let rules = policy.rules.iter();
    rules.map(|(key, rule)| (key.clone(), Rule { approved_by: Vec::new(), ..rule.clone() })).collect()
}

fn parts<K: Ord, V: PartialEq>(
    page: &Layout,
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
    [new, changed, removed]: [&str; 3],
    name: impl Fn(&V) -> String,
) -> Vec<String> {
    let keys: BTreeSet<&K> = before.keys().chain(after.keys()).collect();
    let tell = |key: &K| match (before.get(key), after.get(key)) {
        (None, Some(one)) => Some(page.t1(new, &name(one))),
        (Some(one), None) => Some(page.t1(removed, &name(one))),
        (Some(old), Some(one)) if old != one => Some(page.t1(changed, &name(one))),
        _ => None,
    };
    keys.into_iter().filter_map(tell).collect()
}

/// What a changed rule said before, and what it says now.
fn sentences(page: &Layout, before: &Policy, after: &Policy) -> Vec<String> {
    let both = after.rules.iter().filter_map(|(key, rule)| Some((before.rules.get(key)?, rule)));
    let said = both.map(|(old, new)| (say::rule(page, before, old), say::rule(page, after, new)));
    let changed = said.filter(|(old, new)| old != new);
    changed
        .map(|(old, new)| page.tv("history-rule-said", &[("old", old.into()), ("new", new.into())]))
        .collect()
}

/// Who said yes to a rule that did not change.
fn approvals(page: &Layout, before: &Policy, after: &Policy) -> Vec<String> {
    let both = after.rules.iter().filter_map(|(key, rule)| Some((before.rules.get(key)?, rule)));
    let approved = both.flat_map(|(old, new)| {
        let more = new.approved_by.len() > old.approved_by.len();
        let names = new.approved_by.iter().filter(|name| more && !old.approved_by.contains(name));
        names.map(|name| (new.name.clone(), name.clone())).collect::<Vec<_>>()
    });
    let tell = |(rule, name): (String, String)| {
        page.tv("history-rule-approved", &[("rule", rule.into()), ("name", name.into())])
    };
    approved.map(tell).collect()
}
