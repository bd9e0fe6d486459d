//! `/`: is everything in step, what needs a human, and the figures behind it.

pub mod chart;
mod tasks;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::permission::Action as Allowed;
use jiff::Timestamp;
use store::job::{self, JobRecord};
use store::organisation::OrganisationRecord;
use store::plan::PlanRecord;
use store::source::SourceState;
use store::view::overview::{self, Counts, Day, Outbox};
use store::{StoreError, Tx};

use self::chart::Chart;
pub use self::tasks::Task;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::pages::jobs::{UnderWay, under_way};
use crate::pages::rights::{attestation, requests};
use crate::pages::sources::{SourceLine, source_line};
use crate::visit::SignedIn;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    page: Layout,
    as_of: String,
    verdict: Verdict,
    figures: Vec<Figure>,
    tasks: Vec<Task>,
    full_read: Option<String>,
    outbox: String,
    certificate: Option<Certificate>,
    chart: Chart,
    sources: Vec<SourceLine>,
    next_day: bool,
    under_way: Option<UnderWay>,
}

/// The conclusion at the top of the page.
struct Verdict {
    kind: &'static str,
    label: String,
    heading: String,
    text: String,
}

struct Figure {
    label: String,
    number: String,
    note: String,
    address: String,
    tone: &'static str,
}

struct Certificate {
    text: String,
    /// The width of the filled part of the meter, of 100: a year is full.
    filled: i64,
}

/// Everything that the page reads.
pub(crate) struct Facts {
    pub counts: Counts,
    pub outbox: Outbox,
    pub days: Vec<Day>,
    pub plan: Option<PlanRecord>,
    pub sources: Vec<SourceState>,
    pub organisation: OrganisationRecord,
    pub job: Option<JobRecord>,
    /// Requests that wait for whoever looks, and all that wait.
    pub requests: (i64, i64),
    /// People whose rights wait for whoever looks.
    pub reviews: i64,
}

const DAYS: i64 = 14;

pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let facts = console.store.read(|tx| Box::pin(async { read(tx, &signed_in).await })).await?;
    let mut page = signed_in.layout("overview-title");
    page.section = Some(Section::Overview);
    let template = OverviewPage {
        as_of: format::sentence(&format::full_moment(page.language, page.now)),
        verdict: verdict(&page, &facts),
        figures: figures(&page, &facts),
        tasks: tasks::all(&page, &facts),
        full_read: facts.organisation.full_read_at.map(|at| format::sentence(&page.moment(&at))),
        outbox: outbox(&page, &facts.outbox),
        certificate: facts.organisation.certificate_until.map(|until| certificate(&page, until)),
        chart: chart::draw(&page, &facts.days),
        sources: facts.sources.iter().map(|source| source_line(&page, source)).collect(),
        under_way: facts.job.as_ref().map(|job| under_way(&page, job)),
        next_day: console.is_demo && signed_in.may(Allowed::MakePlan),
        page,
    };
    Ok(Html(template.render()?))
}

async fn read(tx: &mut Tx, signed_in: &SignedIn) -> Result<Facts, StoreError> {
    let cvr = signed_in.cvr();
    let newest = store::plan::newest(tx, cvr).await?;
    Ok(Facts {
        counts: overview::counts(tx, cvr).await?,
        outbox: overview::outbox(tx, cvr).await?,
        days: overview::days(tx, cvr, DAYS).await?,
        plan: newest.filter(PlanRecord::waits_for_decision),
        sources: store::source::all(tx, cvr).await?,
        organisation: signed_in.record.clone(),
        job: job::under_way(tx, cvr).await?,
        requests: if signed_in.may(Allowed::DecideRequest) {
            requests::counts(tx, signed_in).await?
        } else {
            (0, 0)
        },
        reviews: if signed_in.may(Allowed::Attest) { attestation::waiting(tx, signed_in).await? } else { 0 },
    })
}

fn verdict(page: &Layout, facts: &Facts) -> Verdict {
    let counts = &facts.counts;
    let numbers = [
        ("in_step", page.n(counts.in_step).into()),
        ("wanted", page.n(counts.wanted).into()),
        ("drift", page.n(counts.drift_people).into()),
        ("parked", page.n(facts.outbox.parked).into()),
    ];
    let say = |kind, label, name: &str| Verdict {
        kind,
        label: page.t(label),
        heading: page.t(&format!("verdict-{name}-heading")),
        text: page.tv(&format!("verdict-{name}-text"), &numbers),
    };
    let counted = |kind, label, name: &str, number| Verdict {
        text: page.tn(&format!("verdict-{name}-text"), number),
        ..say(kind, label, name)
    };
    let open = facts.outbox.waiting + facts.outbox.running + facts.outbox.unknown;
    let settled = facts.outbox.parked == 0 && counts.drift_fields == 0 && facts.plan.is_none();
    if facts.outbox.late_suspensions > 0 {
        counted("error", "error-label", "late", facts.outbox.late_suspensions)
    } else if facts.organisation.full_read_at.is_none() {
        say("info", "info-label", "new")
    } else if counts.everybody_is_in_step() && settled && open == 0 {
        say("success", "success-label", "in-step")
    } else if settled && open > 0 {
        say("info", "info-label", "working")
    } else if counts.leaving > 0 {
        counted("warning", "warning-label", "leaving", counts.leaving)
    } else {
        say("warning", "warning-label", "almost")
    }
}

fn figures(page: &Layout, facts: &Facts) -> Vec<Figure> {
    let counts = &facts.counts;
    let figure = |name: &str, number: i64, note: String, address: &str, tone: &'static str| Figure {
        label: page.t(&format!("figure-{name}")),
        number: page.n(number),
        note,
        address: address.to_owned(),
        tone,
    };
    let pending = if counts.waiting_long > 0 {
        page.tn("figure-pending-long", counts.waiting_long)
    } else {
        page.t("figure-pending-see")
    };
    let tone = |number: i64, tone| if number > 0 { tone } else { "calm" };
    vec![
        figure("active", counts.active, page.t("figure-active-see"), "/people?status=active", "calm"),
        figure("pending", counts.pending, pending, "/people?status=pending&sort=waiting", "calm"),
        figure(
            "suspended",
            counts.suspended,
            page.t("figure-suspended-see"),
            "/people?status=suspended",
            "calm",
        ),
        figure(
            "parked",
            facts.outbox.parked,
            page.t("figure-parked-see"),
            "/outbox?state=parked",
            tone(facts.outbox.parked, "stop"),
        ),
        figure(
            "drift",
            counts.drift_fields,
            page.tn("figure-drift-see", counts.drift_people),
            "/people?show=drift",
            tone(counts.drift_fields, "attention"),
        ),
    ]
}

fn outbox(page: &Layout, outbox: &Outbox) -> String {
    let open = outbox.waiting + outbox.running + outbox.unknown;
    match outbox.oldest {
        Some(oldest) if open > 0 => page.tv(
            "overview-outbox-open",
            &[("number", page.n(open).into()), ("ago", page.ago(&oldest).into())],
        ),
        _ => page.t("overview-outbox-empty"),
    }
}

fn certificate(page: &Layout, until: Timestamp) -> Certificate {
    let days = format::days_between(page.now, until);
    let date = format::date(page.language, domain::danish_date(until));
    let key = if days < 0 { "certificate-expired" } else { "certificate-days" };
    let values =
        [("count", crate::text::Value::Count(days)), ("number", page.n(days).into()), ("date", date.into())];
    Certificate { text: page.tv(key, &values), filled: (days * 100 / 365).clamp(0, 100) }
}
