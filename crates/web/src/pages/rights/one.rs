//! `/rights/{id}`: one right, who holds it and where, and whether it is looked after.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::rights::{Assignment, Holding};
use domain::{IdentityId, RightId, danish_date};
use jiff::civil::Date;
use serde::Deserialize;
use store::rights::scene::end_of;
use store::view::rights::{self as view, Held, HolderRow};
use store::{StoreError, Tx};

use super::proposal::{self, Present};
use super::trend::{self, Trend};
use super::{Link, bundles_with, say};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{FieldFault, Layout, Section};
use crate::paging::{PAGE_SIZE, Pages};
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "right.html")]
struct RightPage {
    page: Layout,
    id: RightId,
    notice: Option<String>,
    description: Option<String>,
    vanished: Option<String>,
    managed: bool,
    version: i64,
    /// The number of grants that taking over would make.
    grants: String,
    bundles: Vec<Link>,
    found: String,
    on: String,
    holders: Vec<HolderLine>,
    pages: Pages,
    units: Vec<UnitLine>,
    trend: Option<Trend>,
    why: String,
}

struct HolderLine {
    address: Option<String>,
    name: String,
    unit: String,
    scope: String,
    strange: bool,
    since: String,
    why: Option<String>,
}

/// A unit with a bar as long as its share of the largest.
struct UnitLine {
    name: String,
    number: String,
    width: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    page: String,
    on: String,
    done: String,
}

struct Facts {
    counts: (i64, i64),
    pages: Pages,
    rows: Vec<HolderRow>,
    units: Vec<(Option<String>, i64)>,
    moments: Vec<jiff::Timestamp>,
    over_time: Vec<i64>,
}

const UNITS: i64 = 30;

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<RightId>,
    Asked(asked): Asked<Parameters>,
) -> Result<Response, Failure> {
    let notice = match asked.done.as_str() {
        "taken-over" => Some(signed_in.t("notice-right-taken-over")),
        "left-alone" => Some(signed_in.t("notice-right-left-alone")),
        _ => None,
    };
    let page = signed_in.layout("right-title");
    render(&console, &signed_in, page, id, &asked, Shown { notice, why: String::new() }).await
}

/// What the page shows besides the right.
#[derive(Default)]
struct Shown {
    notice: Option<String>,
    why: String,
}

async fn render(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    id: RightId,
    asked: &Parameters,
    shown: Shown,
) -> Result<Response, Failure> {
    let mut page = page.below(Section::Rights);
    page.address = format!("/rights/{id}");
    let present = Present::read(console, signed_in).await?;
    let right = present.scene.entitlements.catalogue.get(&id).ok_or(Failure::NotFound)?;
    page.title.clone_from(&right.name);
    let on = asked.on.parse::<Date>().ok().filter(|on| *on < danish_date(page.now));
    let at = on.map_or(page.now, end_of);
    let facts = console.store.read(|tx| Box::pin(async { read(tx, signed_in, id, at, asked).await })).await?;
    let managed = present.policy().managed.contains(&id);
    let most = facts.units.iter().map(|(_, number)| *number).max().unwrap_or(1).max(1);
    let unit = |(name, number): &(Option<String>, i64)| UnitLine {
        name: name.clone().unwrap_or_else(|| page.t("rights-no-unit")),
        number: page.n(*number),
        width: number * 100 / most,
    };
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = RightPage {
        id,
        notice: shown.notice,
        description: right.description.clone(),
        vanished: right.vanished_at.map(|at| page.t1("rights-vanished-at", &page.moment(&at))),
        managed,
        version: present.scene.entitlements.version,
        grants: if managed {
            String::new()
        } else {
            page.tn("right-take-over-grants", unexplained(&present, id))
        },
        bundles: bundles_with(present.policy(), id),
        found: page.tv(
            if on.is_some() { "right-found-on" } else { "right-found" },
            &[
                ("count", crate::text::Value::Count(facts.counts.1)),
                ("number", page.n(facts.counts.1).into()),
                ("day", on.map(|on| format::date(page.language, on)).unwrap_or_default().into()),
            ],
        ),
        on: on.map(|on| on.to_string()).unwrap_or_default(),
        holders: facts.rows.iter().map(|row| line(&page, row, id)).collect(),
        pages: facts.pages,
        units: facts.units.iter().map(unit).collect(),
        trend: trend::draw(&page, &facts.moments, &facts.over_time),
        why: shown.why,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

async fn read(
    tx: &mut Tx,
    signed_in: &SignedIn,
    id: RightId,
    at: jiff::Timestamp,
    asked: &Parameters,
) -> Result<Facts, StoreError> {
    let cvr = signed_in.cvr();
    let held = Held { right: Some(id), at };
    let counts = view::count_holders(tx, cvr, held).await?;
    let filters = if asked.on.is_empty() { Vec::new() } else { vec![("on", asked.on.clone())] };
    let pages = Pages::new(&format!("/rights/{id}"), filters, asked.page.parse().unwrap_or(1), counts.0);
    let moments = trend::moments(view::first_seen(tx, cvr).await?, signed_in.now());
    Ok(Facts {
        counts,
        rows: view::holders(tx, cvr, held, (pages.current() - 1) * PAGE_SIZE, PAGE_SIZE).await?,
        units: view::holders_by_unit(tx, cvr, held, UNITS).await?,
        over_time: view::holders_over_time(tx, cvr, &[id], &moments).await?,
        moments,
        pages,
    })
}

fn line(page: &Layout, row: &HolderRow, right: RightId) -> HolderLine {
    let person = |identity: &IdentityId| format!("/people/{identity}");
    HolderLine {
        address: row.identity.as_ref().map(person),
        name: if row.name.is_empty() { page.t("person-nameless") } else { row.name.clone() },
        unit: row.unit.clone().unwrap_or_default(),
        scope: format::sentence(&say::scope(page, &row.holding)),
        strange: matches!(row.holding, Holding::Other(_)),
        since: page.moment(&row.since),
        why: row.identity.as_ref().map(|id| format!("{}/rights?right={right}#asked", person(id))),
    }
}

/// How many holdings no rule or grant would explain if the right were looked after.
fn unexplained(present: &Present, right: RightId) -> i64 {
    let mut policy = present.policy().clone();
    policy.managed.insert(right);
    let rulebook = present.scene.rulebook(&policy);
    let here = present.scene.people.iter().filter(|person| person.facts.here);
    let left = here.map(|person| {
        let found = present.scene.evaluate(&rulebook, person);
        let explained = |one: &Assignment| found.wants.iter().any(|want| want.assignment == *one);
        person.rights.held.iter().filter(|one| one.right == right && !explained(one)).count()
    });
    i64::try_from(left.sum::<usize>()).unwrap_or(i64::MAX)
}

/// `POST /rights/{id}/take-over`: looks after the right from now on; what people hold becomes grants.
pub async fn take_over(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<RightId>,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("right-title");
    let why = form.value("why");
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    if faults.is_empty() {
        faults.extend(proposal::take_over(&console, &signed_in, &form, id).await?);
    }
    if faults.is_empty() {
        return Ok(Redirect::to(&format!("/rights/{id}?done=taken-over")).into_response());
    }
    again(&console, &signed_in, page.with_faults(faults), id, why).await
}

/// `POST /rights/{id}/leave-alone`: who holds it keeps it, and nobody looks after it any more.
pub async fn leave_alone(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<RightId>,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("right-title");
    let why = form.value("why");
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    if faults.is_empty() {
        let present = Present::read(&console, &signed_in).await?;
        let mut policy = present.policy().clone();
        policy.managed.remove(&id);
        if bundles_with(&policy, id).is_empty() {
            faults.extend(proposal::save(&console, &signed_in, &form, &policy).await?);
        } else {
            faults.push(FieldFault { field: "why", text: page.t("right-in-bundles") });
        }
    }
    if faults.is_empty() {
        return Ok(Redirect::to(&format!("/rights/{id}?done=left-alone")).into_response());
    }
    again(&console, &signed_in, page.with_faults(faults), id, why).await
}

async fn again(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    id: RightId,
    why: &str,
) -> Result<Response, Failure> {
    let shown = Shown { notice: None, why: reason::shown_again(why) };
    render(console, signed_in, page, id, &Parameters::default(), shown).await
}
