//! `/log`: who did what and when, searched; verified and exported.

pub mod describe;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use domain::copenhagen;
use domain::permission::Action as Allowed;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use store::AuditEntry;
use store::view::log::{self, LogRow};

use super::people::Choice;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::paging::{PAGE_SIZE, Pages};
use crate::visit::{Asked, SignedIn};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    q: String,
    action: String,
    from: String,
    to: String,
    person: String,
    page: String,
}

impl Filters {
    /// The days are Danish; the last one counts to its end.
    fn asked(&self) -> log::Asked {
        let midnight = |date: Date| date.to_zoned(copenhagen()).ok().map(|zoned| zoned.timestamp());
        let day = |text: &str| text.parse::<Date>().ok();
        log::Asked {
            search: self.q.clone(),
            action: self.action.clone(),
            subject: self.person.clone(),
            from: day(&self.from).and_then(midnight),
            to: day(&self.to).and_then(|date| midnight(date.saturating_add(1.day()))),
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("q", &self.q),
            ("action", &self.action),
            ("from", &self.from),
            ("to", &self.to),
            ("person", &self.person),
        ];
        pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect()
    }
}

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    page: Layout,
    filters: Filters,
    actions: Vec<Choice>,
    found: String,
    lines: Vec<Line>,
    pages: Pages,
    verified: Option<Verified>,
}

/// What a verification of the whole log said.
pub struct Verified {
    kind: &'static str,
    label: String,
    heading: String,
    text: String,
}

struct Line {
    machine: String,
    when: String,
    who: String,
    what: String,
    about: String,
    address: Option<String>,
    facts: String,
    sequence: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(filters): Asked<Filters>,
) -> Result<Html<String>, Failure> {
    Ok(Html(list(&console, &signed_in, filters, None).await?.render()?))
}

async fn list(
    console: &Console,
    signed_in: &SignedIn,
    filters: Filters,
    verified: Option<Verified>,
) -> Result<LogPage, Failure> {
    let (asked, cvr) = (filters.asked(), signed_in.cvr());
    let number = filters.page.parse().unwrap_or(1);
    let look = console.store.read(|tx| {
        Box::pin(async {
            let total = log::count(tx, cvr, &asked).await?;
            let pages = Pages::new("/log", filters.pairs(), number, total);
            let rows = log::page(tx, cvr, &asked, (pages.current() - 1) * PAGE_SIZE, PAGE_SIZE).await?;
            Ok::<_, store::StoreError>((total, pages, rows, log::actions(tx).await?))
        })
    });
    let (total, pages, rows, actions) = look.await?;
    let mut page = signed_in.layout("log-title");
    page.section = Some(Section::Log);
    "/log".clone_into(&mut page.address);
    let choice = |action: String| Choice {
        text: describe::action(&page, &action),
        chosen: action == filters.action,
        value: action,
    };
    let mut actions: Vec<Choice> = actions.into_iter().map(choice).collect();
    actions.sort_by_cached_key(|choice| domain::text::danish_sort_key(&choice.text));
    let found = page.tn("log-found", total);
    let lines = rows.iter().map(|row| line(&page, row)).collect();
    Ok(LogPage { page, filters, actions, found, lines, pages, verified })
}

/// `POST /log/verify`: checks every record, the chain and the checkpoints, and says what it found.
pub async fn verify(State(console): State<Console>, signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let report = store::log::verify(&console.store, &console.checkpoint_file).await?;
    let detail = serde_json::json!({ "records": report.sealed, "good": report.is_good() });
    let entry = AuditEntry::of(signed_in.name(), "log.verified", signed_in.cvr()).detail(detail);
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let page = signed_in.layout("log-title");
    let verified = if report.is_good() {
        let text = page.tn("log-good", report.sealed);
        Verified {
            kind: "success",
            label: page.t("success-label"),
            heading: page.t("log-good-heading"),
            text,
        }
    } else {
        let faults: Vec<String> = report.faults.iter().take(SHOWN_FAULTS).map(ToString::to_string).collect();
        let text = faults.join(". ");
        Verified { kind: "error", label: page.t("error-label"), heading: page.t("log-bad-heading"), text }
    };
    Ok(Html(list(&console, &signed_in, Filters::default(), Some(verified)).await?.render()?))
}

/// More faults than this tell nothing new on a page; `lokalid audit verify` lists them all.
const SHOWN_FAULTS: usize = 10;

/// `GET /log/export`: the whole log with its signed checkpoint, to be verified elsewhere.
pub async fn export(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Failure> {
    let entry = AuditEntry::of(signed_in.name(), "log.exported", signed_in.cvr());
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let mut file = Vec::new();
    store::log::export(&console.store, &mut file).await.map_err(Failure::broken)?;
    let name = super::export::file_name("log", signed_in.cvr(), signed_in.now());
    let disposition =
        HeaderValue::from_str(&format!("attachment; filename=\"{name}.jsonl\"")).map_err(Failure::broken)?;
    let kind = HeaderValue::from_static("application/jsonl");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], file).into_response())
}

fn line(page: &Layout, row: &LogRow) -> Line {
    let known = row.subject_name.clone().filter(|name| !name.is_empty());
    let address =
        row.subject_name.as_ref().and(row.subject.as_ref()).map(|subject| format!("/people/{subject}"));
    Line {
        machine: format::machine(row.at),
        when: with_seconds(page, row.at),
        who: row.actor.clone(),
        what: describe::action(page, &row.action),
        about: known.or_else(|| row.subject.clone()).unwrap_or_default(),
        address,
        facts: describe::facts(page, &row.detail),
        sequence: row.sequence.map_or_else(|| page.t("log-not-sealed"), |number| page.n(number)),
    }
}

fn with_seconds(page: &Layout, at: Timestamp) -> String {
    let seconds = at.to_zoned(copenhagen()).second();
    format!("{}{}{seconds:02}", format::sentence(&page.moment(&at)), page.language.pick('.', ':'))
}
