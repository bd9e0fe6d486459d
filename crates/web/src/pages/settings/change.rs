//! The forms of the settings page. Each change is laid over the configuration, with who made it, and logged.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{GuardLimits, Owner};
use serde_json::{Value, json};
use store::job::{self, Wish};
use store::organisation;

use super::{OWNED, Rules, Schedule, SettingsPage, page_of};
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{FieldFault, Layout};
use crate::visit::{Posted, SignedIn};

/// The key that the schedule is kept under.
pub const SCHEDULE: &str = "schedule";

/// `POST /settings/rules`: limits of the guard, waves, deletion, and whether one person may approve alone.
pub async fn rules(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("settings-title");
    let mut faults = Vec::new();
    let guard = GuardLimits {
        stop_percent: number(&page, &form, "stop-percent", 0.0..=100.0, &mut faults),
        stop_count: whole(&page, &form, "stop-count", 0.0..=100_000.0, &mut faults),
        removal_percent: number(&page, &form, "removal-percent", 0.0..=100.0, &mut faults),
        removal_count: whole(&page, &form, "removal-count", 1.0..=100_000.0, &mut faults),
        shrink_percent: number(&page, &form, "shrink-percent", 0.0..=100.0, &mut faults),
    };
    let wave_limit: usize = whole(&page, &form, "wave-limit", 1.0..=100_000.0, &mut faults);
    let delete_after_days: u32 = whole(&page, &form, "delete-after-days", 1.0..=3_650.0, &mut faults);
    if !faults.is_empty() {
        let kept = page_of(&console, &signed_in, page.with_faults(faults)).await?;
        return refused(&SettingsPage { rules: typed(&form), ..kept });
    }
    let changes = [
        ("guard", json!(guard)),
        ("wave_limit", json!(wave_limit)),
        ("delete_after_days", json!(delete_after_days)),
        ("single_administrator", json!(form.value("single-administrator") == "yes")),
    ];
    save(&console, &signed_in, &changes).await
}

/// `POST /settings/owners`: who decides each field.
pub async fn owners(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let mut owners = signed_in.organisation.settings.owners.clone();
    let mut faults = Vec::new();
    for field in OWNED {
        if let Some(owner) = owner(form.value(field.name())) {
            owners.insert(field, owner);
        } else {
            faults.push(FieldFault { field: field.name(), text: signed_in.t("fault-owner") });
        }
    }
    if !faults.is_empty() {
        let page = signed_in.layout("settings-title").with_faults(faults);
        return refused(&page_of(&console, &signed_in, page).await?);
    }
    let owners: BTreeMap<_, _> = owners.into_iter().collect();
    save(&console, &signed_in, &[("owners", json!(owners))]).await
}

/// `POST /settings/schedule`: when sources and MitID Erhverv are read.
pub async fn schedule(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("settings-title");
    let mut faults = Vec::new();
    let minutes: usize = whole(&page, &form, "source-minutes", 1.0..=1_440.0, &mut faults);
    let hour: usize = whole(&page, &form, "full-read-hour", 0.0..=23.0, &mut faults);
    if !faults.is_empty() {
        return refused(&page_of(&console, &signed_in, page.with_faults(faults)).await?);
    }
    let schedule = Schedule {
        source_minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
        full_read_hour: u8::try_from(hour).unwrap_or(0),
    };
    save(&console, &signed_in, &[(SCHEDULE, json!(schedule))]).await
}

/// `POST /settings/test`: has the worker test the connection and shows how it goes.
pub async fn test_connection(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> Result<Redirect, Failure> {
    let asked = console.store.write(|tx| {
        Box::pin(async { job::ask(tx, signed_in.cvr(), &Wish::TestConnection, signed_in.name()).await })
    });
    let job = asked.await?;
    Ok(Redirect::to(&format!("/jobs/{job}")))
}

/// Writes what differs from what is in force, all or nothing.
async fn save(
    console: &Console,
    signed_in: &SignedIn,
    changes: &[(&str, Value)],
) -> Result<Response, Failure> {
    let now = serde_json::to_value(&signed_in.organisation.settings).unwrap_or_default();
    let written = console.store.write(|tx| {
        let now = &now;
        Box::pin(async move {
            for (key, value) in changes.iter().filter(|(key, value)| now.get(key) != Some(value)) {
                organisation::change_setting(tx, signed_in.cvr(), key, Some(value), signed_in.name()).await?;
            }
            job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await
        })
    });
    written.await?;
    Ok(Redirect::to("/settings?done=saved").into_response())
}

fn refused(template: &SettingsPage) -> Result<Response, Failure> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}

fn typed(form: &Posted) -> Rules {
    let value = |name: &str| form.value(name).to_owned();
    Rules {
        stop_percent: value("stop-percent"),
        stop_count: value("stop-count"),
        removal_percent: value("removal-percent"),
        removal_count: value("removal-count"),
        shrink_percent: value("shrink-percent"),
        wave_limit: value("wave-limit"),
        delete_after_days: value("delete-after-days"),
        single_administrator: form.value("single-administrator") == "yes",
    }
}

fn owner(text: &str) -> Option<Owner> {
    match text {
        "local" => Some(Owner::Local),
        "remote" => Some(Owner::Remote),
        "ask" => Some(Owner::Ask),
        _ => None,
    }
}

/// A number with a Danish or an English decimal sign; 0 and a fault if it is none.
fn number(
    page: &Layout,
    form: &Posted,
    field: &'static str,
    allowed: std::ops::RangeInclusive<f64>,
    faults: &mut Vec<FieldFault>,
) -> f64 {
    let read =
        form.value(field).replace(',', ".").parse::<f64>().ok().filter(|value| allowed.contains(value));
    read.unwrap_or_else(|| {
        let shown = |value: f64| crate::format::decimal(page.language, value).into();
        let limits = [("from", shown(*allowed.start())), ("to", shown(*allowed.end()))];
        faults.push(FieldFault { field, text: page.tv("fault-number", &limits) });
        0.0
    })
}

fn whole<T: TryFrom<i64> + Default>(
    page: &Layout,
    form: &Posted,
    field: &'static str,
    allowed: std::ops::RangeInclusive<f64>,
    faults: &mut Vec<FieldFault>,
) -> T {
    let before = faults.len();
    number(page, form, field, allowed, faults);
    let read = form.value(field).parse::<i64>().ok().and_then(|value| T::try_from(value).ok());
    if read.is_none() && faults.len() == before {
        faults.push(FieldFault { field, text: page.t("fault-whole-number") });
    }
    read.unwrap_or_default()
}
