//! `/rights/attestation`: reviews of what people have: first those in which something waits for whoever looks, then, for
//! those who see all of them, how far each is.

pub mod answers;
pub mod campaign;
pub mod new;
pub mod report;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::permission::Action as Allowed;
use domain::rights::attestation::{Campaign, Covers, Item, Since};
use domain::rights::{Catalogue, Granted, Policy};
use serde::Deserialize;
use store::rights::attestation::{self, Progress};
use store::rights::{catalogue, policy};
use store::{StoreError, Tx};

use super::requests::caller::Caller;
use super::say;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{Layout, Section};
use crate::pages::person::Badge;
use crate::paging::Pages;
use crate::visit::{Asked, SignedIn};

#[derive(Template)]
#[template(path = "attestation.html")]
struct AttestationPage {
    page: Layout,
    /// The sign-in link does not say which of the people a manager or employee is.
    nobody: bool,
    yours: Vec<Line>,
    sees_all: bool,
    all: Vec<Line>,
    pages: Pages,
}

/// A review in a list.
struct Line {
    address: String,
    name: String,
    covers: String,
    badge: Badge,
    due: String,
    progress: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Turned {
    page: String,
}

/// As many reviews as a page shows.
const ON_A_PAGE: i64 = 20;

/// What the page reads.
struct Read {
    caller: Caller,
    yours: Vec<(Campaign, usize)>,
    all: Vec<(Campaign, Progress)>,
    pages: Pages,
    policy: Policy,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(turned): Asked<Turned>,
) -> Result<Html<String>, Failure> {
    let read = console.store.read(|tx| Box::pin(async { read(tx, &signed_in, &turned).await })).await?;
    let page = signed_in.layout("attestation-title");
    let page = page.part_of_rights(Section::Attestation);
    let yours = read.yours.iter().map(|(campaign, people)| {
        let people = i64::try_from(*people).unwrap_or(i64::MAX);
        line(&page, &read.policy, campaign, page.tn("attestation-left", people))
    });
    let all = read
        .all
        .iter()
        .map(|(campaign, progress)| line(&page, &read.policy, campaign, answered(&page, *progress)));
    let template = AttestationPage {
        nobody: read.caller.is_nobody(),
        yours: yours.collect(),
        sees_all: read.caller.sees_everybody(),
        all: all.collect(),
        pages: read.pages,
        page,
    };
    Ok(Html(template.render()?))
}

async fn read(tx: &mut Tx, signed_in: &SignedIn, turned: &Turned) -> Result<Read, StoreError> {
    let cvr = signed_in.cvr();
    let caller = Caller::of(tx, signed_in).await?;
    let total = if caller.sees_everybody() { attestation::count(tx, cvr).await? } else { 0 };
    let asked = turned.page.parse().unwrap_or(1);
    let pages = Pages::of_size("/rights/attestation", Vec::new(), asked, total, ON_A_PAGE);
    let mut all = Vec::new();
    if total > 0 {
        for campaign in attestation::recent(tx, cvr, ON_A_PAGE, (pages.current() - 1) * ON_A_PAGE).await? {
            let progress = attestation::total(&attestation::progress(tx, campaign.id).await?);
            all.push((campaign, progress));
        }
    }
    let yours = if signed_in.may(Allowed::Attest) {
        attestation::open_for(tx, cvr, &caller.reviewing()).await?
    } else {
        Vec::new()
    };
    Ok(Read { yours, all, pages, policy: policy::current(tx, cvr).await?.policy, caller })
}

/// How many people wait for whoever is signed in: for the overview.
pub async fn waiting(tx: &mut Tx, signed_in: &SignedIn) -> Result<i64, StoreError> {
    let caller = Caller::of(tx, signed_in).await?;
    let open = attestation::open_for(tx, signed_in.cvr(), &caller.reviewing()).await?;
    Ok(open.iter().map(|(_, people)| i64::try_from(*people).unwrap_or(i64::MAX)).sum())
}

fn line(page: &Layout, policy: &Policy, campaign: &Campaign, progress: String) -> Line {
    Line {
        address: format!("/rights/attestation/{}", campaign.id.0),
        name: campaign.plan.name.clone(),
        covers: covers(page, policy, &campaign.plan.covers),
        badge: badge(page, campaign),
        due: page.t1("attestation-due-on", &format::date(page.language, campaign.plan.due)),
        progress,
    }
}

fn badge(page: &Layout, campaign: &Campaign) -> Badge {
    let (kind, key) = if campaign.closed.is_some() {
        ("info", "attestation-closed")
    } else if campaign.plan.due < domain::danish_date(page.now) {
        ("warning", "attestation-late")
    } else {
        ("success", "attestation-open")
    };
    Badge { kind, text: page.t(key) }
}

/// `31 af 40 svar`.
fn answered(page: &Layout, progress: Progress) -> String {
    let given = progress.items - progress.left();
    page.tv(
        "attestation-answered",
        &[("given", page.n(given).into()), ("all", page.n(progress.items).into())],
    )
}

fn covers(page: &Layout, policy: &Policy, covers: &Covers) -> String {
    match covers {
        Covers::Units(units) if units.is_empty() => page.t("attestation-covers-everybody"),
        Covers::Units(units) => {
            page.t1("attestation-covers-units", &units.iter().cloned().collect::<Vec<_>>().join(", "))
        }
        Covers::Bundles(keys) => {
            let names: Vec<String> = keys.iter().map(|key| say::bundle(policy, key)).collect();
            page.t1("attestation-covers-bundles", &names.join(", "))
        }
    }
}

/// What things are called.
pub struct Names {
    policy: Policy,
    catalogue: Catalogue,
}

impl Names {
    async fn read(tx: &mut Tx, signed_in: &SignedIn) -> Result<Self, StoreError> {
        let cvr = signed_in.cvr();
        let policy = policy::current(tx, cvr).await?.policy;
        Ok(Self { policy, catalogue: catalogue::rights(tx, cvr).await? })
    }

    /// A bundle by its name, a right with what it counts for.
    fn subject(&self, page: &Layout, item: &Item) -> String {
        match &item.subject {
            Granted::Bundle(key) => say::bundle(&self.policy, key),
            Granted::Right { right, scope } => say::wished(page, &self.catalogue, *right, *scope),
        }
    }
}

/// What is new since it was kept the last time; nothing where it never was looked through.
fn since(page: &Layout, since: &Since) -> String {
    match since {
        Since::First => String::new(),
        Since::New => page.t("attestation-new"),
        Since::Moved { unit, title } => {
            let before: Vec<&str> = [title, unit].into_iter().flatten().map(String::as_str).collect();
            page.t1("attestation-moved", &before.join(", "))
        }
        Since::Unchanged { on, by } => {
            let values = [("day", format::date(page.language, *on).into()), ("by", by.as_str().into())];
            page.tv("attestation-unchanged", &values)
        }
    }
}

/// Why somebody has it, each reason a sentence; for what nothing here gives, that.
fn grounds(page: &Layout, item: &Item) -> Vec<String> {
    if item.grounds.is_empty() {
        return vec![page.t("attestation-no-ground")];
    }
    item.grounds.iter().map(|ground| format::sentence(&ground.say(page.language))).collect()
}
