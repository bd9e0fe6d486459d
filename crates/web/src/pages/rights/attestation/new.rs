//! `/rights/attestation/new`: what a review looks through, until when, and who is told; with a look at how large it
//! would be before anybody is.

use std::collections::{BTreeSet, HashSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::rights::attestation::{CampaignFault, CampaignPlan, Covers, Item};
use domain::rights::{Key, Policy};
use domain::{danish_date, text::danish_sort_key};
use jiff::civil::Date;
use store::rights::attestation::{self, AttestationError};
use store::rights::{facts, policy};
use store::{StoreError, Tx};

use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{FieldFault, Layout};
use crate::pages::people::Choice;
use crate::pages::rights::several::Several;
use crate::reason;
use crate::visit::{Posted, SignedIn};

#[derive(Template)]
#[template(path = "attestation_new.html")]
struct NewPage {
    page: Layout,
    name: String,
    by_bundle: bool,
    units: Several,
    known_units: BTreeSet<String>,
    bundles: Vec<Choice>,
    due: String,
    removal: String,
    reminders: String,
    escalation: String,
    /// How large it would be.
    preview: Option<String>,
}

/// What was typed, as it was typed.
struct Typed {
    name: String,
    by_bundle: bool,
    units: BTreeSet<String>,
    bundles: BTreeSet<Key>,
    due: String,
    removal: String,
    reminders: String,
    escalation: String,
}

/// Days for answers, and from the last of them to the day of removal, where nothing else is said.
const DAYS_TO_ANSWER: i64 = 28;
const DAYS_TO_REMOVAL: i64 = 7;
const REMINDERS: &str = "14, 7, 3";
const ESCALATION: &str = "5";

/// `GET /rights/attestation/new`
pub async fn blank(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Failure> {
    let day = |days: i64| {
        let today = danish_date(signed_in.now());
        today.saturating_add(jiff::Span::new().days(days)).to_string()
    };
    let typed = Typed {
        name: String::new(),
        by_bundle: false,
        units: BTreeSet::new(),
        bundles: BTreeSet::new(),
        due: day(DAYS_TO_ANSWER),
        removal: day(DAYS_TO_ANSWER + DAYS_TO_REMOVAL),
        reminders: REMINDERS.to_owned(),
        escalation: ESCALATION.to_owned(),
    };
    render(&console, &signed_in, Vec::new(), &typed, None).await
}

/// `POST /rights/attestation/new`
pub async fn begin(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = signed_in.layout("attestation-new-title");
    let typed = Typed::of(&form);
    let plan = match typed.plan(&page) {
        Ok(plan) => plan,
        Err(faults) => return render(&console, &signed_in, faults, &typed, None).await,
    };
    let cvr = signed_in.cvr();
    if form.value("do") == "preview" {
        let looked =
            console.store.read(|tx| Box::pin(async { attestation::preview(tx, cvr, &plan).await })).await;
        return match looked {
            Ok(items) => render(&console, &signed_in, Vec::new(), &typed, Some(size(&page, &items))).await,
            Err(fault) => render(&console, &signed_in, faults(&page, fault)?, &typed, None).await,
        };
    }
    let (by, telling) = (signed_in.name(), console.telling());
    let begun = console
        .store
        .write(|tx| Box::pin(async { attestation::begin(tx, cvr, &plan, by, telling).await }))
        .await;
    match begun {
        Ok(campaign) => {
            let address = format!("/rights/attestation/{}?done=begun", campaign.id.0);
            Ok(Redirect::to(&address).into_response())
        }
        Err(fault) => render(&console, &signed_in, faults(&page, fault)?, &typed, None).await,
    }
}

impl Typed {
    fn of(form: &Posted) -> Self {
        Self {
            name: form.value("name").to_owned(),
            by_bundle: form.value("covers") == "bundles",
            units: form.values("units").map(str::to_owned).collect(),
            bundles: form.values("bundle").filter_map(|key| key.parse().ok()).collect(),
            due: form.value("due").to_owned(),
            removal: form.value("removal").to_owned(),
            reminders: form.value("reminders").to_owned(),
            escalation: form.value("escalation").to_owned(),
        }
    }

    fn plan(&self, page: &Layout) -> Result<CampaignPlan, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut take = |field: &'static str, key: &str| faults.push(FieldFault { field, text: page.t(key) });
        let mut day = |field, text: &str| {
            text.parse::<Date>().unwrap_or_else(|_| {
                take(field, "attestation-no-day");
                Date::MAX
            })
        };
        let (due, removal) = (day("due", &self.due), day("removal", &self.removal));
        let mut days = |field, text: &str| {
            text.parse::<i32>().map_err(|_| take(field, "attestation-no-number")).unwrap_or(1)
        };
        let reminders = self.reminders.split([',', ' ', ';']).filter(|text| !text.is_empty());
        let reminders = reminders.map(|text| days("reminders", text)).collect();
        let escalation = (!self.escalation.is_empty()).then(|| days("escalation", &self.escalation));
        if reason::looks_like_cpr(&self.name) {
            faults.push(FieldFault { field: "name", text: page.t("request-has-cpr") });
        }
        if self.units.iter().any(|unit| reason::looks_like_cpr(unit)) {
            faults.push(FieldFault { field: "units", text: page.t("request-has-cpr") });
        }
        let covers = if self.by_bundle {
            Covers::Bundles(self.bundles.clone())
        } else {
            Covers::Units(self.units.clone())
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(CampaignPlan { name: self.name.clone(), covers, due, removal, reminders, escalation })
    }
}

fn faults(page: &Layout, fault: AttestationError) -> Result<Vec<FieldFault>, Failure> {
    match fault {
        AttestationError::Faults(faults) => Ok(faults.iter().map(|fault| field_fault(page, fault)).collect()),
        AttestationError::Store(fault) => Err(fault.into()),
        other => Err(Failure::broken(other)),
    }
}

fn field_fault(page: &Layout, fault: &CampaignFault) -> FieldFault {
    let field = match fault {
        CampaignFault::NoName => "name",
        CampaignFault::DueBeforeToday => "due",
        CampaignFault::RemovalBeforeDue => "removal",
        CampaignFault::UnknownUnit(_) => "units",
        CampaignFault::UnknownBundle(_) | CampaignFault::NoBundle => "bundles",
        CampaignFault::BadReminder(_) => "reminders",
        CampaignFault::Nothing => "covers",
    };
    FieldFault { field, text: format!("{}.", format::sentence(&fault.say(page.language))) }
}

/// `240 rettigheder og pakker hos 60 personer. 12 ledere svarer.`
fn size(page: &Layout, items: &[Item]) -> String {
    let number = |many: usize| page.n(i64::try_from(many).unwrap_or(i64::MAX));
    let people: HashSet<_> = items.iter().map(|item| item.identity).collect();
    let reviewers: HashSet<_> = items.iter().filter_map(|item| item.reviewer).collect();
    let nobodys = items.iter().filter(|item| item.reviewer.is_none()).count();
    let values = [
        ("items", number(items.len()).into()),
        ("people", number(people.len()).into()),
        ("reviewers", number(reviewers.len()).into()),
    ];
    let first = page.tv("attestation-size", &values);
    let rest = page.tn("attestation-size-nobodys", i64::try_from(nobodys).unwrap_or(i64::MAX));
    if nobodys == 0 { first } else { format!("{first} {rest}") }
}

async fn render(
    console: &Console,
    signed_in: &SignedIn,
    faults: Vec<FieldFault>,
    typed: &Typed,
    preview: Option<String>,
) -> Result<Response, Failure> {
    let (policy, known_units) =
        console.store.read(|tx| Box::pin(async { Ok::<_, Failure>(choices(tx, signed_in).await?) })).await?;
    let mut page = signed_in.layout("attestation-new-title").below_attestation().with_faults(faults);
    "/rights/attestation/new".clone_into(&mut page.address);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut bundles: Vec<Choice> = policy
        .bundles
        .iter()
        .map(|(key, bundle)| Choice {
            value: key.to_string(),
            text: bundle.name.clone(),
            chosen: typed.bundles.contains(key),
        })
        .collect();
    bundles.sort_by_cached_key(|one| danish_sort_key(&one.text));
    let units = typed.units.iter().map(|unit| reason::shown_again(unit)).collect();
    let words = ("attestation-units", "attestation-units-hint");
    let template = NewPage {
        name: reason::shown_again(&typed.name),
        by_bundle: typed.by_bundle,
        units: Several::new(&page, "units", words, Some("known-units"), &units),
        known_units,
        bundles,
        due: typed.due.clone(),
        removal: typed.removal.clone(),
        reminders: typed.reminders.clone(),
        escalation: typed.escalation.clone(),
        preview,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}

async fn choices(tx: &mut Tx, signed_in: &SignedIn) -> Result<(Policy, BTreeSet<String>), StoreError> {
    let cvr = signed_in.cvr();
    Ok((policy::current(tx, cvr).await?.policy, facts::names(tx, cvr).await?.units))
}
