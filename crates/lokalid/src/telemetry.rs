//! `/health/live`, `/health/ready` and `/metrics` (Prometheus), beside the console and without a session.
//!
//! Everything here is a count or an age; no name, no CPR number, no address of a person.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::Cvr;
use jiff::Timestamp;
use store::{Store, StoreError, mail::MailState, view::overview};

#[derive(Clone)]
pub struct Telemetry {
    pub store: Store,
    /// Calls to MitID Erhverv since the start.
    pub calls: Arc<AtomicU64>,
}

pub fn router(telemetry: Telemetry) -> Router {
    Router::new()
        .route("/health/live", get(async || "live\n"))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(telemetry)
}

/// Ready means that the database answers.
async fn ready(State(telemetry): State<Telemetry>) -> Response {
    match telemetry.store.read(|tx| Box::pin(async { store::organisation::all(tx).await })).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(error = %error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn metrics(State(telemetry): State<Telemetry>) -> Response {
    match gauges(&telemetry).await {
        Ok(gauges) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render(&gauges)).into_response()
        }
        Err(error) => {
            tracing::error!(error = %error, "metrics could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// One value of one series; the name says the unit.
#[derive(Debug, PartialEq)]
struct Gauge {
    name: &'static str,
    help: &'static str,
    labels: Vec<(&'static str, String)>,
    value: i64,
}

async fn gauges(telemetry: &Telemetry) -> Result<Vec<Gauge>, StoreError> {
    let now = telemetry.store.clock().now();
    let records = telemetry.store.read(|tx| Box::pin(async { store::organisation::all(tx).await })).await?;
    let calls = i64::try_from(telemetry.calls.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
    let help = "Calls to MitID Erhverv since the start.";
    let mut gauges = vec![Gauge { name: "lokalid_calls_total", help, labels: Vec::new(), value: calls }];
    for record in records {
        let cvr = &record.organisation.cvr;
        let (counts, outbox, mail) = telemetry
            .store
            .read(|tx| {
                Box::pin(async {
                    Ok::<_, StoreError>((
                        overview::counts(tx, cvr).await?,
                        store::outbox::counts(tx, cvr).await?,
                        store::mail::counts(tx, cvr).await?,
                    ))
                })
            })
            .await?;
        gauges.extend(of_people(cvr, &counts));
        gauges.extend(of_outbox(cvr, &outbox));
        gauges.extend(of_mail(cvr, &mail));
        gauges.extend(of_ages(cvr, &record, now));
    }
    Ok(gauges)
}

fn of_people(cvr: &Cvr, counts: &overview::Counts) -> Vec<Gauge> {
    let people = [
        ("wanted", counts.wanted),
        ("in_step", counts.in_step),
        ("active", counts.active),
        ("pending", counts.pending),
        ("suspended", counts.suspended),
        ("not_created", counts.not_created),
        ("unmanaged", counts.unmanaged),
    ];
    let people = people.into_iter().map(|(state, value)| Gauge {
        name: "lokalid_people",
        help: "People by state.",
        labels: vec![("organisation", cvr.to_string()), ("state", state.to_owned())],
        value,
    });
    let plain =
        |name, help, value| Gauge { name, help, labels: vec![("organisation", cvr.to_string())], value };
    people
        .chain([
            plain(
                "lokalid_drift_fields",
                "Fields that differ and that we did not cause.",
                counts.drift_fields,
            ),
            plain("lokalid_questions", "Questions that wait for a human.", counts.questions),
        ])
        .collect()
}

fn of_outbox(cvr: &Cvr, outbox: &BTreeMap<String, i64>) -> Vec<Gauge> {
    let states = ["waiting", "running", "unknown", "parked"];
    let one = |state: &str| Gauge {
        name: "lokalid_outbox",
        help: "Open operations by state.",
        labels: vec![("organisation", cvr.to_string()), ("state", state.to_owned())],
        value: outbox.get(state).copied().unwrap_or(0),
    };
    states.into_iter().map(one).collect()
}

fn of_mail(cvr: &Cvr, mail: &BTreeMap<MailState, i64>) -> [Gauge; 4] {
    let states = [
        (MailState::Waiting, "waiting"),
        (MailState::Sending, "sending"),
        (MailState::Sent, "sent"),
        (MailState::Failed, "failed"),
    ];
    states.map(|(state, word)| Gauge {
        name: "lokalid_mail",
        help: "Letters to people by state.",
        labels: vec![("organisation", cvr.to_string()), ("state", word.to_owned())],
        value: mail.get(&state).copied().unwrap_or(0),
    })
}

fn of_ages(cvr: &Cvr, record: &store::organisation::OrganisationRecord, now: Timestamp) -> Vec<Gauge> {
    let one =
        |name, help, value| Gauge { name, help, labels: vec![("organisation", cvr.to_string())], value };
    let read = record.full_read_at.map(|at| {
        let age = now.duration_since(at).as_secs();
        one("lokalid_full_read_age_seconds", "Since MitID Erhverv was last read in full.", age)
    });
    let certificate = record.certificate_until.map(|until| {
        let left = until.duration_since(now).as_secs();
        one("lokalid_certificate_left_seconds", "Until the system certificate ends.", left)
    });
    read.into_iter().chain(certificate).collect()
}

/// The text format of Prometheus: help and type once for each name.
fn render(gauges: &[Gauge]) -> String {
    let mut text = String::new();
    let mut by_name: BTreeMap<&str, Vec<&Gauge>> = BTreeMap::new();
    for gauge in gauges {
        by_name.entry(gauge.name).or_default().push(gauge);
    }
    for (name, series) in by_name {
        let help = series.first().map_or("", |gauge| gauge.help);
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for gauge in series {
            let labels: Vec<String> =
                gauge.labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(text, "{name}{labels} {}", gauge.value);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_explained_once() {
        let gauge = |state: &str, value| Gauge {
            name: "lokalid_people",
            help: "People by state.",
            labels: vec![("organisation", "90123456".to_owned()), ("state", state.to_owned())],
            value,
        };
        assert_eq!(
            render(&[gauge("active", 3), gauge("pending", 1)]),
            "# HELP lokalid_people People by state.\n# TYPE lokalid_people gauge\n\
             lokalid_people{organisation=\"90123456\",state=\"active\"} 3\n\
             lokalid_people{organisation=\"90123456\",state=\"pending\"} 1\n"
        );
    }
}
