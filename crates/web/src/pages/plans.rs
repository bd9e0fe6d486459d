//! `/plans`: what will be done and why, what the guard holds, and the decision about it.

mod change;
mod progress;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::{PlanId, guard::Origin};
use serde::Deserialize;
use store::StoreError;
use store::job::{self, Wish};
use store::plan::{self, PlanRecord, PlanState};

use self::change::{Group, PersonChange};
use self::progress::Running;
use super::export;
use super::jobs::{UnderWay, under_way};
use crate::console::Console;
use crate::events;
use crate::failure::Failure;
use crate::layout::{FieldFault, Layout, Section};
use crate::paging::Pages;
use crate::visit::{Asked, At, Posted, SignedIn};
use crate::{format, reason};

#[derive(Template)]
#[template(path = "plans.html")]
struct PlansPage {
    page: Layout,
    under_way: Option<UnderWay>,
    plans: Vec<PlanLine>,
    older: Option<String>,
}

struct PlanLine {
    id: i64,
    made: String,
    by: String,
    counts: String,
    price: String,
    state: String,
    kind: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    page: String,
    kind: String,
}

const LISTED: i64 = 30;

pub async fn list(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(asked): Asked<Parameters>,
) -> Result<Html<String>, Failure> {
    let number = asked.page.parse().unwrap_or(1_i64).max(1);
    let offset = (number - 1) * LISTED;
    let cvr = signed_in.cvr();
    let look = console.store.read(|tx| {
        Box::pin(async {
            let plans = plan::recent(tx, cvr, LISTED + 1, offset).await?;
            Ok::<_, StoreError>((plans, job::under_way(tx, cvr).await?))
        })
    });
    let (mut plans, job) = look.await?;
    let listed = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let older = (plans.len() > listed).then(|| format!("/plans?page={}", number + 1));
    plans.truncate(listed);
    let mut page = signed_in.layout("plans-title");
    page.section = Some(Section::Plans);
    let plans = plans.iter().map(|plan| line(&page, plan)).collect();
    let under_way = job.map(|job| under_way(&page, &job));
    Ok(Html(PlansPage { page, under_way, plans, older }.render()?))
}

fn line(page: &Layout, plan: &PlanRecord) -> PlanLine {
    let (state, kind) = state(page, plan);
    let counts: Vec<String> = plan
        .counts
        .iter()
        .map(|(kind, count)| format!("{} {}", page.t(&format!("kind-{kind}")), page.n(*count)))
        .collect();
    PlanLine {
        id: plan.id.0,
        made: page.moment(&plan.made_at),
        by: maker(page, &plan.origin),
        counts: if counts.is_empty() { page.t("plan-nothing") } else { counts.join(", ") },
        price: format::kroner(page.language, plan.cost_dkk),
        state,
        kind,
    }
}

fn maker(page: &Layout, origin: &Origin) -> String {
    match origin {
        Origin::Timer => page.t("plan-by-timer"),
        Origin::Person(name) => name.clone(),
        Origin::Order(name) => page.t1("plan-by-order", name),
    }
}

fn state(page: &Layout, plan: &PlanRecord) -> (String, &'static str) {
    let (key, kind) = match plan.state {
        _ if plan.stopped.is_some() => ("plan-state-stopped", "error"),
        _ if plan.waits_for_decision() => ("plan-state-held", "error"),
        PlanState::Open | PlanState::Running if is_rejected(plan) => ("plan-state-rejected", "info"),
        PlanState::Open => ("plan-state-open", "info"),
        PlanState::Running => ("plan-state-running", "info"),
        PlanState::Done => ("plan-state-done", "success"),
        PlanState::Superseded => ("plan-state-superseded", "info"),
    };
    (page.t(key), kind)
}

/// Whether what the plan holds stays undone because somebody said so.
fn is_rejected(plan: &PlanRecord) -> bool {
    plan.rejected.is_some() && plan.approved.is_none()
}

/// `POST /plans`: reads, plans and carries out what is not held.
pub async fn make(State(console): State<Console>, signed_in: SignedIn) -> Result<Redirect, Failure> {
    let job = ask(&console, &signed_in, &Wish::Apply).await?;
    Ok(Redirect::to(&format!("/jobs/{job}")))
}

async fn ask(console: &Console, signed_in: &SignedIn, wish: &Wish) -> Result<i64, Failure> {
    let asked = console
        .store
        .write(|tx| Box::pin(async { job::ask(tx, signed_in.cvr(), wish, signed_in.name()).await }));
    Ok(asked.await?)
}

#[derive(Template)]
#[template(path = "plan.html")]
struct PlanPage {
    page: Layout,
    id: i64,
    state: String,
    kind: &'static str,
    /// The plan to look at instead of this one.
    newest: Option<String>,
    made: String,
    by: String,
    observed: String,
    figures: Vec<Figure>,
    held: Vec<HeldShown>,
    groups: Vec<Group>,
    tabs: Vec<Tab>,
    shown: String,
    changes: Vec<PersonChange>,
    pages: Pages,
    export: String,
    running: Option<Running>,
    approved: Option<String>,
    rejected: Option<String>,
    stopped: Option<String>,
    decision: Decision,
    /// What is held may be rejected, also by who made the plan.
    can_reject: bool,
    digest: String,
    can_stop: bool,
    why: String,
}

struct Figure {
    label: String,
    number: String,
    tone: &'static str,
}

/// What one rule of the guard holds.
struct HeldShown {
    heading: String,
    text: String,
}

struct Tab {
    address: String,
    text: String,
    current: bool,
}

/// What this caller may decide about the plan now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// Nothing waits, or the role does not allow it.
    None,
    Approve,
    /// The caller made the plan, so somebody else must approve it.
    SomebodyElse,
}

const CHANGES_ON_A_PAGE: usize = 100;

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    Asked(asked): Asked<Parameters>,
) -> Result<Response, Failure> {
    let plan = find(&console, &signed_in, id).await?;
    let page =
        signed_in.titled(signed_in.visit.layout(String::new()).t1("plan-number", &plan.id.to_string()));
    render(&console, &signed_in, page, &plan, &asked, "").await
}

async fn find(console: &Console, signed_in: &SignedIn, id: i64) -> Result<PlanRecord, Failure> {
    let found = console.store.read(|tx| Box::pin(async { plan::one(tx, PlanId(id)).await })).await?;
    found.filter(|plan| plan.cvr == *signed_in.cvr()).ok_or(Failure::NotFound)
}

async fn render(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    plan: &PlanRecord,
    asked: &Parameters,
    why: &str,
) -> Result<Response, Failure> {
    let mut page = page.below(Section::Plans);
    page.address = format!("/plans/{}", plan.id);
    let look = console.store.read(|tx| {
        Box::pin(async {
            let running = progress::running(tx, plan).await?;
            let pages = change::pages(plan, &asked.kind, asked.page.parse().unwrap_or(1));
            let changes = change::people(tx, &page, plan, &asked.kind, &pages).await?;
            let newest = match plan.state {
                PlanState::Superseded => plan::newest(tx, &plan.cvr).await?,
                PlanState::Open | PlanState::Running | PlanState::Done => None,
            };
            Ok::<_, store::StoreError>((running, pages, changes, newest))
        })
    });
    let (running, pages, changes, newest) = look.await?;
    let running = running.map(|counts| progress::shown(&page, plan, &counts));
    if running.as_ref().is_some_and(|running| !running.finished) {
        page.events = Some(format!("/plans/{}/events", plan.id));
    }
    let (state, kind) = state(&page, plan);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = PlanPage {
        id: plan.id.0,
        state,
        kind,
        newest: newest.map(|newest| newest.id.to_string()),
        made: page.moment(&plan.made_at),
        by: maker(&page, &plan.origin),
        observed: plan.observed_at.map_or_else(|| page.t("word-never"), |at| page.moment(&at)),
        figures: figures(&page, plan),
        held: plan.held.iter().map(|held| held_shown(&page, held)).collect(),
        groups: change::groups(&page, plan),
        tabs: tabs(&page, plan, &asked.kind),
        shown: page.tn("plan-shown", change::count(plan, &asked.kind)),
        changes,
        pages,
        export: format!("/plans/{}/export", plan.id),
        running,
        approved: plan.approved.as_ref().map(|(by, why, at)| {
            let values =
                [("by", by.as_str().into()), ("why", why.as_str().into()), ("at", page.moment(at).into())];
            page.tv("plan-approved", &values)
        }),
        rejected: plan.rejected.as_ref().filter(|_| is_rejected(plan)).map(|rejection| {
            let values = [
                ("by", rejection.by.as_str().into()),
                ("why", rejection.why.as_str().into()),
                ("at", page.moment(&rejection.at).into()),
            ];
            page.tv("plan-rejected", &values)
        }),
        stopped: plan.stopped.clone(),
        decision: decision(signed_in, plan),
        can_reject: can_reject(signed_in, plan),
        digest: plan.held_digest.clone(),
        can_stop: plan.state == PlanState::Running && signed_in.may(Allowed::StopPlan),
        why: why.to_owned(),
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn figures(page: &Layout, plan: &PlanRecord) -> Vec<Figure> {
    let figure = |(kind, count): (&String, &i64)| Figure {
        label: page.t(&format!("kind-{kind}")),
        number: page.n(*count),
        tone: if kind == "suspend" || kind == "delete" { "attention" } else { "calm" },
    };
    let price = Figure {
        label: page.t("word-price"),
        number: format::kroner(page.language, plan.cost_dkk),
        tone: "accent",
    };
    plan.counts.iter().map(figure).chain([price]).collect()
}

fn held_shown(page: &Layout, held: &domain::guard::Held) -> HeldShown {
    let count = i64::try_from(held.operations.len()).unwrap_or(i64::MAX);
    HeldShown { heading: page.tn("plan-held-heading", count), text: held.rule.say(page.language) }
}

fn tabs(page: &Layout, plan: &PlanRecord, chosen: &str) -> Vec<Tab> {
    let path = format!("/plans/{}", plan.id);
    let all = Tab {
        address: format!("{path}#changes"),
        text: format!("{} ({})", page.t("plan-all"), page.n(plan.operation_count)),
        current: chosen.is_empty(),
    };
    let tab = |(kind, count): (&String, &i64)| Tab {
        address: format!("{path}?kind={kind}#changes"),
        text: format!("{} ({})", page.t(&format!("kind-{kind}")), page.n(*count)),
        current: chosen == kind,
    };
    [all].into_iter().chain(plan.counts.iter().map(tab)).collect()
}

/// A rejected plan may be approved after all.
fn may_be_approved(plan: &PlanRecord) -> bool {
    let open = matches!(plan.state, PlanState::Open | PlanState::Running);
    open && !plan.held.is_empty() && plan.approved.is_none()
}

fn can_reject(signed_in: &SignedIn, plan: &PlanRecord) -> bool {
    plan.waits_for_decision() && signed_in.may(Allowed::ApprovePlan)
}

/// The same rule as the guard's, told before the form is filled in; the guard itself judges again.
fn decision(signed_in: &SignedIn, plan: &PlanRecord) -> Decision {
    if !may_be_approved(plan) || !signed_in.may(Allowed::ApprovePlan) {
        return Decision::None;
    }
    let own = match &plan.origin {
        Origin::Timer => false,
        Origin::Person(name) | Origin::Order(name) => {
            name.trim().to_lowercase() == signed_in.name().trim().to_lowercase()
        }
    };
    if own && !signed_in.organisation.settings.single_administrator {
        Decision::SomebodyElse
    } else {
        Decision::Approve
    }
}

/// `POST /plans/{id}/decision`: approves or rejects exactly what was shown, by its content.
pub async fn decide(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    form: Posted,
) -> Result<Response, Failure> {
    let plan = find(&console, &signed_in, id).await?;
    let mut page =
        signed_in.titled(signed_in.visit.layout(String::new()).t1("plan-number", &plan.id.to_string()));
    let why = form.value("why");
    let rejects = form.value("verdict") == "reject";
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    let same = form.value("digest") == plan.held_digest;
    match decision(&signed_in, &plan) {
        _ if rejects && same && can_reject(&signed_in, &plan) => {}
        Decision::Approve if same && !rejects => {}
        Decision::SomebodyElse if !rejects => faults.push(fault(&page, "plan-own")),
        _ => faults.push(fault(&page, "plan-changed")),
    }
    if !faults.is_empty() {
        page = page.with_faults(faults);
        return render(&console, &signed_in, page, &plan, &Parameters::default(), &reason::shown_again(why))
            .await;
    }
    if rejects {
        return reject(&console, &signed_in, &plan, why).await;
    }
    let wish = Wish::Approve { plan: id, digest: plan.held_digest.clone(), why: why.to_owned() };
    let job = ask(&console, &signed_in, &wish).await?;
    Ok(Redirect::to(&format!("/jobs/{job}")).into_response())
}

async fn reject(
    console: &Console,
    signed_in: &SignedIn,
    plan: &PlanRecord,
    why: &str,
) -> Result<Response, Failure> {
    let rejected =
        console.store.write(|tx| Box::pin(async { plan::reject(tx, plan, signed_in.name(), why).await }));
    rejected.await?;
    Ok(Redirect::to(&format!("/plans/{}#decision", plan.id)).into_response())
}

fn fault(page: &Layout, key: &str) -> FieldFault {
    FieldFault { field: "why", text: page.t(key) }
}

/// `POST /plans/{id}/stop`: stops the waves, or lets a stopped plan go on. What is done stays done.
pub async fn stop(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    form: Posted,
) -> Result<Response, Failure> {
    let plan = find(&console, &signed_in, id).await?;
    let page =
        signed_in.titled(signed_in.visit.layout(String::new()).t1("plan-number", &plan.id.to_string()));
    let why = form.value("why");
    if let Some(fault) = reason::fault(&page, why) {
        let page = page.with_faults(vec![fault]);
        return render(&console, &signed_in, page, &plan, &Parameters::default(), &reason::shown_again(why))
            .await;
    }
    let stop = plan.stopped.is_none().then_some(why);
    let stopped =
        console.store.write(|tx| Box::pin(async { plan::stop(tx, &plan, stop, signed_in.name()).await }));
    stopped.await?;
    Ok(Redirect::to(&format!("/plans/{id}")).into_response())
}

/// `GET /plans/{id}/events`: how many operations are done, as server-sent events.
pub async fn events(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
) -> Result<Response, Failure> {
    find(&console, &signed_in, id).await?;
    Ok(events::stream(move || {
        let (console, signed_in) = (console.clone(), signed_in.clone());
        async move { progress::look(&console, &signed_in, PlanId(id)).await }
    }))
}

/// `GET /plans/{id}/export`: every operation with its reason, as a spreadsheet that is read and sent part by part.
pub async fn export(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
) -> Result<Response, Failure> {
    let plan = find(&console, &signed_in, id).await?;
    let page = signed_in.layout("plan-title");
    let headings = ["word-number-short", "word-name", "plan-kind", "word-field", "word-reason"];
    let headings = headings.map(|key| page.t(key)).to_vec();
    let file_name = export::file_name(&format!("plan {id}"), signed_in.cvr(), page.now);
    let parts =
        futures::stream::try_unfold((console, page, plan, 0), |(console, page, plan, first)| async move {
            let id = plan.id;
            let look = console
                .store
                .read(|tx| Box::pin(async move { plan::operations(tx, id, first, EXPORTED).await }));
            let part = look.await?;
            let rows = change::cells(&page, &plan, first, &part);
            let next = first + part.len();
            Ok::<_, Failure>((!part.is_empty()).then_some((rows, (console, page, plan, next))))
        });
    export::stream_csv(&file_name, headings, parts)
}

/// Operations that are read at a time for an export.
const EXPORTED: usize = 1_000;
