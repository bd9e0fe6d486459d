//! `/outbox`: what waits to be sent, what gave up and why, and what to do about it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::OperationId;
use domain::permission::Action as Allowed;
use serde::Deserialize;
use store::outbox::{self, OperationRecord, State as Condition};
use store::view::operations;

use super::person::operation_state;
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{Layout, Section};
use crate::paging::{PAGE_SIZE, Pages};
use crate::visit::{Asked, At, Posted, SignedIn};
use crate::{format, reason};

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    page: Layout,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    pages: Pages,
    empty: String,
}

struct Tab {
    address: String,
    text: String,
    current: bool,
}

struct Line {
    id: String,
    person: String,
    address: Option<String>,
    kind: String,
    state: String,
    badge: &'static str,
    since: String,
    attempts: String,
    why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    state: String,
    page: String,
}

const STATES: [(&str, Condition); 7] = [
    ("waiting", Condition::Waiting),
    ("running", Condition::Running),
    ("unknown", Condition::Unknown),
    ("parked", Condition::Parked),
    ("done", Condition::Done),
    ("given-up", Condition::GivenUp),
    ("withdrawn", Condition::Withdrawn),
];

pub async fn list(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(asked): Asked<Parameters>,
) -> Result<Html<String>, Failure> {
    let chosen = STATES.into_iter().find(|(name, _)| *name == asked.state);
    let cvr = signed_in.cvr();
    let number = asked.page.parse().unwrap_or(1);
    let look = console.store.read(|tx| {
        Box::pin(async {
            let mut counts = Vec::new();
            for (_, state) in STATES {
                counts.push(operations::count(tx, cvr, state).await?);
            }
            // Without a choice the page opens on the first state that has something.
            let mut filled = STATES.into_iter().zip(&counts).filter(|(_, count)| **count > 0);
            let (name, condition) = chosen
                .or_else(|| filled.next().map(|(state, _)| state))
                .unwrap_or(("waiting", Condition::Waiting));
            let total = operations::count(tx, cvr, condition).await?;
            let pages = Pages::new("/outbox", vec![("state", name.to_owned())], number, total);
            let rows =
                operations::page(tx, cvr, condition, (pages.current() - 1) * PAGE_SIZE, PAGE_SIZE).await?;
            Ok::<_, store::StoreError>((name, counts, pages, rows))
        })
    });
    let (name, counts, pages, rows) = look.await?;
    let mut page = signed_in.layout("outbox-title");
    page.section = Some(Section::Outbox);
    let tab = |((state, condition), count): ((&str, Condition), &i64)| Tab {
        address: format!("/outbox?state={state}"),
        text: format!("{} ({})", operation_state(&page, condition).0, page.n(*count)),
        current: state == name,
    };
    let template = OutboxPage {
        tabs: STATES.into_iter().zip(&counts).map(tab).collect(),
        lines: rows.iter().map(|row| line(&page, row)).collect(),
        pages,
        empty: page.t(&format!("outbox-empty-{name}")),
        page,
    };
    Ok(Html(template.render()?))
}

fn line(page: &Layout, row: &OperationRecord) -> Line {
    let (state, badge) = operation_state(page, row.state);
    Line {
        id: row.id.to_string(),
        person: row.label.clone(),
        address: row.identity.map(|identity| format!("/people/{identity}")),
        kind: page.t(&format!("kind-{}", row.kind)),
        state,
        badge,
        since: format::sentence(&page.moment(&row.settled_at.unwrap_or(row.created_at))),
        attempts: page.n(row.attempts),
        why: outcome(page, row).unwrap_or_else(|| format::sentence(&row.reason.say(page.language))),
    }
}

/// How it went, in the reader's language where the words are ours.
fn outcome(page: &Layout, row: &OperationRecord) -> Option<String> {
    let told = row.outcome.as_ref()?;
    Some(told.parts.first().map_or_else(|| told.words.clone(), |parts| page.parts(parts)))
}

#[derive(Template)]
#[template(path = "operation.html")]
struct OperationPage {
    page: Layout,
    line: Line,
    plan: i64,
    reason: String,
    fields: String,
    created: String,
    sent: Option<String>,
    settled: Option<String>,
    next: Option<String>,
    outcome: Option<String>,
    advice: String,
    raw: Option<String>,
    can_retry: bool,
    why: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<OperationId>,
) -> Result<Response, Failure> {
    let record = find(&console, &signed_in, id).await?;
    render(titled(&signed_in, id), &record, "")
}

fn titled(signed_in: &SignedIn, id: OperationId) -> Layout {
    let page = signed_in.layout("operation-title");
    let title = page.t1("operation-number", &id.to_string());
    Layout { title, ..page }
}

async fn find(console: &Console, signed_in: &SignedIn, id: OperationId) -> Result<OperationRecord, Failure> {
    let found = console.store.read(|tx| Box::pin(async { outbox::one(tx, id).await })).await?;
    found.filter(|record| record.cvr == *signed_in.cvr()).ok_or(Failure::NotFound)
}

fn render(page: Layout, record: &OperationRecord, why: &str) -> Result<Response, Failure> {
    let mut page = page.below(Section::Outbox);
    page.address = format!("/outbox/{}", record.id);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let fields: Vec<&str> = record.fields.iter().map(|field| field.word(page.language)).collect();
    let waits = matches!(record.state, Condition::Waiting | Condition::Unknown);
    let template = OperationPage {
        line: line(&page, record),
        plan: record.id.plan.0,
        reason: format::sentence(&record.reason.say(page.language)),
        fields: fields.join(", "),
        created: page.moment(&record.created_at),
        sent: record.sent_at.map(|at| page.moment(&at)),
        settled: record.settled_at.map(|at| page.moment(&at)),
        next: waits.then(|| page.moment(&record.not_before)),
        outcome: outcome(&page, record),
        advice: page.t(advice(record.state)),
        raw: record.raw_answer.clone(),
        can_retry: matches!(record.state, Condition::Parked | Condition::Waiting),
        why: why.to_owned(),
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

/// What the state means for whoever looks at it.
fn advice(state: Condition) -> &'static str {
    match state {
        Condition::Waiting => "advice-waiting",
        Condition::Running => "advice-running",
        Condition::Unknown => "advice-unknown",
        Condition::Parked => "advice-parked",
        Condition::Done => "advice-done",
        Condition::Withdrawn => "advice-withdrawn",
        Condition::GivenUp => "advice-given-up",
    }
}

pub async fn retry(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<OperationId>,
) -> Result<Redirect, Failure> {
    find(&console, &signed_in, id).await?;
    // If it has moved on in the meantime there is nothing to retry, and the page shows what became of it.
    let retried = console.store.write(|tx| Box::pin(async { outbox::retry(tx, id, signed_in.name()).await }));
    retried.await?;
    Ok(Redirect::to(&format!("/outbox/{id}")))
}

pub async fn give_up(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<OperationId>,
    form: Posted,
) -> Result<Response, Failure> {
    let record = find(&console, &signed_in, id).await?;
    let why = form.value("why");
    let page = titled(&signed_in, id);
    if let Some(fault) = reason::fault(&page, why) {
        return render(page.with_faults(vec![fault]), &record, &reason::shown_again(why));
    }
    let given_up =
        console.store.write(|tx| Box::pin(async { outbox::give_up(tx, id, signed_in.name(), why).await }));
    given_up.await?;
    Ok(Redirect::to(&format!("/outbox/{id}")).into_response())
}
