//! `/rights/rules/new`, `/rights/rules/{key}` and what is done there: one rule, with who gains and loses by it before it
//! counts.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::rights::{Except, Key, Place, Policy, PolicyFault, Rule, Who};
use jiff::civil::Date;
use serde::Deserialize;

use super::bundle::free_key;
use super::preview::{self, PreviewShown};
use super::proposal::{self, Present};
use super::removal::{self, Removal};
use super::several::Several;
use super::{rules, say};
use crate::console::Console;
use crate::failure::Failure;
use crate::faults;
use crate::layout::{FieldFault, Layout, Section};
use crate::pages::people::Choice;
use crate::pages::person::{Badge, Fact};
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    page: Layout,
    /// `None`: a new one.
    key: Option<Key>,
    action: String,
    notice: Option<String>,
    version: i64,
    badges: Vec<Badge>,
    facts: Vec<Fact>,
    waits: bool,
    form: RuleForm,
    sentence: Option<String>,
    preview: Option<PreviewShown>,
    /// Who would get something by it, and who should and cannot.
    reach: Option<(String, Option<String>)>,
    units: Vec<String>,
    titles: Vec<String>,
    groups: Vec<String>,
    why: String,
}

/// The fields as they stand in the form.
struct RuleForm {
    name: String,
    everyone: bool,
    sub_units: bool,
    manager: Vec<Choice>,
    several: Vec<Several>,
    attributes: Vec<AttributeRow>,
    excepted: Vec<Several>,
    excepted_bundles: Vec<Choice>,
    bundles: Vec<Choice>,
    from: String,
    until: String,
}

struct AttributeRow {
    number: usize,
    name: String,
    value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /rights/rules/new`
pub async fn blank(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Failure> {
    let present = Present::read(&console, &signed_in).await?;
    answer(&present, signed_in.layout("rule-new-title"), None, &empty(), Shown::default())
}

fn empty() -> Rule {
    Rule {
        name: String::new(),
        bundle: Key::for_name(""),
        who: Who { sub_units: true, ..Who::default() },
        except: Except::default(),
        from: None,
        until: None,
        approved_by: Vec::new(),
    }
}

/// `GET /rights/rules/{key}`
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let present = Present::read(&console, &signed_in).await?;
    let rule = present.policy().rules.get(&key).cloned().ok_or(Failure::NotFound)?;
    let notice = match done.done.as_str() {
        "saved" => Some(signed_in.t("notice-policy-saved")),
        "approved" => Some(signed_in.t("notice-rule-approved")),
        _ => None,
    };
    let page = called(&signed_in, &rule.name);
    answer(&present, page, Some(key), &rule, Shown { notice, ..Shown::default() })
}

/// The layout of the page about this one.
fn called(signed_in: &SignedIn, name: &str) -> Layout {
    let title = signed_in.layout("rule-title");
    let called = title.t1("rule-called", name);
    Layout { title: called, ..title }
}

/// What the page shows besides the rule.
#[derive(Default)]
struct Shown {
    notice: Option<String>,
    preview: Option<PreviewShown>,
    reach: Option<(String, Option<String>)>,
    sentence: Option<String>,
    version: Option<i64>,
    typed: Option<Posted>,
}

fn answer(
    present: &Present,
    page: Layout,
    key: Option<Key>,
    rule: &Rule,
    shown: Shown,
) -> Result<Response, Failure> {
    let mut page = page.below(Section::Rights).under("rules-title", "/rights/rules");
    page.previews = page.may(Allowed::ChangeRights);
    let kept = key.as_ref().and_then(|key| present.policy().rules.get(key));
    let action =
        key.as_ref().map_or_else(|| "/rights/rules/new".to_owned(), |key| format!("/rights/rules/{key}"));
    page.address.clone_from(&action);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let listed = |names: &BTreeSet<String>| names.iter().cloned().collect();
    let typed = shown.typed.as_ref().map(|form| form.value("why").to_owned()).unwrap_or_default();
    let template = RulePage {
        action,
        notice: shown.notice,
        version: shown.version.unwrap_or(present.scene.entitlements.version),
        badges: kept
            .map(|rule| rules::badge(&page, present, rule, present.scene.today))
            .into_iter()
            .collect(),
        facts: facts(&page, present, key.as_ref()),
        waits: kept.is_some_and(|rule| rules::lacks_approval(present, rule)),
        form: form(&page, present, rule, shown.typed.as_ref()),
        sentence: shown.sentence.or_else(|| kept.map(|rule| say::rule(&page, present.policy(), rule))),
        preview: shown.preview,
        reach: shown.reach,
        units: listed(&present.names.units),
        titles: listed(&present.names.titles),
        groups: listed(&present.names.groups),
        why: reason::shown_again(&typed),
        key,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

/// How many get something by the rule today, and who said yes to it.
fn facts(page: &Layout, present: &Present, key: Option<&Key>) -> Vec<Fact> {
    let Some((key, rule)) = key.and_then(|key| Some((key, present.policy().rules.get(key)?))) else {
        return Vec::new();
    };
    let reach = preview::reach(present, present.policy(), key);
    let mut facts = vec![Fact { label: page.t("rule-gives"), value: page.tn("rule-people", reach.people) }];
    if reach.waiting > 0 {
        facts.push(Fact { label: page.t("rule-cannot"), value: page.tn("rule-people", reach.waiting) });
    }
    if !rule.approved_by.is_empty() {
        facts.push(Fact { label: page.t("rule-approved"), value: rule.approved_by.join(", ") });
    }
    facts
}

fn form(page: &Layout, present: &Present, rule: &Rule, typed: Option<&Posted>) -> RuleForm {
    let Who { everyone, units, sub_units, titles, groups, manager, attributes } = &rule.who;
    let day = |name: &str, day: Option<Date>| {
        let kept = day.map(|day| day.to_string()).unwrap_or_default();
        typed.map_or(kept, |form| form.value(name).to_owned())
    };
    let choice =
        |(value, text): (&str, &str), chosen| Choice { value: value.to_owned(), text: page.t(text), chosen };
    let several = |name, texts, list, values| Several::new(page, name, texts, list, values);
    let excepted = |key: &Key| rule.except.bundles.contains(key);
    RuleForm {
        name: rule.name.clone(),
        everyone: *everyone,
        sub_units: *sub_units,
        manager: vec![
            choice(("", "rule-manager-any"), manager.is_none()),
            choice(("yes", "rule-manager-yes"), *manager == Some(true)),
            choice(("no", "rule-manager-no"), *manager == Some(false)),
        ],
        several: vec![
            several("units", ("rule-units", "rule-units-hint"), Some("known-units"), units),
            several("titles", ("rule-titles", "rule-titles-hint"), Some("known-titles"), titles),
            several("groups", ("rule-groups", "rule-groups-hint"), Some("known-groups"), groups),
        ],
        attributes: attribute_rows(attributes),
        excepted: vec![
            several(
                "except-people",
                ("rule-except-people", "rule-except-people-hint"),
                None,
                &rule.except.people,
            ),
            several(
                "except-units",
                ("rule-except-units", "rule-except-units-hint"),
                Some("known-units"),
                &rule.except.units,
            ),
        ],
        excepted_bundles: bundle_choices(present, excepted),
        bundles: bundle_choices(present, |key| *key == rule.bundle),
        from: day("from", rule.from),
        until: day("until", rule.until),
    }
}

fn bundle_choices(present: &Present, chosen: impl Fn(&Key) -> bool) -> Vec<Choice> {
    let bundles = present.policy().bundles.iter();
    let mut choices: Vec<Choice> = bundles
        .map(|(key, bundle)| Choice {
            value: key.to_string(),
            text: bundle.name.clone(),
            chosen: chosen(key),
        })
        .collect();
    choices.sort_by_cached_key(|choice| domain::text::danish_sort_key(&choice.text));
    choices
}

fn attribute_rows(attributes: &BTreeMap<String, BTreeSet<String>>) -> Vec<AttributeRow> {
    let kept = attributes.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    let all = kept.chain([(String::new(), String::new())]);
    (1..).zip(all).map(|(number, (name, value))| AttributeRow { number, name, value }).collect()
}

/// `POST /rights/rules/new`
pub async fn create(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    settle(&console, &signed_in, None, form).await
}

/// `POST /rights/rules/{key}`
pub async fn save(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    form: Posted,
) -> Result<Response, Failure> {
    settle(&console, &signed_in, Some(key), form).await
}

/// Shows what saving would lead to, or saves.
async fn settle(
    console: &Console,
    signed_in: &SignedIn,
    key: Option<Key>,
    form: Posted,
) -> Result<Response, Failure> {
    let present = Present::read(console, signed_in).await?;
    let page = match key.as_ref().map(|key| present.policy().rules.get(key)) {
        Some(None) => return Err(Failure::NotFound),
        Some(Some(rule)) => called(signed_in, &rule.name),
        None => signed_in.layout("rule-new-title"),
    };
    let (rule, mut faults) = read(&page, &form);
    let own =
        key.clone().unwrap_or_else(|| free_key(&rule.name, |key| present.policy().rules.contains_key(key)));
    let mut policy = present.policy().clone();
    policy.rules.insert(own.clone(), rule.clone());
    let unchosen = faults.iter().any(|fault| fault.field == "bundle");
    let further = policy_faults(&page, &present, &policy, &own).into_iter();
    faults.extend(further.filter(|fault| !(unchosen && fault.field == "bundle")));
    policy.sign(present.policy(), signed_in.name());
    let previewing = form.value("do") == "preview";
    if !previewing {
        faults.extend(reason::fault(&page, form.value("why")));
    }
    if faults.is_empty() && !previewing {
        faults.extend(proposal::save(console, signed_in, &form, &policy).await?);
        if faults.is_empty() {
            return Ok(Redirect::to(&format!("/rights/rules/{own}?done=saved")).into_response());
        }
    }
    let version = proposal::version(&form);
    let mut shown = Shown { version: Some(version), typed: Some(form), ..Shown::default() };
    if faults.is_empty() {
        let approved = as_approved(&policy, &own);
        shown.preview = Some(preview::of(console, &page, &present, &approved).await?);
        shown.reach = Some(told_reach(&page, &preview::reach(&present, &approved, &own)));
        shown.sentence = Some(say::rule(&page, &policy, &rule));
    }
    answer(&present, page.with_faults(faults), key, &rule, shown)
}

/// The policy as if everybody who must had said yes to the rule: what it would lead to in the end.
fn as_approved(policy: &Policy, key: &Key) -> Policy {
    let mut policy = policy.clone();
    for number in 0..domain::rights::SENSITIVE_APPROVALS {
        policy.approve_rule(key, &format!("{number}"));
    }
    policy
}

fn told_reach(page: &Layout, reach: &preview::Reach) -> (String, Option<String>) {
    let waiting = (reach.waiting > 0).then(|| page.tn("rule-waiting", reach.waiting));
    (page.tn("rule-reaches", reach.people), waiting)
}

fn policy_faults(page: &Layout, present: &Present, policy: &Policy, own: &Key) -> Vec<FieldFault> {
    let place = Place::Rule(own.clone());
    let rule = policy.rules.get(own);
    let told = |(at, fault): (Place, PolicyFault)| {
        let text = say::fault(page, policy, &fault);
        let text = if at == place { text } else { format!("{}: {text}", at.say(page.language)) };
        FieldFault { field: rule.map_or("name", |rule| field_of(&fault, rule)), text }
    };
    present.faults(policy, &place).into_iter().map(told).collect()
}

fn field_of(fault: &PolicyFault, rule: &Rule) -> &'static str {
    match fault {
        PolicyFault::UnknownBundle { bundle } if *bundle == rule.bundle => "bundle",
        PolicyFault::UnknownBundle { .. }
        | PolicyFault::ExceptsItsOwn { .. }
        | PolicyFault::CircularExceptions { .. } => "except-bundles",
        PolicyFault::SensitiveToEveryone { .. }
        | PolicyFault::NoCondition
        | PolicyFault::EveryoneAndCondition => "everyone",
        PolicyFault::EndBeforeStart { .. } => "until",
        PolicyFault::UnknownUnit { unit } if rule.who.units.contains(unit) => "units",
        PolicyFault::UnknownUnit { .. } | PolicyFault::ExceptionCoversUnit { .. } => "except-units",
        PolicyFault::UnknownPerson { .. } => "except-people",
        _ => "name",
    }
}

fn read(page: &Layout, form: &Posted) -> (Rule, Vec<FieldFault>) {
    let mut faults = Vec::new();
    let bundle = Key::parse(form.value("bundle"));
    if bundle.is_err() {
        faults.push(FieldFault { field: "bundle", text: page.t("rule-no-bundle") });
    }
    let mut day = |field| faults::day(page, form, field, &mut faults);
    let (from, until) = (day("from"), day("until"));
    let rule = Rule {
        name: form.value("name").to_owned(),
        bundle: bundle.unwrap_or_else(|_| Key::for_name("")),
        who: Who {
            everyone: form.value("everyone") == "yes",
            units: words(form, "units"),
            sub_units: form.value("sub-units") == "yes",
            titles: words(form, "titles"),
            groups: words(form, "groups"),
            manager: match form.value("manager") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            attributes: attributes(form),
        },
        except: Except {
            people: words(form, "except-people"),
            units: words(form, "except-units"),
            bundles: form.values("except-bundle").filter_map(|key| Key::parse(key).ok()).collect(),
        },
        from,
        until,
        approved_by: Vec::new(),
    };
    (rule, faults)
}

fn words(form: &Posted, name: &str) -> BTreeSet<String> {
    form.values(name).map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Names and values stand in rows of their own, with the same number.
fn attributes(form: &Posted) -> BTreeMap<String, BTreeSet<String>> {
    let mut attributes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for number in 1..=MOST_ATTRIBUTES {
        let name = form.value(&format!("attribute-{number}"));
        let value = form.value(&format!("attribute-value-{number}"));
        if !name.is_empty() && !value.is_empty() {
            attributes.entry(name.to_owned()).or_default().insert(value.to_owned());
        }
    }
    attributes
}

const MOST_ATTRIBUTES: usize = 50;

/// What removing a rule leads to.
fn removal(page: &Layout, present: &Present, key: &Key) -> Option<Removal> {
    let rule = present.policy().rules.get(key)?;
    let mut policy = present.policy().clone();
    policy.rules.remove(key);
    Some(Removal {
        title: "rule-remove-title",
        list: ("rules-title", "/rights/rules"),
        address: format!("/rights/rules/{key}"),
        what: page.t1("rule-remove-what", &rule.name),
        notes: vec![say::rule(page, present.policy(), rule)],
        policy,
    })
}

/// `GET /rights/rules/{key}/remove`
pub async fn ask_removal(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
) -> Result<Response, Failure> {
    removal::ask(&console, &signed_in, |page, present| removal(page, present, &key)).await
}

/// `POST /rights/rules/{key}/remove`
pub async fn remove(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    form: Posted,
) -> Result<Response, Failure> {
    removal::settle(&console, &signed_in, &form, |page, present| removal(page, present, &key)).await
}

/// `POST /rights/rules/{key}/approve`: one more says yes to a rule of a sensitive bundle.
pub async fn approve(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    form: Posted,
) -> Result<Response, Failure> {
    let present = Present::read(&console, &signed_in).await?;
    let rule = present.policy().rules.get(&key).cloned().ok_or(Failure::NotFound)?;
    let page = called(&signed_in, &rule.name);
    let why = form.value("why");
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    let mut policy = present.policy().clone();
    if faults.is_empty() && !policy.approve_rule(&key, signed_in.name()) {
        faults.push(FieldFault { field: "why", text: page.t("rule-approved-before") });
    }
    if faults.is_empty() {
        faults.extend(proposal::save(&console, &signed_in, &form, &policy).await?);
    }
    if faults.is_empty() {
        return Ok(Redirect::to(&format!("/rights/rules/{key}?done=approved")).into_response());
    }
    answer(&present, page.with_faults(faults), Some(key), &rule, Shown::default())
}
