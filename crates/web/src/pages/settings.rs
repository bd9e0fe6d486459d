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
const OWNED: [Field; 6] =
    [Field::GivenName, Field::Surname, Field::Email, Field::Level, Field::InvoiceMethod, Field::Signing];

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
            shrink_percent: format::decimal(page.language, settings.guard.shrink_percent),
            wave_limit: settings.wave_limit.to_string(),
            delete_after_days: settings.delete_after_days.to_string(),
            single_administrator: settings.single_administrator,
        },
        owners: OWNED.map(|field| owner_line(&page, field, settings.owner(field))).into(),
        schedule: kept_schedule(&overlays),
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

fn kept_schedule(overlays: &[Overlay]) -> Schedule {
    let kept = overlays.iter().find(|overlay| overlay.key == change::SCHEDULE);
    kept.and_then(|overlay| serde_json::from_value(overlay.value.clone()).ok()).unwrap_or_default()
}

/// What was changed here stands over what the configuration file says.
fn in_force(page: &Layout, console: &Console, signed_in: &SignedIn, overlays: &[Overlay]) -> Vec<InForce> {
    let mut lines: Vec<InForce> = console
        .configured
        .iter()
        .map(|setting| InForce {
            key: setting.key.clone(),
            value: setting.value.clone(),
            origin: page.t(match setting.origin {
                Origin::Default => "origin-default",
                Origin::File => "origin-file",
                Origin::Environment => "origin-environment",
            }),
        })
        .collect();
    let settings = serde_json::to_value(&signed_in.organisation.settings).unwrap_or_default();
    for (key, value) in settings.as_object().into_iter().flatten() {
        let changed = overlays.iter().find(|overlay| overlay.key == *key);
        let origin = match changed {
            Some(overlay) => {
                let at = page.moment(&overlay.changed_at);
                page.tv("origin-console", &[("by", overlay.changed_by.as_str().into()), ("at", at.into())])
            }
            None => page.t("origin-configured"),
        };
        lines.push(InForce { key: format!("{}.{key}", signed_in.cvr()), value: shown(value), origin });
    }
    lines
}

fn shown(value: &serde_json::Value) -> String {
    value.to_string().replace(['"', '{', '}', '[', ']'], "").replace(',', ", ")
}
