//! `/rights/requests`: who asked for which bundle: those that wait for whoever looks, those that wait for others, and
//! those that are settled. A manager sees their own people's, an employee their own.

pub mod caller;
pub mod new;
pub mod one;
pub mod say;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::permission::Action as Allowed;
use domain::rights::request::{Chart, Request, RequestState};
use domain::rights::{Policy, SENSITIVE_APPROVALS};
use serde::Deserialize;
use store::rights::scene::Scene;
use store::view::requests::{self as view, Asked as Wanted, RequestRow};
use store::{StoreError, Tx};

use self::caller::Caller;
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{Layout, Section};
use crate::pages::people::Choice;
use crate::pages::person::Badge;
use crate::pages::rights;
use crate::paging::{PAGE_SIZE, Pages};
use crate::visit::{Asked, SignedIn};

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    page: Layout,
    /// The sign-in link does not say which of the people a manager or employee is.
    nobody: bool,
    q: String,
    states: Vec<Choice>,
    yours: Vec<Line>,
    waiting: Vec<Line>,
    shortened: bool,
    settled: Vec<Line>,
    found: String,
    pages: Pages,
    narrowed: bool,
}

/// A request in a list.
pub struct Line {
    pub address: String,
    pub name: String,
    pub bundle: String,
    pub why: String,
    pub badge: Badge,
    pub asked: String,
    pub period: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    q: String,
    state: String,
    page: String,
}

/// What the page reads.
struct Read {
    caller: Caller,
    scene: Scene,
    waiting: Vec<RequestRow>,
    settled: Vec<RequestRow>,
    total: i64,
    pages: Pages,
}

/// More than ever wait in a house where somebody decides.
const MOST_WAITING: i64 = 1_000;

const STATES: [(&str, &str, RequestState); 3] = [
    ("approved", "request-approved", RequestState::Approved),
    ("declined", "request-declined", RequestState::Declined),
    ("withdrawn", "request-withdrawn", RequestState::Withdrawn),
];

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(filters): Asked<Filters>,
) -> Result<Html<String>, Failure> {
    let read = console.store.read(|tx| Box::pin(async { read(tx, &signed_in, &filters).await })).await?;
    let page = signed_in.layout("requests-title");
    let page = page.part_of_rights(Section::Requests);
    let (scene, chart) = (&read.scene, read.scene.chart());
    let seen = read.waiting.iter().filter(|row| read.caller.sees(&row.request, scene, &chart));
    let (yours, waiting): (Vec<_>, Vec<_>) =
        seen.partition(|row| waits_for(&read.caller, row, scene, &chart));
    let policy = &scene.entitlements.policy;
    let lines = |rows: Vec<&RequestRow>| rows.into_iter().map(|row| line(&page, policy, row)).collect();
    let states = STATES.map(|(value, text, _)| Choice {
        value: value.to_owned(),
        text: page.t(text),
        chosen: filters.state == value,
    });
    let template = RequestsPage {
        nobody: read.caller.is_nobody(),
        states: states.into(),
        yours: lines(yours),
        waiting: lines(waiting),
        shortened: i64::try_from(read.waiting.len()).is_ok_and(|many| many == MOST_WAITING),
        settled: lines(read.settled.iter().collect()),
        found: page.tn("requests-found", read.total),
        pages: read.pages,
        narrowed: !filters.q.is_empty() || !filters.state.is_empty(),
        q: filters.q,
        page,
    };
    Ok(Html(template.render()?))
}

async fn read(tx: &mut Tx, signed_in: &SignedIn, filters: &Filters) -> Result<Read, StoreError> {
    let cvr = signed_in.cvr();
    let caller = Caller::of(tx, signed_in).await?;
    let scene = Scene::load(tx, cvr).await?;
    let state = STATES.iter().find(|(value, ..)| *value == filters.state).map(|(.., state)| *state);
    let wanted = Wanted { search: filters.q.clone(), state, sight: caller.sight(&scene, &scene.chart()) };
    let total = view::count(tx, cvr, &wanted).await?;
    let kept = [("q", filters.q.clone()), ("state", filters.state.clone())];
    let pages = Pages::new("/rights/requests", kept.into(), filters.page.parse().unwrap_or(1), total);
    let offset = (pages.current() - 1) * PAGE_SIZE;
    Ok(Read {
        waiting: view::waiting(tx, cvr, MOST_WAITING).await?,
        settled: view::settled(tx, cvr, &wanted, offset, PAGE_SIZE).await?,
        total,
        pages,
        caller,
        scene,
    })
}

/// How many wait for whoever is signed in, and how many wait at all: for the overview.
pub async fn counts(tx: &mut Tx, signed_in: &SignedIn) -> Result<(i64, i64), StoreError> {
    let waiting = view::waiting(tx, signed_in.cvr(), MOST_WAITING).await?;
    if waiting.is_empty() {
        return Ok((0, 0));
    }
    let caller = Caller::of(tx, signed_in).await?;
    let scene = Scene::load(tx, signed_in.cvr()).await?;
    let chart = scene.chart();
    let yours = waiting.iter().filter(|row| waits_for(&caller, row, &scene, &chart)).count();
    let number = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    Ok((number(yours), number(waiting.len())))
}

fn waits_for(caller: &Caller, row: &RequestRow, scene: &Scene, chart: &Chart<'_>) -> bool {
    let approvers = scene.approvers(chart, &row.request);
    approvers.is_ok_and(|all| row.request.may_decide(&caller.deciding(&row.request, &all), &all).is_ok())
}

fn line(page: &Layout, policy: &Policy, row: &RequestRow) -> Line {
    let name = if row.name.is_empty() { page.t("person-nameless") } else { row.name.clone() };
    Line { name, ..listed(page, policy, &row.request) }
}

/// A request as lists show it, where everybody knows whom it is about.
pub fn listed(page: &Layout, policy: &Policy, request: &Request) -> Line {
    let by = [("name", request.asked_by.name.as_str().into()), ("at", page.moment(&request.asked_at).into())];
    Line {
        address: format!("/rights/requests/{}", request.id.0),
        name: String::new(),
        bundle: rights::say::bundle(policy, &request.bundle),
        why: request.why.clone(),
        badge: badge(page, policy, request),
        asked: page.tv("request-asked-by-at", &by),
        period: say::period(page, request),
    }
}

/// How it stands; where two must approve, how many have.
pub fn badge(page: &Layout, policy: &Policy, request: &Request) -> Badge {
    let sensitive = policy.bundles.get(&request.bundle).is_some_and(|bundle| bundle.sensitive);
    let (kind, key) = match request.state {
        RequestState::Waiting if sensitive => {
            let given = i64::try_from(request.decisions.len()).unwrap_or(i64::MAX);
            let needed = i64::try_from(SENSITIVE_APPROVALS).unwrap_or(i64::MAX);
            let values = [("given", page.n(given).into()), ("needed", page.n(needed).into())];
            return Badge { kind: "warning", text: page.tv("request-waits-for-several", &values) };
        }
        RequestState::Waiting => ("warning", "request-waits"),
        RequestState::Approved => ("success", "request-approved"),
        RequestState::Declined => ("error", "request-declined"),
        RequestState::Withdrawn => ("info", "request-withdrawn"),
    };
    Badge { kind, text: page.t(key) }
}
