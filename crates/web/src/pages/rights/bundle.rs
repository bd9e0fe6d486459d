//! `/rights/bundles/new`, `/rights/bundles/{key}` and `/rights/bundles/{key}/remove`: one bundle and its form.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::RightId;
use domain::permission::Action as Allowed;
use domain::rights::{
    Approver, Asker, Bundle, BundleRight, Granted, Key, Place, Policy, PolicyFault, WantedScope,
};
use serde::Deserialize;

use super::preview::{self, PreviewShown};
use super::proposal::{self, Present};
use super::removal::{self, Removal};
use super::{Link, managed, say, scopes};
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{FieldFault, Layout, Section};
use crate::pages::people::Choice;
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "bundle.html")]
struct BundlePage {
    page: Layout,
    /// `None`: a new one.
    key: Option<Key>,
    action: String,
    notice: Option<String>,
    version: i64,
    name: String,
    description: String,
    rights: Vec<RightRow>,
    sensitive: bool,
    most: String,
    owner: String,
    may_ask: Vec<Choice>,
    approved_by: Vec<Choice>,
    rules: Vec<Link>,
    preview: Option<PreviewShown>,
    why: String,
}

/// A right that can be in the bundle, with the scope in which it is.
struct RightRow {
    number: usize,
    right: RightId,
    name: String,
    /// The same right stands above in another scope.
    again: bool,
    chosen: bool,
    scopes: Vec<Choice>,
}

const ASKERS: [(Asker, &str); 3] =
    [(Asker::Employee, "asker-employee"), (Asker::Manager, "asker-manager"), (Asker::Anyone, "asker-anyone")];
const APPROVERS: [(Approver, &str); 3] = [
    (Approver::Manager, "approver-manager"),
    (Approver::Owner, "approver-owner"),
    (Approver::RightsAdministrator, "approver-rights-administrator"),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /rights/bundles/new`
pub async fn blank(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Failure> {
    let present = Present::read(&console, &signed_in).await?;
    let page = signed_in.layout("bundle-new-title");
    answer(&present, page, None, &Bundle::default(), Shown::default())
}

/// `GET /rights/bundles/{key}`
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let present = Present::read(&console, &signed_in).await?;
    let bundle = present.policy().bundles.get(&key).cloned().ok_or(Failure::NotFound)?;
    let notice = (done.done == "saved").then(|| signed_in.t("notice-policy-saved"));
    let page = called(&signed_in, &bundle.name);
    answer(&present, page, Some(key), &bundle, Shown { notice, ..Shown::default() })
}

/// The layout of the page about this one.
fn called(signed_in: &SignedIn, name: &str) -> Layout {
    let title = signed_in.layout("bundle-title");
    let called = title.t1("bundle-called", name);
    Layout { title: called, ..title }
}

/// What the page shows besides the bundle.
#[derive(Default)]
struct Shown {
    notice: Option<String>,
    preview: Option<PreviewShown>,
    version: Option<i64>,
    most: Option<String>,
    why: String,
}

fn answer(
    present: &Present,
    page: Layout,
    key: Option<Key>,
    bundle: &Bundle,
    shown: Shown,
) -> Result<Response, Failure> {
    let mut page = page.below(Section::Rights).under("bundles-title", "/rights/bundles");
    page.previews = page.may(Allowed::ChangeRights);
    let action =
        key.as_ref().map_or_else(|| "/rights/bundles/new".to_owned(), |key| format!("/rights/bundles/{key}"));
    page.address.clone_from(&action);
    let rules = present.policy().rules.iter().filter(|(_, rule)| Some(&rule.bundle) == key.as_ref());
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = BundlePage {
        action,
        notice: shown.notice,
        version: shown.version.unwrap_or(present.scene.entitlements.version),
        name: bundle.name.clone(),
        description: bundle.description.clone(),
        rights: rows(&page, present, bundle),
        sensitive: bundle.sensitive,
        most: shown
            .most
            .unwrap_or_else(|| bundle.most_holders.map(|most| most.to_string()).unwrap_or_default()),
        owner: bundle.owner.clone().unwrap_or_default(),
        may_ask: choices(&page, &ASKERS, &bundle.may_ask),
        approved_by: choices(&page, &APPROVERS, &bundle.approved_by),
        rules: rules
            .map(|(key, rule)| Link { name: rule.name.clone(), address: format!("/rights/rules/{key}") })
            .collect(),
        preview: shown.preview,
        why: shown.why,
        key,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn choices<T: Copy + Ord>(page: &Layout, all: &[(T, &str)], chosen: &BTreeSet<T>) -> Vec<Choice> {
    let choice = |(value, key): &(T, &str)| Choice {
        value: (*key).to_owned(),
        text: page.t(key),
        chosen: chosen.contains(value),
    };
    all.iter().map(choice).collect()
}

/// A row for each right in each scope that the bundle has, and one more for every right that is looked after.
fn rows(page: &Layout, present: &Present, bundle: &Bundle) -> Vec<RightRow> {
    let all = scopes(page, &present.scene.entitlements.places);
    let scopes = |chosen: WantedScope| {
        let chosen = chosen.to_string();
        let mut choices: Vec<Choice> = all
            .iter()
            .map(|(value, text)| Choice {
                value: value.clone(),
                text: text.clone(),
                chosen: *value == chosen,
            })
            .collect();
        // A place that was closed stays visible, so that nothing becomes wider by opening the form.
        if !choices.iter().any(|choice| choice.chosen) {
            let text = page.t1("scope-closed", &chosen);
            choices.push(Choice { value: chosen, text, chosen: true });
        }
        choices
    };
    let mut rows = Vec::new();
    for (right, name) in managed(&present.scene.entitlements) {
        let given: Vec<WantedScope> =
            bundle.rights.iter().filter(|one| one.right == right).map(|one| one.scope).collect();
        let blank = WantedScope::Of(domain::rights::Scope::Cvr);
        for (place, scope) in given.iter().map(Some).chain([None]).enumerate() {
            rows.push(RightRow {
                number: rows.len() + 1,
                right,
                name: name.clone(),
                again: place > 0,
                chosen: scope.is_some(),
                scopes: scopes(scope.copied().unwrap_or(blank)),
            });
        }
    }
    rows
}

/// `POST /rights/bundles/new`
pub async fn create(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    settle(&console, &signed_in, None, &form).await
}

/// `POST /rights/bundles/{key}`
pub async fn save(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    form: Posted,
) -> Result<Response, Failure> {
    settle(&console, &signed_in, Some(key), &form).await
}

/// Shows what saving would lead to, or saves.
async fn settle(
    console: &Console,
    signed_in: &SignedIn,
    key: Option<Key>,
    form: &Posted,
) -> Result<Response, Failure> {
    let present = Present::read(console, signed_in).await?;
    let page = match key.as_ref().map(|key| present.policy().bundles.get(key)) {
        Some(None) => return Err(Failure::NotFound),
        Some(Some(bundle)) => called(signed_in, &bundle.name),
        None => signed_in.layout("bundle-new-title"),
    };
    let (bundle, mut faults) = read(&page, form);
    let own = key
        .clone()
        .unwrap_or_else(|| free_key(&bundle.name, |key| present.policy().bundles.contains_key(key)));
    let mut policy = present.policy().clone();
    policy.bundles.insert(own.clone(), bundle.clone());
    let place = Place::Bundle(own.clone());
    for (at, fault) in present.faults(&policy, &place) {
        let (field, text) = (field_of(&fault), say::fault(&page, &policy, &fault));
        let text = if at == place { text } else { format!("{}: {text}", at.say(page.language)) };
        faults.push(FieldFault { field, text });
    }
    policy.sign(present.policy(), signed_in.name());
    let previewing = form.value("do") == "preview";
    if !previewing {
        faults.extend(reason::fault(&page, form.value("why")));
    }
    let mut shown = Shown {
        version: Some(proposal::version(form)),
        most: Some(form.value("most-holders").to_owned()),
        why: reason::shown_again(form.value("why")),
        ..Shown::default()
    };
    if !faults.is_empty() {
        return answer(&present, page.with_faults(faults), key, &bundle, shown);
    }
    if previewing {
        shown.preview = Some(preview::of(console, &page, &present, &policy).await?);
        return answer(&present, page, key, &bundle, shown);
    }
    if let Some(fault) = proposal::save(console, signed_in, form, &policy).await? {
        return answer(&present, page.with_faults(vec![fault]), key, &bundle, shown);
    }
    Ok(Redirect::to(&format!("/rights/bundles/{own}?done=saved")).into_response())
}

/// A key for a new thing that nothing has yet. `new` is the address of the form itself.
pub fn free_key(name: &str, taken: impl Fn(&Key) -> bool) -> Key {
    let first = Key::for_name(name);
    let numbered = (2..).map(|number| Key::for_name(&format!("{first}-{number}")));
    let mut all = std::iter::once(first.clone()).chain(numbered);
    all.find(|key| key.as_str() != "new" && !taken(key)).unwrap_or_else(|| first.clone())
}

fn read(page: &Layout, form: &Posted) -> (Bundle, Vec<FieldFault>) {
    let mut faults = Vec::new();
    let most = form.value("most-holders");
    let most_holders = if most.is_empty() { None } else { most.parse::<u32>().ok() };
    if !most.is_empty() && most_holders.is_none() {
        faults.push(FieldFault { field: "most-holders", text: page.t("policy-no-holders") });
    }
    let mut rights = BTreeSet::new();
    for chosen in form.values("right") {
        let Some((number, right)) = chosen.split_once('.') else { continue };
        let scope = form.value(&format!("scope-{number}")).parse::<WantedScope>();
        match (right.parse::<RightId>(), scope) {
            (Ok(right), Ok(scope)) => drop(rights.insert(BundleRight { right, scope })),
            _ => faults.push(FieldFault { field: "rights", text: page.t("bundle-no-scope") }),
        }
    }
    let owner = form.value("owner");
    let bundle = Bundle {
        name: form.value("name").to_owned(),
        description: form.value("description").to_owned(),
        rights,
        sensitive: form.value("sensitive") == "yes",
        owner: (!owner.is_empty()).then(|| owner.to_owned()),
        may_ask: chosen(form, "may-ask", &ASKERS),
        approved_by: chosen(form, "approved-by", &APPROVERS),
        most_holders,
    };
    (bundle, faults)
}

fn chosen<T: Copy + Ord>(form: &Posted, name: &str, all: &[(T, &str)]) -> BTreeSet<T> {
    let values: Vec<&str> = form.values(name).collect();
    all.iter().filter(|(_, key)| values.contains(key)).map(|(value, _)| *value).collect()
}

fn field_of(fault: &PolicyFault) -> &'static str {
    match fault {
        PolicyFault::UnknownRight { .. }
        | PolicyFault::LeftAlone { .. }
        | PolicyFault::ForeignScope { .. }
        | PolicyFault::EmptyBundle => "rights",
        PolicyFault::NobodyApproves => "approved-by",
        PolicyFault::NoOwner | PolicyFault::UnknownPerson { .. } => "owner",
        PolicyFault::NoHolders => "most-holders",
        _ => "name",
    }
}

/// The policy without a bundle, the rules that give it and the separations that name it.
fn without(policy: &Policy, key: &Key) -> Policy {
    let mut policy = policy.clone();
    policy.bundles.remove(key);
    policy.rules.retain(|_, rule| rule.bundle != *key);
    for rule in policy.rules.values_mut() {
        rule.except.bundles.remove(key);
    }
    policy.separations.retain(|one| one.first != *key && one.second != *key);
    policy
}

/// What removing a bundle leads to.
fn removal(page: &Layout, present: &Present, key: &Key) -> Option<Removal> {
    let bundle = present.policy().bundles.get(key)?;
    let rules = present.policy().rules.values().filter(|rule| rule.bundle == *key);
    let grants = present.scene.entitlements.grants.values().flatten();
    let granted = grants.filter(|grant| grant.granted == Granted::Bundle(key.clone())).count();
    let mut notes: Vec<String> = rules.map(|rule| page.t1("bundle-remove-rule", &rule.name)).collect();
    if granted > 0 {
        notes.push(page.tn("bundle-remove-grants", i64::try_from(granted).unwrap_or(i64::MAX)));
    }
    Some(Removal {
        title: "bundle-remove-title",
        list: ("bundles-title", "/rights/bundles"),
        address: format!("/rights/bundles/{key}"),
        what: page.t1("bundle-remove-what", &bundle.name),
        notes,
        policy: without(present.policy(), key),
    })
}

/// `GET /rights/bundles/{key}/remove`
pub async fn ask_removal(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
) -> Result<Response, Failure> {
    removal::ask(&console, &signed_in, |page, present| removal(page, present, &key)).await
}

/// `POST /rights/bundles/{key}/remove`
pub async fn remove(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(key): At<Key>,
    form: Posted,
) -> Result<Response, Failure> {
    removal::settle(&console, &signed_in, &form, |page, present| removal(page, present, &key)).await
}
