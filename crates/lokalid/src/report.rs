//! What is said about a plan and about how things stand, in words and as JSON. No CPR number is in either.

use std::{collections::BTreeMap, io::IsTerminal as _};

use domain::{Cvr, Language, OperationId, guard::Judgement};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use store::{Location, plan::PlanRecord};
use sync::Planned;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use web::Origin;

use crate::{cli::Command, configuration::Configuration};

/// Lines for whoever watches over the program go to standard error; `LOKALID_LOG` chooses how many. A command that ends
/// says itself what went wrong.
pub fn begin_logging(command: &Command) {
    let usual = match command {
        Command::Serve => "warn,lokalid=info,sync=info",
        Command::Demo(_) | Command::Emulator(_) => "warn",
        _ => "error",
    };
    let filter = EnvFilter::try_from_env("LOKALID_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry().with(filter).with(lines).init();
}

/// Plans as `plan --json` prints them.
pub fn plans_json(plans: &[Planned]) -> serde_json::Result<String> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (kind, number) in plans.iter().flat_map(|planned| &planned.record.counts) {
        *counts.entry(kind).or_default() += number;
    }
    let ids: Vec<i64> = plans.iter().map(|planned| planned.record.id.0).collect();
    serde_json::to_string(&PlansShown {
        plan: if let [only] = ids.as_slice() { json!(only) } else { json!(ids) },
        made_at: plans.iter().map(|planned| planned.record.made_at).max(),
        observed_at: plans.iter().map(|planned| planned.record.observed_at).min().flatten(),
        cost_dkk: plans.iter().map(|planned| planned.record.cost_dkk).sum(),
        counts,
        held: plans.iter().flat_map(|planned| held_json(&planned.record, &planned.judgement)).collect(),
        operations: plans,
    })
}

#[derive(Serialize)]
struct PlansShown<'a> {
    plan: Value,
    made_at: Option<Timestamp>,
    observed_at: Option<Timestamp>,
    cost_dkk: i64,
    counts: BTreeMap<&'a str, i64>,
    held: Vec<Value>,
    #[serde(serialize_with = "operations_of")]
    operations: &'a [Planned],
}

#[derive(Serialize)]
struct OperationShown<'a> {
    id: String,
    organisation: &'a Cvr,
    user_name: &'a str,
    kind: &'static str,
    fields: Vec<&'static str>,
    reason: String,
}

/// One after the other: as values they would take many times the memory of their text.
fn operations_of<S: Serializer>(plans: &[Planned], serializer: S) -> Result<S::Ok, S::Error> {
    let operations = plans.iter().flat_map(|planned| {
        planned.operations.iter().enumerate().map(|(place, operation)| OperationShown {
            id: id(&planned.record, place),
            organisation: &planned.record.cvr,
            user_name: &operation.label,
            kind: operation.action.kind(),
            fields: operation.fields.iter().map(|field| field.name()).collect(),
            reason: operation.reason.say(Language::English),
        })
    });
    serializer.collect_seq(operations)
}

fn id(record: &PlanRecord, place: usize) -> String {
    OperationId { plan: record.id, number: u32::try_from(place + 1).unwrap_or(u32::MAX) }.to_string()
}

fn held_json(record: &PlanRecord, judgement: &Judgement) -> Vec<Value> {
    let held = judgement.held.iter().map(|held| {
        let operations: Vec<String> = held.operations.iter().map(|place| id(record, *place)).collect();
        json!({
            "plan": record.id.0,
            "rule": held.rule.name(),
            "why": held.rule.say(Language::English),
            "operations": operations,
        })
    });
    held.collect()
}

/// A plan in words: counts by kind, what is held and why, then each operation with its reason.
pub fn plan_words(planned: &Planned) -> String {
    use std::fmt::Write as _;
    const SHOWN: usize = 40;
    let record = &planned.record;
    let mut words = format!("Plan {} for {}: ", record.id, record.cvr);
    if planned.operations.is_empty() {
        words.push_str("nothing to do.\n");
        return words;
    }
    let counts: Vec<String> = record.counts.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
    let _ = writeln!(words, "{}. Cost: DKK {}.", counts.join(", "), record.cost_dkk);
    let _ = match record.observed_at {
        Some(at) => writeln!(words, "MitID Erhverv was last read {}.", danish_time(at)),
        None => writeln!(words, "MitID Erhverv has never been read."),
    };
    for held in &planned.judgement.held {
        let _ = writeln!(words, "Held ({}): {}", held.operations.len(), held.rule.say(Language::English));
    }
    for (place, operation) in planned.operations.iter().enumerate().take(SHOWN) {
        let reason = operation.reason.say(Language::English);
        let _ = writeln!(
            words,
            "  {:>8}  {:14} {:20} {reason}",
            id(record, place),
            operation.action.kind(),
            operation.label
        );
    }
    if planned.operations.len() > SHOWN {
        let _ = writeln!(words, "  and {} more; --json has them all", planned.operations.len() - SHOWN);
    }
    words
}

/// A moment as people in Denmark write it.
pub fn danish_time(at: jiff::Timestamp) -> String {
    at.to_zoned(domain::copenhagen()).strftime("%d-%m-%Y %H.%M").to_string()
}

/// The table of one list, columns as wide as they must be.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What is configured, for the console's settings page, each with where it was set. Secrets are named by their files,
/// never shown.
pub fn configured(configuration: &Configuration) -> Vec<web::Configured> {
    let Configuration { web, schedule, .. } = configuration;
    // An address may hold a password, and is shown without it.
    let database = match &configuration.database_file {
        Some(file) => ("database_file", file.display().to_string()),
        None => (
            "database",
            Location::parse(&configuration.database).map(|at| at.to_string()).unwrap_or_default(),
        ),
    };
    let waits = schedule.unknown_wait_seconds.map(|seconds| seconds.to_string());
    let all = [
        database,
        ("web.address", web.address.clone()),
        ("web.listen", web.listen.clone().unwrap_or_default()),
        ("keys", configuration.keys.display().to_string()),
        ("checkpoints", configuration.checkpoints.display().to_string()),
        ("schedule.sources_minutes", schedule.sources_minutes.to_string()),
        ("schedule.full_read_at", schedule.full_read_at.to_string()),
        ("schedule.details_days", schedule.details_days.to_string()),
        ("schedule.unknown_wait_seconds", waits.unwrap_or_default()),
        ("schedule.at_once", schedule.at_once.to_string()),
    ];
    let one = |(key, value): (&str, String)| {
        let origin = if is_written(&configuration.written, key) { Origin::File } else { Origin::Default };
        web::Configured { key: key.to_owned(), value, origin }
    };
    all.into_iter().map(one).chain(of_organisations(configuration)).collect()
}

fn is_written(written: &toml::Table, key: &str) -> bool {
    match key.split_once('.') {
        Some((section, key)) => written.get(section).is_some_and(|section| section.get(key).is_some()),
        None => written.contains_key(key),
    }
}

/// What the file says of each organisation. Of its settings the keys alone: their values are in the database.
fn of_organisations(configuration: &Configuration) -> Vec<web::Configured> {
    let mut all = Vec::new();
    let sections = configuration.written.get("organisation").and_then(toml::Value::as_array);
    for (section, written) in configuration.organisations.iter().zip(sections.into_iter().flatten()) {
        let mut put = |key: &str, value: String| {
            let origin = if key == "api" && section.api.is_none() { Origin::Default } else { Origin::File };
            all.push(web::Configured { key: format!("{}.{key}", section.cvr), value, origin });
        };
        put("environment", section.environment.name().to_owned());
        put("api", section.api_address());
        if let Some(file) = &section.certificate {
            put("certificate", file.display().to_string());
        }
        let sources: Vec<&str> = section.sources.iter().map(|source| source.name().0.as_str()).collect();
        put("sources", sources.join(", "));
        let settings = written.get("settings").and_then(toml::Value::as_table);
        settings.into_iter().flat_map(toml::Table::keys).for_each(|key| put(key, String::new()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, String, Origin)> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lokalid.toml");
        std::fs::write(&file, text).unwrap();
        let configured = configured(&Configuration::read(&file).unwrap());
        configured.into_iter().map(|one| (one.key, one.value, one.origin)).collect()
    }

    #[test]
    fn database_certificate_and_address_are_shown_with_where_they_were_set_and_without_password() {
        let organisation = "[[organisation]]\ncvr = \"90123456\"\nname = \"Nørreby\"\nvariant = \"light\"\n";
        let all = shown(&format!(
            "database = \"postgres://lokalid:hemmelig@db.example/lokalid\"\n{organisation}\
             environment = \"integration-test\"\ncertificate = \"a.p12\"\ncertificate_password_file = \"a.password\"\n"
        ));
        let line = |key: &str, value: &str, origin| (key.to_owned(), value.to_owned(), origin);
        for expected in [
            line("database", "postgres://db.example:5432/lokalid", Origin::File),
            line("90123456.api", "https://services.test-nemlog-in.dk", Origin::Default),
            line("90123456.certificate", "a.p12", Origin::File),
        ] {
            assert!(all.contains(&expected), "{expected:?} is not in {all:?}");
        }
        assert!(!format!("{all:?}").contains("hemmelig"));
    }
}
