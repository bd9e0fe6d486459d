//! The parts of a person's page: fields side by side, means of log-in, operations, timeline.

use domain::{Field, Organisation, Owner};
use store::outbox::{OperationRecord, State};
use store::view::log::LogRow;
use store::view::person::PersonView;

use crate::layout::Layout;
use crate::pages::log::describe;
use crate::text;

/// What one source says of the person, as a column of values.
pub struct SourceColumn {
    pub name: String,
    pub missing: Option<String>,
    pub place: String,
}

/// One field: ours, theirs, and who decides.
pub struct FieldLine {
    pub label: String,
    pub ours: String,
    pub theirs: String,
    pub owner: String,
    pub state: FieldState,
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldState {
    Same,
    /// We will change theirs.
    Changing,
    /// Somebody else changed it.
    Drift,
}

pub struct AuthenticatorLine {
    pub kind: String,
    pub status: String,
}

pub struct OperationLine {
    pub id: String,
    pub label: String,
    pub plan: String,
    pub state: String,
    pub kind: &'static str,
    pub reason: String,
}

pub struct Event {
    pub machine: String,
    pub when: String,
    pub what: String,
    pub detail: String,
    pub alert: bool,
}

pub fn sources(page: &Layout, view: &PersonView) -> Vec<SourceColumn> {
    let column = |record: &domain::StoredRecord| SourceColumn {
        name: record.source.to_string(),
        missing: record.missing_since.map(|since| page.t1("person-missing-since", &page.moment(&since))),
        place: record.record.place.clone(),
    };
    view.records.iter().map(column).collect()
}

/// Every field that either side knows. CPR numbers are compared elsewhere and never shown here.
pub fn fields(page: &Layout, organisation: &Organisation, view: &PersonView) -> Vec<FieldLine> {
    let subject = &view.identity.subject;
    let ours = subject.desired.fields(organisation);
    let theirs = subject.observed.as_ref().map(|one| one.fields.clone()).unwrap_or_default();
    let mut all: Vec<Field> = ours.keys().chain(theirs.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    let line = |field: Field| {
        let (mine, other) = (ours.get(&field), theirs.get(&field));
        let drift = view.drift.iter().find(|drift| drift.field == field);
        let changing = subject.observed.is_some()
            && matches!((mine, other), (Some(mine), Some(other)) if !field.same(mine, other));
        FieldLine {
            label: crate::format::sentence(field.word(page.language)),
            ours: value(page, field, mine),
            theirs: value(page, field, other),
            owner: owner(page, organisation.settings.owner(field)),
            state: match (drift, changing) {
                (Some(_), _) => FieldState::Drift,
                (None, true) => FieldState::Changing,
                (None, false) => FieldState::Same,
            },
            note: drift
                .map(|drift| page.t1("person-drift-found", &page.moment(&drift.found_at)))
                .unwrap_or_default(),
        }
    };
    all.into_iter().filter(|field| *field != Field::Cpr).map(line).collect()
}

fn value(page: &Layout, field: Field, value: Option<&String>) -> String {
    match (field, value.map(String::as_str)) {
        (_, None) => String::new(),
        (Field::Signing | Field::Pseudonym, Some("true")) => page.t("word-yes"),
        (Field::Signing | Field::Pseudonym, Some("false")) => page.t("word-no"),
        (Field::Level, Some(level)) => known(page, "level", level),
        (_, Some(text)) => text.to_owned(),
    }
}

fn owner(page: &Layout, owner: Owner) -> String {
    page.t(match owner {
        Owner::Local => "owner-local",
        Owner::Remote => "owner-remote",
        Owner::Ask => "owner-ask",
    })
}

pub fn authenticators(page: &Layout, view: &PersonView) -> Vec<AuthenticatorLine> {
    let all = view.identity.subject.observed.iter().flat_map(|one| &one.authenticators);
    all.map(|one| AuthenticatorLine {
        kind: known(page, "authenticator", &one.kind),
        status: one
            .status
            .as_ref()
            .map_or_else(|| page.t("word-unknown"), |status| known(page, "authenticator-status", status)),
    })
    .collect()
}

/// A word of MitID Erhverv in the reader's language; a word that is new there stays as it came.
fn known(page: &Layout, family: &str, word: &str) -> String {
    let key = format!("{family}-{}", word.to_lowercase());
    text::find(page.language, &key).unwrap_or_else(|| word.to_owned())
}

pub fn is_open(state: State) -> bool {
    matches!(state, State::Waiting | State::Running | State::Unknown | State::Parked)
}

pub fn operation(page: &Layout, one: &OperationRecord) -> OperationLine {
    let (state, kind) = operation_state(page, one.state);
    OperationLine {
        id: one.id.to_string(),
        label: page.t(&format!("kind-{}", one.kind)),
        plan: one.id.plan.to_string(),
        state,
        kind,
        reason: crate::format::sentence(&one.reason.say(page.language)),
    }
}

/// The word for the state of an operation, and the colour that goes with it.
pub fn operation_state(page: &Layout, state: State) -> (String, &'static str) {
    let (name, kind) = match state {
        State::Waiting => ("waiting", "info"),
        State::Running => ("running", "info"),
        State::Unknown => ("unknown", "warning"),
        State::Parked => ("parked", "error"),
        State::Done => ("done", "success"),
        State::Withdrawn => ("withdrawn", "info"),
        State::GivenUp => ("given-up", "warning"),
    };
    (page.t(&format!("state-{name}")), kind)
}

pub fn event(page: &Layout, row: &LogRow) -> Event {
    let alerts = ["operation.parked", "observed.gone", "cpr.shown", "operation.unknown"];
    Event {
        machine: crate::format::machine(row.at),
        when: crate::format::sentence(&page.moment(&row.at)),
        what: describe::action(page, &row.action),
        detail: describe::detail(page, row),
        alert: alerts.contains(&row.action.as_str()),
    }
}
