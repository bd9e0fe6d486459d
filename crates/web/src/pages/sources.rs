//! `/sources`: where people come from, how fresh it is, and what was wrong with it.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Redirect};
use domain::permission::Action as Allowed;
use domain::{Parts, SkippedRow, SourceName, Warning};
use jiff::SignedDuration;
use store::StoreError;
use store::job::{self, Wish};
use store::source::{self, SourceState};

use super::jobs::{UnderWay, under_way};
use super::overview::Task;
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{Layout, Section};
use crate::visit::{At, SignedIn};
use crate::{address, format, text};

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    page: Layout,
    under_way: Option<UnderWay>,
    sources: Vec<SourceLine>,
}

/// One source in a table.
pub struct SourceLine {
    pub address: String,
    pub name: String,
    pub kind: String,
    pub complete: String,
    pub count: String,
    pub warnings: String,
    pub state: String,
    pub badge: &'static str,
}

/// A source that was not read whole for this long is too old: it is read every 15 minutes.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(24);

pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let cvr = signed_in.cvr();
    let look = console.store.read(|tx| {
        Box::pin(async {
            let sources = source::all(tx, cvr).await?;
            Ok::<_, StoreError>((sources, job::under_way(tx, cvr).await?))
        })
    });
    let (sources, job) = look.await?;
    let mut page = signed_in.layout("sources-title");
    page.section = Some(Section::Sources);
    let sources = sources.iter().map(|source| source_line(&page, source)).collect();
    let under_way = job.map(|job| under_way(&page, &job));
    Ok(Html(SourcesPage { page, under_way, sources }.render()?))
}

pub fn source_line(page: &Layout, source: &SourceState) -> SourceLine {
    let (state, badge) = freshness(page, source);
    let complete = match (&source.by_hand, source.complete_at) {
        (Some(kept), _) => kept.changed_at.map_or_else(
            || page.t("source-by-hand-never"),
            |at| page.t1("source-by-hand-changed", &page.ago(&at)),
        ),
        (None, Some(at)) => format::sentence(&page.ago(&at)),
        (None, None) => page.t("word-never"),
    };
    let count = source.by_hand.map(|kept| kept.people).or(source.record_count);
    let warnings = i64::try_from(source.warnings.len() + source.skipped.len()).unwrap_or(i64::MAX);
    SourceLine {
        address: format!("/sources/{}", address::escaped(&source.name.0)),
        name: named(page, &source.name),
        kind: page.t(&format!("source-kind-{}", known_kind(&source.kind))),
        complete,
        count: count.map(|count| page.n(count)).unwrap_or_default(),
        warnings: if warnings == 0 { page.t("word-none") } else { page.tn("source-warnings", warnings) },
        state: page.t(state),
        badge,
    }
}

/// What a field of the mapping is called, in the reader's language where it is one of ours.
fn field_named(page: &Layout, field: &str) -> String {
    let key = field.to_lowercase().replace(' ', "-");
    let families = ["csv-column", "source-mapped"];
    let text = families.iter().find_map(|family| text::find(page.language, &format!("{family}-{key}")));
    text.map_or_else(|| field.to_owned(), |text| format::sentence(&text))
}

/// The source by hand has a name in every language; the others have the name that the organisation gave them.
fn named(page: &Layout, name: &SourceName) -> String {
    if name.0 == SourceName::BY_HAND { page.t("source-kind-by-hand") } else { name.to_string() }
}

fn known_kind(kind: &str) -> &str {
    if ["csv", "ldap", "by-hand"].contains(&kind) { kind } else { "other" }
}

fn freshness(page: &Layout, source: &SourceState) -> (&'static str, &'static str) {
    if source.by_hand.is_some() {
        return ("source-by-hand", "info");
    }
    match (&source.read_fault, source.complete_at) {
        (Some(_), _) => ("source-failed", "error"),
        _ if source.shrunk_from.is_some() => ("source-shrunk", "warning"),
        (None, None) => ("source-unread", "info"),
        (None, Some(at)) if page.now.duration_since(at) > TOO_OLD => ("source-old", "warning"),
        (None, Some(_)) => ("source-fresh", "success"),
    }
}

/// A source that a human should look at, as a line of the overview.
pub fn task(page: &Layout, source: &SourceState) -> Option<Task> {
    let (state, kind) = freshness(page, source);
    let text = match state {
        "source-failed" => page.t("task-source-failed"),
        "source-shrunk" => page.t("task-source-shrunk"),
        "source-old" => page.t("task-source-old"),
        _ => return None,
    };
    Some(Task {
        title: page.t1("task-source", &source.name.0),
        address: format!("/sources/{}", address::escaped(&source.name.0)),
        text,
        badge: page.t(state),
        kind,
        age: source.complete_at.map(|at| page.t1("task-source-last", &page.moment(&at))).unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage {
    page: Layout,
    line: SourceLine,
    fault: Option<Fault>,
    read: Option<String>,
    shrunk: Option<String>,
    warnings: Vec<(String, String)>,
    skipped: Vec<(String, String)>,
    mapping: Vec<(String, String)>,
    /// How many people are kept by hand, in words.
    by_hand: Option<String>,
}

/// Why the source could not be read: a sentence, and a line for each thing that is wrong.
struct Fault {
    text: String,
    lines: Vec<(String, String)>,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(name): At<String>,
) -> Result<Html<String>, Failure> {
    let source = find(&console, &signed_in, &name).await?;
    let layout = signed_in.layout("source-title");
    let named = named(&layout, &source.name);
    let title = if source.by_hand.is_some() { named } else { layout.t1("source-named", &named) };
    let page = signed_in.titled(title).below(Section::Sources);
    let shrunk = source.shrunk_from.map(|before| {
        let now = source.record_count.unwrap_or(0);
        page.tv("source-shrunk-text", &[("before", page.n(before).into()), ("now", page.n(now).into())])
    });
    let template = SourcePage {
        line: source_line(&page, &source),
        fault: source.read_fault.as_ref().map(|english| fault(&page, english, &source.read_fault_parts)),
        read: source.read_at.map(|at| page.moment(&at)),
        shrunk,
        warnings: source.warnings.iter().map(|warning| warning_shown(&page, warning)).collect(),
        skipped: source.skipped.iter().map(|row| skipped_shown(&page, row)).collect(),
        mapping: source.mapping.into_iter().map(|(field, from)| (field_named(&page, &field), from)).collect(),
        by_hand: source.by_hand.map(|kept| page.tn("source-by-hand-people", kept.people)),
        page,
    };
    Ok(Html(template.render()?))
}

/// The first sentence is about the file as a whole. A source that has no parts is told in its own words.
fn fault(page: &Layout, english: &str, parts: &[Parts]) -> Fault {
    let Some((first, rest)) = parts.split_first() else {
        return Fault { text: english.to_owned(), lines: Vec::new() };
    };
    Fault {
        text: page.parts(first),
        lines: rest.iter().map(|parts| (place_of(page, parts), page.parts(parts))).collect(),
    }
}

fn warning_shown(page: &Layout, warning: &Warning) -> (String, String) {
    (place(page, &warning.place), warning_told(page, warning))
}

/// A warning in the language of the reader.
pub fn warning_told(page: &Layout, warning: &Warning) -> String {
    warning.parts.as_ref().map_or_else(|| warning.text.clone(), |parts| with_attribute(page, parts))
}

fn skipped_shown(page: &Layout, row: &SkippedRow) -> (String, String) {
    let why: Vec<String> = row.parts.iter().map(|parts| with_attribute(page, parts)).collect();
    (place(page, &row.place), if why.is_empty() { row.why.clone() } else { why.join(" ") })
}

/// What is wrong with a cell or a value, after the name of its column or attribute, where the row or entry is known.
fn with_attribute(page: &Layout, parts: &Parts) -> String {
    let sentence = match (parts.values.get("column"), parts.values.get("attribute")) {
        (Some(column), _) => format!("{}: {}", page.t1("source-column-named", column), page.parts(parts)),
        (None, Some(attribute)) => {
            format!("{}: {}", page.t1("source-attribute-named", attribute), page.parts(parts))
        }
        (None, None) => page.parts(parts),
    };
    if parts.values.contains_key("passed-over") {
        return format!("{sentence} {}", page.t("ldap-passed-over"));
    }
    sentence
}

/// Readers of files say `row 17`; readers of directories name the entry.
fn place(page: &Layout, place: &str) -> String {
    let row = place.strip_prefix("row ").filter(|row| row.parse::<u64>().is_ok());
    row.map_or_else(|| place.to_owned(), |row| page.t1("source-row", row))
}

fn place_of(page: &Layout, parts: &Parts) -> String {
    if let (Some(entry), Some(attribute)) = (parts.values.get("entry"), parts.values.get("attribute")) {
        return format!("{entry}, {}", page.t1("source-attribute-of-entry", attribute));
    }
    match (parts.values.get("row"), parts.values.get("column")) {
        (Some(row), Some(column)) => {
            page.tv("source-row-column", &[("row", row.as_str().into()), ("column", column.as_str().into())])
        }
        (Some(row), None) => page.t1("source-row", row),
        (None, Some(column)) => page.t1("source-column-named", column),
        (None, None) => String::new(),
    }
}

/// `POST /sources/{name}/read`: has the sources read now.
pub async fn read(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(name): At<String>,
) -> Result<Redirect, Failure> {
    find(&console, &signed_in, &name).await?;
    let asked = console.store.write(|tx| {
        Box::pin(async { job::ask(tx, signed_in.cvr(), &Wish::ReadSources, signed_in.name()).await })
    });
    let job = asked.await?;
    Ok(Redirect::to(&format!("/jobs/{job}")))
}

async fn find(console: &Console, signed_in: &SignedIn, name: &str) -> Result<SourceState, Failure> {
    let all = console.store.read(|tx| Box::pin(async { source::all(tx, signed_in.cvr()).await })).await?;
    all.into_iter().find(|source| source.name.0 == name).ok_or(Failure::NotFound)
}
