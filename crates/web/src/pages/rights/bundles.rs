//! `/rights/bundles`: named sets of rights, and the pairs of them that nobody may hold together.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::RightId;
use domain::permission::Action as Allowed;
use domain::rights::{Bundle, Key, Separation};
use serde::Deserialize;
use store::view::rights as view;

use super::proposal::Present;
use super::say;
use super::trend::{self, Trend};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::visit::{Asked, SignedIn};

#[derive(Template)]
#[template(path = "bundles.html")]
struct BundlesPage {
    page: Layout,
    notice: Option<String>,
    bundles: Vec<Line>,
    separations: Vec<SeparationLine>,
    version: i64,
    trend: Option<Trend>,
    typed: Typed,
}

struct Line {
    key: Key,
    name: String,
    description: String,
    rights: Vec<String>,
    sensitive: bool,
    rules: String,
    people: String,
    most: Option<String>,
}

struct SeparationLine {
    first: Key,
    second: Key,
    first_name: String,
    second_name: String,
    why: String,
}

/// What was typed into the form for a new separation.
#[derive(Default)]
pub struct Typed {
    pub first: String,
    pub second: String,
    pub because: String,
    pub why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(done): Asked<Done>,
) -> Result<Response, Failure> {
    let notice = match done.done.as_str() {
        "removed" => Some(signed_in.t("notice-bundle-removed")),
        "separated" => Some(signed_in.t("notice-separated")),
        _ => None,
    };
    let page = signed_in.layout("bundles-title");
    render(&console, &signed_in, page, notice, Typed::default()).await
}

pub async fn render(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    notice: Option<String>,
    typed: Typed,
) -> Result<Response, Failure> {
    let mut page = page.below(Section::Rights);
    "/rights/bundles".clone_into(&mut page.address);
    let present = Present::read(console, signed_in).await?;
    let policy = present.policy();
    let (moments, counts) = sensitive_holders(console, signed_in, &present).await?;
    let holders = holders(&present);
    let separation = |one: &Separation| SeparationLine {
        first_name: say::bundle(policy, &one.first),
        second_name: say::bundle(policy, &one.second),
        first: one.first.clone(),
        second: one.second.clone(),
        why: format::sentence(&one.why),
    };
    let mut bundles: Vec<Line> = policy
        .bundles
        .iter()
        .map(|(key, bundle)| line(&page, &present, key, bundle, holders.get(key).copied().unwrap_or(0)))
        .collect();
    bundles.sort_by_cached_key(|one| domain::text::danish_sort_key(&one.name));
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = BundlesPage {
        notice,
        bundles,
        separations: policy.separations.iter().map(separation).collect(),
        version: present.scene.entitlements.version,
        trend: trend::draw(&page, &moments, &counts),
        typed,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

fn line(page: &Layout, present: &Present, key: &Key, bundle: &Bundle, people: i64) -> Line {
    let rules = present.policy().rules.values().filter(|rule| rule.bundle == *key).count();
    Line {
        key: key.clone(),
        name: bundle.name.clone(),
        description: bundle.description.clone(),
        rights: say::rights(page, &present.scene.entitlements.catalogue, bundle),
        sensitive: bundle.sensitive,
        rules: page.tn("bundle-rules", i64::try_from(rules).unwrap_or(i64::MAX)),
        people: page.tn("bundle-people", people),
        most: bundle.most_holders.map(|most| page.tn("bundle-most", i64::from(most))),
    }
}

/// How many people get each bundle today.
fn holders(present: &Present) -> HashMap<Key, i64> {
    let rulebook = present.scene.rulebook(present.policy());
    let mut holders = HashMap::new();
    for person in &present.scene.people {
        let found = present.scene.evaluate(&rulebook, person);
        let bundles: BTreeSet<&Key> = found.wants.iter().filter_map(|want| want.because.bundle).collect();
        for bundle in bundles {
            *holders.entry(bundle.clone()).or_default() += 1;
        }
    }
    holders
}

async fn sensitive_holders(
    console: &Console,
    signed_in: &SignedIn,
    present: &Present,
) -> Result<(Vec<jiff::Timestamp>, Vec<i64>), Failure> {
    let sensitive = present.policy().bundles.values().filter(|bundle| bundle.sensitive);
    let rights: BTreeSet<RightId> =
        sensitive.flat_map(|bundle| &bundle.rights).map(|given| given.right).collect();
    let rights: Vec<RightId> = rights.into_iter().collect();
    if rights.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let read = console.store.read(|tx| {
        Box::pin(async {
            let first = view::first_seen(tx, signed_in.cvr()).await?;
            let moments = trend::moments(first, signed_in.now());
            let counts = view::holders_over_time(tx, signed_in.cvr(), &rights, &moments).await?;
            Ok::<_, Failure>((moments, counts))
        })
    });
    read.await
}
