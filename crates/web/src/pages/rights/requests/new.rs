//! `/rights/requests/new`: asks for a bundle: first for whom, then which, for how long and why.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::rights::request::{Approvers, Chart, Party, Refusal, RequestState, may_ask};
use domain::rights::{Bundle, Facts, Key};
use domain::text::danish_sort_key;
use domain::{Cvr, IdentityId};
use serde::Deserialize;
use store::rights::request::{self, NewRequest, RequestError};
use store::rights::scene::Scene;
use store::view::people;
use store::{StoreError, Tx, identity};

use super::caller::Caller;
use super::say;
use crate::address;
use crate::console::Console;
use crate::failure::Failure;
use crate::faults;
use crate::layout::{FieldFault, Layout};
use crate::pages::rights;
use crate::reason;
use crate::visit::{Asked, Posted, SignedIn};

#[derive(Template)]
#[template(path = "request_new.html")]
struct NewPage {
    page: Layout,
    nobody: bool,
    /// Whether people are searched for, because anybody may be chosen.
    searches: bool,
    q: String,
    people: Vec<PersonLine>,
    bundle: String,
    chosen: Option<Chosen>,
}

/// Somebody to choose.
struct PersonLine {
    address: String,
    name: String,
    note: String,
}

/// The form for one person.
struct Chosen {
    id: IdentityId,
    name: String,
    others: bool,
    offers: Vec<Offer>,
    typed: Typed,
}

/// A bundle that may be asked for.
struct Offer {
    key: Key,
    name: String,
    description: String,
    rights: Vec<String>,
    sensitive: bool,
    approvers: String,
    /// The request for it that waits already.
    waits: Option<i64>,
    chosen: bool,
}

/// What was typed into the form.
#[derive(Default)]
struct Typed {
    bundle: String,
    from: String,
    until: String,
    why: String,
    case: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Parameters {
    person: String,
    bundle: String,
    q: String,
}

/// Everything that the page and its form are judged by.
struct Present {
    caller: Caller,
    scene: Scene,
    /// Whoever may be asked for, where that is not anybody.
    own_people: Vec<IdentityId>,
}

/// As many as a search shows.
const FOUND: i64 = 25;
/// So many requests about one person are looked at for some that wait.
const LATEST: i64 = 50;

/// `GET /rights/requests/new`
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(asked): Asked<Parameters>,
) -> Result<Response, Failure> {
    let present = read(&console, &signed_in).await?;
    let only = match present.own_people.as_slice() {
        [only] if !present.caller.sees_everybody() => Some(*only),
        _ => None,
    };
    if asked.person.is_empty() && only.is_none() {
        return choose(&console, &signed_in, &present, asked).await;
    }
    let person = only.filter(|_| asked.person.is_empty()).or_else(|| asked.person.parse().ok());
    let typed = Typed { bundle: asked.bundle, ..Typed::default() };
    fill_in(&console, &signed_in, &present, person, Vec::new(), typed).await
}

async fn read(console: &Console, signed_in: &SignedIn) -> Result<Present, Failure> {
    let read = console.store.read(|tx| {
        Box::pin(async {
            let caller = Caller::of(tx, signed_in).await?;
            Ok::<_, StoreError>((caller, Scene::load(tx, signed_in.cvr()).await?))
        })
    });
    let (caller, scene) = read.await?;
    let chart = scene.chart();
    let facts = || scene.people.iter().map(|one| &one.facts).filter(|one| one.here);
    let themselves = facts().filter(|one| caller.is(one.identity));
    let led = facts().filter(|one| !caller.is(one.identity) && caller.leads(one, &chart));
    let own_people = themselves.chain(led).map(|one| one.identity).collect();
    Ok(Present { caller, scene, own_people })
}

/// The first step: for whom?
async fn choose(
    console: &Console,
    signed_in: &SignedIn,
    present: &Present,
    asked: Parameters,
) -> Result<Response, Failure> {
    let page = layout(signed_in);
    let searches = present.caller.sees_everybody();
    let found = console.store.read(|tx| {
        Box::pin(async {
            let names = identity::names(tx, &present.own_people).await?;
            let found = if asked.q.is_empty() || !searches {
                Vec::new()
            } else {
                search(tx, signed_in.cvr(), &asked.q).await?
            };
            Ok::<_, StoreError>((names, found))
        })
    });
    let (names, found) = found.await?;
    let address = |id: IdentityId| {
        let pairs = [("person", id.to_string()), ("bundle", asked.bundle.clone())];
        address::with_query("/rights/requests/new", pairs.iter().map(|(name, value)| (*name, value.as_str())))
    };
    let name = |id: &IdentityId| say::name(&present.scene, &names, *id);
    let mut own_people = present.own_people.clone();
    own_people.sort_by_cached_key(|id| (!present.caller.is(*id), danish_sort_key(&name(id))));
    let own = own_people.iter().map(|id| PersonLine {
        address: address(*id),
        name: name(id),
        note: if present.caller.is(*id) { page.t("request-yourself") } else { note(&present.scene, *id) },
    });
    let others =
        found.into_iter().filter(|row| !row.left && !present.caller.is(row.id)).map(|row| PersonLine {
            address: address(row.id),
            name: if row.name.is_empty() { page.t("person-nameless") } else { row.name },
            note: note(&present.scene, row.id),
        });
    let template = NewPage {
        nobody: present.caller.is_nobody(),
        searches,
        people: own.chain(others).collect(),
        q: asked.q,
        bundle: asked.bundle,
        chosen: None,
        page,
    };
    Ok(Html(template.render()?).into_response())
}

async fn search(tx: &mut Tx, cvr: &Cvr, text: &str) -> Result<Vec<people::PersonRow>, StoreError> {
    let asked = people::Asked { search: text.to_owned(), ..people::Asked::default() };
    people::page(tx, cvr, &asked, 0, FOUND).await
}

/// User name, title and unit: enough to tell two of the same name apart.
fn note(scene: &Scene, identity: IdentityId) -> String {
    let Some(person) = scene.person(identity) else { return String::new() };
    let facts = &person.facts;
    let parts = [&facts.user_name, &facts.title, &facts.unit];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
}

fn layout(signed_in: &SignedIn) -> Layout {
    let mut page = signed_in.layout("request-new-title").below_requests();
    "/rights/requests/new".clone_into(&mut page.address);
    page
}

/// The second step: which bundle, for how long and why? Somebody who may not be asked for is not there.
async fn fill_in(
    console: &Console,
    signed_in: &SignedIn,
    present: &Present,
    person: Option<IdentityId>,
    faults: Vec<FieldFault>,
    typed: Typed,
) -> Result<Response, Failure> {
    let scene = &present.scene;
    let chart = scene.chart();
    let facts = person.and_then(|person| present.facts(person, &chart)).ok_or(Failure::NotFound)?;
    let asker = present.caller.asking_for(facts, &chart);
    let offered: Vec<(&Key, &Bundle, Approvers)> = offered(scene, facts, &asker, &chart);
    let (names, waits) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let told = offered.iter().flat_map(|(.., all)| all.managers.iter().chain(&all.owners));
                let shown: Vec<IdentityId> = told.copied().chain([facts.identity]).collect();
                let names = identity::names(tx, &shown).await?;
                Ok::<_, StoreError>((names, waiting_for(tx, facts.identity).await?))
            })
        })
        .await?;
    let mut page = layout(signed_in).with_faults(faults);
    page.address = format!("/rights/requests/new?person={}", facts.identity);
    let offers = offered.iter().map(|(key, bundle, approvers)| Offer {
        key: (*key).clone(),
        name: bundle.name.clone(),
        description: bundle.description.clone(),
        rights: rights::say::rights(&page, &scene.entitlements.catalogue, bundle),
        sensitive: bundle.sensitive,
        approvers: approved_by(&page, scene, &chart, (bundle, facts), approvers, &names),
        waits: waits.get(*key).copied(),
        chosen: key.as_str() == typed.bundle,
    });
    let chosen = Chosen {
        id: facts.identity,
        name: say::name(scene, &names, facts.identity),
        others: present.caller.sees_everybody() || present.own_people.len() > 1,
        offers: offers.collect(),
        typed,
    };
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = NewPage {
        nobody: false,
        searches: false,
        q: String::new(),
        people: Vec::new(),
        bundle: String::new(),
        chosen: Some(chosen),
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

impl Present {
    /// Somebody for whom this visitor may ask for something.
    fn facts(&self, person: IdentityId, chart: &Chart<'_>) -> Option<&Facts> {
        let facts = self.scene.person(person).map(|one| &one.facts);
        facts.filter(|facts| self.caller.may_ask_for(facts, chart))
    }
}

/// What this party may ask for, by name, each with whose yes it would need.
fn offered<'a>(
    scene: &'a Scene,
    facts: &Facts,
    asker: &Party,
    chart: &Chart<'_>,
) -> Vec<(&'a Key, &'a Bundle, Approvers)> {
    let bundles = scene.entitlements.policy.bundles.iter();
    let offered = bundles.filter(|(_, bundle)| may_ask(bundle, asker, facts, chart).is_ok());
    let mut offered: Vec<_> =
        offered.map(|(key, bundle)| (key, bundle, chart.approvers(bundle, facts, asker))).collect();
    offered.sort_by_cached_key(|(_, bundle, _)| danish_sort_key(&bundle.name));
    offered
}

/// The requests about somebody that wait, by bundle.
async fn waiting_for(tx: &mut Tx, identity: IdentityId) -> Result<HashMap<Key, i64>, StoreError> {
    let about = request::of(tx, identity, LATEST).await?;
    let waiting = about.into_iter().filter(|one| one.state == RequestState::Waiting);
    Ok(waiting.map(|one| (one.bundle, one.id.0)).collect())
}

fn approved_by(
    page: &Layout,
    scene: &Scene,
    chart: &Chart<'_>,
    about: (&Bundle, &Facts),
    approvers: &Approvers,
    names: &HashMap<IdentityId, String>,
) -> String {
    let all = say::approvers(page, scene, chart, about, approvers, names);
    if approvers.needed > 1 {
        return page.t1("request-approved-by-two", &all.join(", "));
    }
    page.t1("request-approved-by-one", &all.join(page.language.pick(" eller ", " or ")))
}

/// `POST /rights/requests/new`
pub async fn ask(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let present = read(&console, &signed_in).await?;
    let page = signed_in.layout("request-new-title");
    let Ok(person) = form.value("person").parse::<IdentityId>() else {
        return Ok(Redirect::to("/rights/requests/new").into_response());
    };
    let chart = present.scene.chart();
    let facts = present.facts(person, &chart).ok_or(Failure::NotFound)?;
    let (new, mut faults) = checked(&page, &present, facts, &chart, &form);
    if let (Some(new), true) = (new, faults.is_empty()) {
        let telling = console.telling();
        let asked = console
            .store
            .write(|tx| Box::pin(async { request::ask(tx, signed_in.cvr(), &new, telling).await }));
        match asked.await {
            Ok(made) => {
                let address = format!("/rights/requests/{}?done=asked", made.id.0);
                return Ok(Redirect::to(&address).into_response());
            }
            Err(fault) => faults.push(told(&page, fault)?),
        }
    }
    let typed = Typed {
        bundle: form.value("bundle").to_owned(),
        from: form.value("from").to_owned(),
        until: form.value("until").to_owned(),
        why: reason::shown_again(form.value("why")),
        case: reason::shown_again(form.value("case")),
    };
    fill_in(&console, &signed_in, &present, Some(person), faults, typed).await
}

/// Reads the form, or says everything that is wrong with it.
fn checked(
    page: &Layout,
    present: &Present,
    facts: &Facts,
    chart: &Chart<'_>,
    form: &Posted,
) -> (Option<NewRequest>, Vec<FieldFault>) {
    let mut faults = Vec::new();
    let bundle = Key::parse(form.value("bundle")).ok();
    if bundle.is_none() {
        faults.push(FieldFault { field: "bundle", text: page.t("request-no-bundle") });
    }
    let mut day = |field| faults::day(page, form, field, &mut faults);
    let (from, until) = (day("from"), day("until"));
    if until.is_some_and(|until| until < present.scene.today) {
        faults.push(FieldFault { field: "until", text: page.t("request-day-passed") });
    }
    let case = form.value("case");
    if reason::looks_like_cpr(case) {
        faults.push(FieldFault { field: "case", text: page.t("request-has-cpr") });
    }
    faults.extend(reason::fault(page, form.value("why")));
    let new = bundle.map(|bundle| NewRequest {
        identity: facts.identity,
        bundle,
        from,
        until,
        why: form.value("why").to_owned(),
        case: (!case.is_empty()).then(|| case.to_owned()),
        asked_by: present.caller.asking_for(facts, chart),
    });
    (new, faults)
}

/// Why the request was not made, at the field that it is about.
fn told(page: &Layout, fault: RequestError) -> Result<FieldFault, Failure> {
    let (field, text) = match fault {
        RequestError::NoSuchBundle(_) => ("bundle", page.t("request-no-such-bundle")),
        RequestError::Refused(why @ Refusal::EndBeforeStart) => ("until", say::refusal(page.language, why)),
        RequestError::Refused(why) => ("bundle", say::refusal(page.language, why)),
        RequestError::StandsAgainst(missing) => ("bundle", say::against(page, &missing)),
        RequestError::NoSuchPerson | RequestError::NoSuchRequest(_) => return Err(Failure::NotFound),
        RequestError::Store(fault) => return Err(fault.into()),
    };
    Ok(FieldFault { field, text })
}
