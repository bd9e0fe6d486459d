//! `/rights/holders/{format}`: who holds what, in which scope, since when and why, as a file; today or on a day in the
//! past.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::rights::{Assignment, By, Holding};
use domain::{IdentityId, danish_date};
use jiff::civil::Date;
use serde::Deserialize;
use store::rights::scene::{Scene, end_of};
use store::view::rights::{self as view, Held, HolderRow};
use store::{AuditEntry, StoreError, Tx};

use super::say;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::Layout;
use crate::pages::export::{self, Sheet};
use crate::visit::{Asked, At, SignedIn};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Day {
    on: String,
}

struct Facts {
    scene: Scene,
    rows: Vec<HolderRow>,
}

pub async fn export(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(format): At<String>,
    Asked(day): Asked<Day>,
) -> Result<Response, Failure> {
    let kind = export::Kind::from_name(&format).ok_or(Failure::NotFound)?;
    let on = day.on.parse::<Date>().ok();
    let facts = console.store.read(|tx| Box::pin(async { read(tx, &signed_in, on).await })).await?;
    let detail =
        serde_json::json!({ "holdings": facts.rows.len(), "format": format, "on": facts.scene.today });
    let entry = AuditEntry::of(signed_in.name(), "rights.exported", signed_in.cvr()).detail(detail);
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let page = signed_in.layout("rights-title");
    let sheet = Sheet {
        name: page.t("rights-title"),
        headings: HEADINGS.map(|heading| page.t(heading)).to_vec(),
        rows: lines(&page, &facts),
    };
    let file_name = export::file_name(&page.t("rights-title"), signed_in.cvr(), end_of(facts.scene.today));
    Ok(export::answer(kind, &file_name, &sheet)?.into_response())
}

const HEADINGS: [&str; 10] = [
    "word-name",
    "word-user-name",
    "word-unit",
    "word-job-title",
    "right-title",
    "rights-uuid",
    "rights-scope",
    "rights-since",
    "rights-managed",
    "word-why",
];

async fn read(tx: &mut Tx, signed_in: &SignedIn, on: Option<Date>) -> Result<Facts, StoreError> {
    let (cvr, now) = (signed_in.cvr(), signed_in.now());
    let past = on.filter(|on| *on < danish_date(now));
    let scene = match past {
        Some(day) => Scene::at(tx, cvr, day).await?,
        None => Scene::load(tx, cvr).await?,
    };
    let held = Held { right: None, at: past.map_or(now, end_of) };
    Ok(Facts { rows: view::holders(tx, cvr, held, 0, i64::from(u32::MAX)).await?, scene })
}

fn lines(page: &Layout, facts: &Facts) -> Vec<Vec<String>> {
    let why = reasons(page, &facts.scene);
    let line = |row: &HolderRow| {
        let person = row.identity.and_then(|identity| facts.scene.person(identity));
        let then = |pick: fn(&domain::rights::Facts) -> &Option<String>| {
            person.and_then(|person| pick(&person.facts).clone()).unwrap_or_default()
        };
        let right = match &row.holding {
            Holding::Understood(one) => one.right,
            Holding::Other(other) => other.right,
        };
        let managed = facts.scene.policy().managed.contains(&right);
        let reason = match &row.holding {
            Holding::Understood(one) => {
                row.identity.and_then(|identity| why.get(&(identity, *one)).cloned()).unwrap_or_default()
            }
            Holding::Other(_) => String::new(),
        };
        vec![
            row.name.clone(),
            row.user_name.clone().unwrap_or_default(),
            then(|facts| &facts.unit),
            then(|facts| &facts.title),
            say::right(&facts.scene.entitlements.catalogue, right),
            right.to_string(),
            say::scope(page, &row.holding),
            format::machine(row.since),
            page.t(if managed { "word-yes" } else { "word-no" }),
            reason,
        ]
    };
    facts.rows.iter().map(line).collect()
}

/// Every reason for what somebody is to hold, on that day.
fn reasons(page: &Layout, scene: &Scene) -> BTreeMap<(IdentityId, Assignment), String> {
    let rulebook = scene.rulebook(scene.policy());
    let mut reasons: BTreeMap<(IdentityId, Assignment), String> = BTreeMap::new();
    for person in &scene.people {
        for want in scene.evaluate(&rulebook, person).wants {
            let said = want.because.ground(&person.facts).say(page.language);
            let approved = match want.because.by {
                By::Rule(_, rule) => &rule.approved_by,
                By::Grant(grant) => &grant.approved_by,
            };
            let approved = page.t1("rights-approved-by", &approved.join(", "));
            let reason = reasons.entry((person.facts.identity, want.assignment)).or_default();
            if !reason.is_empty() {
                reason.push_str("; ");
            }
            reason.push_str(&[said, approved].join(", "));
        }
    }
    reasons
}
