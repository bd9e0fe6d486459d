//! `/settings`: everything in force with where it was set, and what may be changed here.

pub mod certificates;
mod change;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::permission::Action as Allowed;
use domain::{Field, Owner};
use serde::Deserialize;
use store::job::{self, JobState, Wish};
use store::organisation::{self, Overlay};

pub use self::change::{owners, rules, schedule, test_connection};
use super::jobs::{JobShown, job_shown};
use crate::console::{Console, Origin};
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::visit::{Asked, SignedIn};

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    page: Layout,
    notice: Option<String>,
    rules: Rules,
    owners: Vec<OwnerLine>,
    schedule: Schedule,
    certificate: certificates::Summary,
    last_test: Option<JobShown>,
    in_force: Vec<InForce>,
    may_change: bool,
}

/// The form of limits: as kept, or as typed when it was refused.
#[derive(Debug, Clone, Default)]
struct Rules {
    stop_percent: String,
    stop_count: String,
    removal_percent: String,
    removal_count: String,
    shrink_percent: String,
    wave_limit: String,
    delete_after_days: String,
    single_administrator: bool,
}

/// When things happen by themselves.
#[derive(Debug, Clone, serde::Serialize, Deserialize)]
#[serde(default)]
struct Schedule {
    /// Minutes between two reads of the sources.
    source_minutes: u32,
    /// The hour of the day at which MitID Erhverv is read in full, Danish time.
    full_read_hour: u8,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { source_minutes: 15, full_read_hour: 10 }
    }
}

struct OwnerLine {
    field: &'static str,
    label: String,
    owner: Owner,
}

struct InForce {
    key: String,
    value: String,
    origin: String,
}

/// The fields whose owner somebody may choose.
const OWNED: [Field; 7] = [
    Field::GivenName,
    Field::Surname,
    Field::Email,
    Field::Level,
    Field::InvoiceMethod,
    Field::Signing,
    Field::Rights,
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(done): Asked<Done>,
) -> Result<Html<String>, Failure> {
    let page = signed_in.layout("settings-title");
    let notice = (done.done == "saved").then(|| page.t("settings-saved"));
    Ok(Html(SettingsPage { notice, ..page_of(&console, &signed_in, page).await? }.render()?))
}

async fn page_of(console: &Console, signed_in: &SignedIn, mut page: Layout) -> Result<SettingsPage, Failure> {
    let cvr = signed_in.cvr();
    let look = console.store.read(|tx| {
        Box::pin(async {
            let overlays = organisation::overlays(tx, cvr.as_str()).await?;
            let certificates = store::certificate::all(tx, cvr).await?;
            Ok::<_, store::StoreError>((overlays, job::recent(tx, cvr, 50).await?, certificates))
        })
    });
    let (overlays, jobs, certificates) = look.await?;
    page.section = Some(Section::Settings);
    "/settings".clone_into(&mut page.address);
    let test = jobs.iter().find(|job| job.wish == Wish::TestConnection && job.state != JobState::Waiting);
    let settings = &signed_in.organisation.settings;
    Ok(SettingsPage {
        notice: None,
        rules: Rules {
            stop_percent: format::decimal(page.language, settings.guard.stop_percent),
            stop_count: settings.guard.stop_count.to_string(),
            removal_percent: format::decimal(page.language, settings.guard.removal_percent),
            removal_count: settings.guard.removal_count.to_string(),
            shrink_percent: format::decimal(page.language, settings.guard.shrink_percent),
            wave_limit: settings.wave_limit.to_string(),
            delete_after_days: settings.delete_after_days.to_string(),
            single_administrator: settings.single_administrator,
        },
        owners: OWNED.map(|field| owner_line(&page, field, settings.owner(field))).into(),
        schedule: kept_schedule(console, &overlays),
        certificate: certificates::summary(&page, signed_in, &certificates),
        last_test: test.map(|job| job_shown(&page, job)),
        in_force: in_force(&page, console, signed_in, &overlays),
        may_change: signed_in.may(Allowed::ChangeRules),
        page,
    })
}

fn owner_line(page: &Layout, field: Field, owner: Owner) -> OwnerLine {
    OwnerLine { field: field.name(), label: format::sentence(field.word(page.language)), owner }
}

/// The schedule in force: as changed here, else as configured.
fn kept_schedule(console: &Console, overlays: &[Overlay]) -> Schedule {
    let kept = overlays.iter().find(|overlay| overlay.key == change::SCHEDULE);
    if let Some(kept) = kept.and_then(|overlay| serde_json::from_value(overlay.value.clone()).ok()) {
        return kept;
    }
    let configured = |key: &str| console.configured.iter().find(|one| one.key == key).map(|one| &one.value);
    let hour = configured(FULL_READ_AT).and_then(|time| time.split(':').next()?.parse().ok());
    let built_in = Schedule::default();
    Schedule {
        source_minutes: configured(SOURCES_MINUTES)
            .and_then(|minutes| minutes.parse().ok())
            .unwrap_or(built_in.source_minutes),
        full_read_hour: hour.unwrap_or(built_in.full_read_hour),
    }
}

/// The keys of the schedule in the configuration.
const SOURCES_MINUTES: &str = "schedule.sources_minutes";
const FULL_READ_AT: &str = "schedule.full_read_at";

/// What was changed here stands over what the configuration file says, and that over what is built in.
fn in_force(page: &Layout, console: &Console, signed_in: &SignedIn, overlays: &[Overlay]) -> Vec<InForce> {
    let settings = serde_json::to_value(&signed_in.organisation.settings).unwrap_or_default();
    let settings = settings.as_object().cloned().unwrap_or_default();
    let changed = |key: &str| overlays.iter().find(|overlay| overlay.key == key);
    let configured = console.configured.iter().filter(|one| is_shown(&one.key, signed_in, &settings));
    let mut lines: Vec<InForce> = configured
        .map(|one| match changed(change::SCHEDULE).and_then(|overlay| scheduled(&one.key, overlay)) {
            Some((value, overlay)) => {
                InForce { key: one.key.clone(), value, origin: by_console(page, overlay) }
            }
            None => {
                InForce { key: one.key.clone(), value: one.value.clone(), origin: origin(page, one.origin) }
            }
        })
        .collect();
    for (key, value) in &settings {
        let name = format!("{}.{key}", signed_in.cvr());
        let written = console.configured.iter().find(|one| one.key == name).map(|one| one.origin);
        let origin = match changed(key) {
            Some(overlay) => by_console(page, overlay),
            None => origin(page, written.unwrap_or(Origin::Default)),
        };
        lines.push(InForce { key: name, value: shown(value), origin });
    }
    lines
}

/// Not what the file says of another organisation; and the settings of this one come from the database.
fn is_shown(key: &str, signed_in: &SignedIn, settings: &serde_json::Map<String, serde_json::Value>) -> bool {
    match key.split_once('.') {
        Some((cvr, key)) if domain::Cvr::parse(cvr).is_ok() => {
            cvr == signed_in.cvr().as_str() && !settings.contains_key(key)
        }
        _ => true,
    }
}

/// What the console made of a key of the schedule.
fn scheduled<'a>(key: &str, overlay: &'a Overlay) -> Option<(String, &'a Overlay)> {
    let kept: Schedule = serde_json::from_value(overlay.value.clone()).ok()?;
    match key {
        SOURCES_MINUTES => Some((kept.source_minutes.to_string(), overlay)),
        FULL_READ_AT => Some((format!("{:02}:00:00", kept.full_read_hour), overlay)),
        _ => None,
    }
}

fn by_console(page: &Layout, overlay: &Overlay) -> String {
    let at = page.moment(&overlay.changed_at);
    page.tv("origin-console", &[("by", overlay.changed_by.as_str().into()), ("at", at.into())])
}

fn origin(page: &Layout, origin: Origin) -> String {
    page.t(match origin {
        Origin::Default => "origin-default",
        Origin::File => "origin-file",
        Origin::Environment => "origin-environment",
    })
}

fn shown(value: &serde_json::Value) -> String {
    value.to_string().replace(['"', '{', '}', '[', ']'], "").replace(',', ", ")
}
