//! `/jobs/{id}`: work that was asked for, as it goes on. One can leave and come back.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use store::job::{self, JobRecord, JobState, Stage, Step, Wish};

use crate::console::Console;
use crate::events::{self, Progress};
use crate::failure::Failure;
use crate::layout::Layout;
use crate::visit::{At, SignedIn};

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage {
    page: Layout,
    job: JobShown,
}

/// A job in words.
pub struct JobShown {
    pub state: String,
    pub kind: &'static str,
    pub asked: String,
    pub count: String,
    pub done: i64,
    pub total: i64,
    pub finished: bool,
    pub outcome: Option<String>,
    /// Where the result is seen.
    pub next: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
) -> Result<Html<String>, Failure> {
    let record = find(&console, &signed_in, id).await?;
    let mut page = signed_in.layout(&format!("job-{}", record.wish.kind()));
    let job = job_shown(&page, &record);
    page.events = (!job.finished).then(|| format!("/jobs/{id}/events"));
    Ok(Html(JobPage { page, job }.render()?))
}

/// `GET /jobs/{id}/events`: the same counts as server-sent events.
pub async fn events(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
) -> Result<Response, Failure> {
    find(&console, &signed_in, id).await?;
    Ok(events::stream(move || {
        let (console, signed_in) = (console.clone(), signed_in.clone());
        async move { look(&console, &signed_in, id).await }
    }))
}

async fn look(console: &Console, signed_in: &SignedIn, id: i64) -> Result<Progress, Failure> {
    let record = find(console, signed_in, id).await?;
    let job = job_shown(&signed_in.layout("job-title"), &record);
    let texts = vec![("state", job.state), ("count", job.count)];
    Ok(Progress { done: job.done, total: job.total, finished: job.finished, texts })
}

async fn find(console: &Console, signed_in: &SignedIn, id: i64) -> Result<JobRecord, Failure> {
    let found = console.store.read(|tx| Box::pin(async { job::one(tx, id).await })).await?;
    found.filter(|record| record.cvr == *signed_in.cvr()).ok_or(Failure::NotFound)
}

pub fn job_shown(page: &Layout, record: &JobRecord) -> JobShown {
    // A plan is made in one go: nobody knows how far that is.
    let counted = record.step.filter(|step| step.stage != Stage::Planning);
    let (state, kind) = match record.state {
        JobState::Waiting => ("job-waiting", "info"),
        JobState::Running => ("job-running", "info"),
        JobState::Done => ("job-done", "success"),
        JobState::Failed => ("job-failed", "error"),
    };
    let asked = [("by", record.created_by.as_str().into()), ("at", page.moment(&record.created_at).into())];
    JobShown {
        state: page.t(state),
        kind,
        asked: page.tv("job-asked", &asked),
        count: record.step.map(|step| count(page, step)).unwrap_or_default(),
        done: counted.map_or(0, |step| step.done),
        total: counted.map_or(0, |step| step.total),
        finished: matches!(record.state, JobState::Done | JobState::Failed),
        outcome: outcome(page, record),
        next: if is_of_source(record) { "/sources".to_owned() } else { next(&record.wish) },
    }
}

/// Whether it failed because of what a source says, which is shown in full there.
fn is_of_source(record: &JobRecord) -> bool {
    let key = record.fault_parts.first().map(|parts| parts.key.as_str());
    key.is_some_and(|key| ["csv-", "ldap-"].iter().any(|family| key.starts_with(family)))
}

/// What it is doing and how far it has come with that.
fn count(page: &Layout, step: Step) -> String {
    let Step { stage, done, total } = step;
    // Sources are read one after the other: what is told is the one in hand.
    let source = (done + 1).min(total);
    let shown = if stage == Stage::ReadingSources { source } else { done };
    let counts = [("done", page.n(shown).into()), ("total", page.n(total).into())];
    match stage {
        Stage::ReadingSources => page.tv("job-step-sources", &counts),
        Stage::ReadingMitIdErhverv if total == 0 => page.t("job-step-search"),
        Stage::ReadingMitIdErhverv => page.tv("job-step-read", &counts),
        Stage::Planning => page.t("job-step-plan"),
        Stage::Sending => page.tv("job-step-send", &counts),
    }
}

/// What came of it. The first part of a fault says what is wrong; the pages that show the result have the rest.
fn outcome(page: &Layout, record: &JobRecord) -> Option<String> {
    let fault = record.fault_parts.first().map(|parts| page.parts(parts));
    fault.or_else(|| record.outcome.clone())
}

/// A job that is being done while somebody looks at another page.
pub struct UnderWay {
    pub title: String,
    pub count: String,
    pub address: String,
}

pub fn under_way(page: &Layout, record: &JobRecord) -> UnderWay {
    let JobShown { count, .. } = job_shown(page, record);
    let title = page.t(&format!("job-{}", record.wish.kind()));
    UnderWay { title, count, address: format!("/jobs/{}", record.id) }
}

fn next(wish: &Wish) -> String {
    match wish {
        Wish::ReadSources => "/sources".to_owned(),
        Wish::TestConnection => "/settings".to_owned(),
        Wish::CheckCertificate { certificate } => format!("/settings/certificates?looked={certificate}"),
        Wish::Apply | Wish::Approve { .. } => "/plans".to_owned(),
        Wish::SettleRights { identity } => format!("/people/{identity}/rights"),
        Wish::FullRead | Wish::Settle | Wish::NextDay => "/".to_owned(),
    }
}
