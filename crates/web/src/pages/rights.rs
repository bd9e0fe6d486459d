//! `/rights`: every right to a self-service that can be given, who holds it, and the ways to everything else about
//! rights.

pub mod administrators;
pub mod attestation;
pub mod bundle;
pub mod bundles;
pub mod drift;
pub mod file;
pub mod history;
pub mod holders;
mod navigation;
pub mod one;
mod preview;
pub mod proposal;
mod removal;
pub mod requests;
pub mod rule;
pub mod rules;
pub mod say;
pub mod separations;
mod several;
pub mod substitutes;
mod trend;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::RightId;
use domain::permission::Action as Allowed;
use domain::rights::{Policy, Scope};
use serde::Deserialize;
use store::rights::catalogue::{self, Reading};
use store::rights::policy;
use store::view::rights::{self as view, RightRow};

use super::people::Choice;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::visit::{Asked, SignedIn};

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage {
    page: Layout,
    q: String,
    shows: Vec<Choice>,
    read: Option<String>,
    fault: Option<String>,
    rights: Vec<Line>,
    found: String,
    narrowed: bool,
}

struct Line {
    address: String,
    name: String,
    managed: bool,
    vanished: Option<String>,
    holders: String,
    bundles: Vec<Link>,
}

/// A name that leads somewhere.
pub struct Link {
    pub name: String,
    pub address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    q: String,
    show: String,
}

/// More rights than MitID Erhverv has.
const MOST: i64 = 5_000;

const SHOWS: [(&str, &str); 4] = [
    ("managed", "rights-show-managed"),
    ("left-alone", "rights-show-left-alone"),
    ("held", "rights-show-held"),
    ("vanished", "rights-show-vanished"),
];

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(filters): Asked<Filters>,
) -> Result<Html<String>, Failure> {
    let cvr = signed_in.cvr();
    let (rows, policy, reading) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let rows = view::catalogue(tx, cvr, &filters.q, MOST).await?;
                let policy = policy::current(tx, cvr).await?.policy;
                Ok::<_, Failure>((rows, policy, catalogue::reading(tx, cvr).await?))
            })
        })
        .await?;
    let mut page = signed_in.layout("rights-title");
    page.section = Some(Section::Rights);
    let wanted = rows.iter().filter(|row| fits(row, &policy, &filters.show));
    let rights: Vec<Line> = wanted.map(|row| line(&page, row, &policy)).collect();
    let shows = SHOWS.map(|(value, text)| Choice {
        value: value.to_owned(),
        text: page.t(text),
        chosen: filters.show == value,
    });
    let template = RightsPage {
        found: page.tn("rights-found", i64::try_from(rights.len()).unwrap_or(i64::MAX)),
        narrowed: !filters.q.is_empty() || !filters.show.is_empty(),
        shows: shows.into(),
        read: reading.read_at.map(|at| page.t1("rights-read", &page.moment(&at))),
        fault: fault(&page, &reading),
        q: filters.q,
        rights,
        page,
    };
    Ok(Html(template.render()?))
}

fn fits(row: &RightRow, policy: &Policy, show: &str) -> bool {
    let managed = policy.managed.contains(&row.id);
    match show {
        "managed" => managed,
        "left-alone" => !managed,
        "held" => row.holders > 0,
        "vanished" => row.right.vanished_at.is_some(),
        _ => true,
    }
}

fn line(page: &Layout, row: &RightRow, policy: &Policy) -> Line {
    Line {
        address: format!("/rights/{}", row.id),
        name: row.right.name.clone(),
        managed: policy.managed.contains(&row.id),
        vanished: row.right.vanished_at.map(|at| page.t1("rights-vanished-at", &page.moment(&at))),
        holders: page.n(row.holders),
        bundles: bundles_with(policy, row.id),
    }
}

/// The bundles that give a right.
fn bundles_with(policy: &Policy, right: RightId) -> Vec<Link> {
    let gives = policy.bundles.iter().filter(|(_, one)| one.rights.iter().any(|given| given.right == right));
    gives
        .map(|(key, one)| Link { name: one.name.clone(), address: format!("/rights/bundles/{key}") })
        .collect()
}

/// Why the last reading was not believed, in the reader's language where its parts are known.
fn fault(page: &Layout, reading: &Reading) -> Option<String> {
    let fault = reading.fault.as_ref()?;
    let parts: Vec<String> = fault.parts.iter().map(|parts| page.parts(parts)).collect();
    Some(if parts.is_empty() { fault.words.clone() } else { parts.join(" ") })
}

/// The scopes that can be wished for, with their words: all of the organisation, the own place of work, named places.
pub fn scopes(page: &Layout, places: &domain::rights::Places) -> Vec<(String, String)> {
    use domain::rights::WantedScope;
    let named = |scope: Scope, name: &str| {
        let words = format::sentence(&scope.say(page.language));
        let text = if name.is_empty() { words } else { format!("{words}, {name}") };
        (scope.to_string(), text)
    };
    let plain = [WantedScope::Of(Scope::Cvr), WantedScope::OwnProductionUnit];
    let plain = plain.map(|scope| (scope.to_string(), format::sentence(&scope.say(page.language))));
    let se = places.se_numbers.iter().map(|number| named(Scope::Se(*number), ""));
    let units = places.production_units.iter();
    plain
        .into_iter()
        .chain(se)
        .chain(units.map(|(number, name)| named(Scope::ProductionUnit(*number), name)))
        .collect()
}

/// The managed rights by name, as Danes sort.
pub fn managed(entitlements: &store::rights::Entitlements) -> Vec<(RightId, String)> {
    let known = entitlements.policy.managed.iter();
    let mut named: Vec<(RightId, String)> =
        known.map(|right| (*right, say::right(&entitlements.catalogue, *right))).collect();
    named.sort_by_cached_key(|(_, name)| domain::text::danish_sort_key(name));
    named
}
