//! `/people`: everybody, searched, filtered, sorted and exported.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::Cpr;
use domain::permission::Action as Allowed;
use jiff::SignedDuration;
use serde::Deserialize;
use store::AuditEntry;
use store::view::people::{self, Narrow, Order, PersonRow, Standing};

use super::export::{self, Sheet};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{FieldFault, Layout, Section};
use crate::paging::{PAGE_SIZE, Pages};
use crate::visit::{Asked, At, Posted, SignedIn};
use crate::{address, reason};

/// The filters as they stand in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    q: String,
    status: String,
    unit: String,
    show: String,
    days: String,
    sort: String,
    page: String,
}

impl Filters {
    fn asked(&self) -> people::Asked {
        let days: i64 = self.days.parse().unwrap_or(0);
        let narrow = match self.show.as_str() {
            "not-activated" => Narrow::NotActivated(SignedDuration::from_hours(days.clamp(0, 3650) * 24)),
            "no-authenticator" => Narrow::NoAuthenticator,
            "drift" => Narrow::Drift,
            "out-of-step" => Narrow::OutOfStep,
            "held" => Narrow::Held,
            "left" => Narrow::Left,
            _ => Narrow::None,
        };
        let order = match self.sort.as_str() {
            "waiting" => Order::Waiting,
            "unit" => Order::Unit,
            _ => Order::Name,
        };
        let standing = Standing::from_name(&self.status);
        people::Asked { search: self.q.clone(), standing, unit: self.unit.clone(), narrow, order }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("q", &self.q),
            ("status", &self.status),
            ("unit", &self.unit),
            ("show", &self.show),
            ("days", &self.days),
            ("sort", &self.sort),
        ];
        pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect()
    }

    fn address(&self, path: &str) -> String {
        let pairs = self.pairs();
        address::with_query(path, pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Layout,
    filters: Filters,
    statuses: Vec<Choice>,
    units: Vec<Choice>,
    shows: Vec<Choice>,
    sorts: Vec<Choice>,
    found: String,
    people: Vec<PersonLine>,
    pages: Pages,
    narrowed: bool,
    csv: String,
    xlsx: String,
}

/// An option of a list to choose from.
pub struct Choice {
    pub value: String,
    pub text: String,
    pub chosen: bool,
}

/// A person in the table.
struct PersonLine {
    address: String,
    name: String,
    user_name: String,
    email: String,
    unit: String,
    status: String,
    kind: &'static str,
    note: String,
    drift: Option<String>,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(filters): Asked<Filters>,
) -> Result<Html<String>, Failure> {
    let asked = filters.asked();
    let cvr = signed_in.cvr();
    let asked_page = filters.page.parse().unwrap_or(1);
    let (total, pages, rows, units) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let total = people::count(tx, cvr, &asked).await?;
                let pages = Pages::new("/people", filters.pairs(), asked_page, total);
                let offset = (pages.current() - 1) * PAGE_SIZE;
                let rows = people::page(tx, cvr, &asked, offset, PAGE_SIZE).await?;
                Ok::<_, Failure>((total, pages, rows, people::units(tx, cvr).await?))
            })
        })
        .await?;
    let mut page = signed_in.layout("people-title");
    page.section = Some(Section::People);
    let template = PeoplePage {
        statuses: choices(&page, "status", &Standing::ALL.map(Standing::name), &filters.status),
        units: units
            .into_iter()
            .map(|unit| Choice { chosen: unit == filters.unit, text: unit.clone(), value: unit })
            .collect(),
        shows: choices(&page, "show", &SHOWS, &filters.show),
        sorts: choices(&page, "sort", &["name", "waiting", "unit"], &filters.sort),
        found: page.tn("people-found", total),
        people: rows.iter().map(|row| line(&page, row)).collect(),
        pages,
        narrowed: !filters.pairs().is_empty(),
        csv: filters.address("/people/export/csv"),
        xlsx: filters.address("/people/export/xlsx"),
        filters,
        page,
    };
    Ok(Html(template.render()?))
}

const SHOWS: [&str; 6] = ["not-activated", "no-authenticator", "drift", "out-of-step", "held", "left"];

fn choices(page: &Layout, what: &str, values: &[&str], chosen: &str) -> Vec<Choice> {
    let choice = |value: &&str| Choice {
        value: (*value).to_owned(),
        text: page.t(&format!("people-{what}-{value}")),
        chosen: *value == chosen,
    };
    values.iter().map(choice).collect()
}

fn line(page: &Layout, row: &PersonRow) -> PersonLine {
    let (status, kind) = standing(page, row.standing);
    PersonLine {
        address: format!("/people/{}", row.id),
        name: if row.name.is_empty() { page.t("person-nameless") } else { row.name.clone() },
        user_name: row.user_name.clone().unwrap_or_default(),
        email: row.email.clone().unwrap_or_default(),
        unit: row.unit.clone().unwrap_or_default(),
        status,
        kind,
        note: note(page, row),
        drift: (row.drift > 0).then(|| page.tn("people-drift", row.drift)),
    }
}

/// The word for a status of MitID Erhverv; one that we do not know stands as it came.
pub fn status_word(page: &Layout, wire_name: &str) -> String {
    match domain::Status::from(wire_name.to_owned()) {
        domain::Status::Active => page.t("people-status-active"),
        domain::Status::Pending => page.t("people-status-pending"),
        domain::Status::Suspended => page.t("people-status-suspended"),
        domain::Status::Other(word) => word,
    }
}

/// The word for a status, and the colour that goes with it.
pub fn standing(page: &Layout, standing: Standing) -> (String, &'static str) {
    let kind = match standing {
        Standing::Active => "success",
        Standing::Pending | Standing::NotCreated => "info",
        Standing::Suspended | Standing::Other => "warning",
        Standing::Gone => "error",
    };
    (page.t(&format!("people-status-{}", standing.name())), kind)
}

fn note(page: &Layout, row: &PersonRow) -> String {
    let mut notes = Vec::new();
    if row.held_by.is_some() {
        notes.push(page.t("people-note-held"));
    }
    if row.left {
        notes.push(page.t("people-note-left"));
    }
    if row.without_authenticator {
        notes.push(page.t("people-note-no-authenticator"));
    }
    if let (Standing::Pending, Some(since)) = (row.standing, row.standing_since) {
        notes.push(page.tn("people-note-waited", format::days_between(since, page.now)));
    }
    notes.join(". ")
}

/// `GET /people/export/{format}`: everybody that the filters leave, as a file. CPR numbers are never in it.
pub async fn export(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(format): At<String>,
    Asked(filters): Asked<Filters>,
) -> Result<Response, Failure> {
    let kind = export::Kind::from_name(&format).ok_or(Failure::NotFound)?;
    let asked = filters.asked();
    let cvr = signed_in.cvr();
    let rows = console
        .store
        .read(|tx| Box::pin(async { people::page(tx, cvr, &asked, 0, i64::from(u32::MAX)).await }))
        .await?;
    let detail =
        serde_json::json!({ "people": rows.len(), "format": format, "filters": filters.pairs().len() });
    let entry = AuditEntry::of(signed_in.name(), "people.exported", cvr).detail(detail);
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let page = signed_in.layout("people-title");
    let sheet = Sheet {
        name: page.t("people-title"),
        headings: EXPORTED.map(|heading| page.t(heading)).to_vec(),
        rows: rows.iter().map(|row| cells(&page, row)).collect(),
    };
    let file_name = export::file_name(&page.t("people-title"), cvr, page.now);
    Ok(export::answer(kind, &file_name, &sheet)?.into_response())
}

const EXPORTED: [&str; 10] = [
    "word-name",
    "word-user-name",
    "word-email",
    "word-unit",
    "word-job-title",
    "word-rid",
    "word-uuid",
    "word-status",
    "people-since",
    "people-drift-heading",
];

fn cells(page: &Layout, row: &PersonRow) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        row.name.clone(),
        text(&row.user_name),
        text(&row.email),
        text(&row.unit),
        text(&row.title),
        text(&row.rid),
        row.uuid.map(|uuid| uuid.to_string()).unwrap_or_default(),
        standing(page, row.standing).0,
        row.standing_since.map(format::machine).unwrap_or_default(),
        row.drift.to_string(),
    ]
}

#[derive(Template)]
#[template(path = "by_cpr.html")]
struct ByCprPage {
    page: Layout,
    purpose: String,
}

/// `GET /people/by-cpr`
pub async fn ask_cpr(signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let page = signed_in.layout("by-cpr-title").below(Section::People);
    Ok(Html(ByCprPage { page, purpose: String::new() }.render()?))
}

/// `POST /people/by-cpr`: the number travels in the form, never in an address, and the purpose is logged.
pub async fn find_cpr(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let purpose = form.value("why");
    let cpr = Cpr::parse(form.value("cpr"));
    let mut page = signed_in.layout("by-cpr-title").below(Section::People);
    let mut faults = Vec::new();
    if cpr.is_err() {
        faults.push(FieldFault { field: "cpr", text: page.t("fault-cpr") });
    }
    faults.extend(reason::fault(&page, purpose));
    let (Ok(cpr), true) = (cpr, faults.is_empty()) else {
        "/people/by-cpr".clone_into(&mut page.address);
        let page = page.with_faults(faults);
        return crate::faults::refused(&ByCprPage { page, purpose: reason::shown_again(purpose) });
    };
    let cvr = signed_in.cvr();
    let found = console
        .store
        .write(|tx| {
            Box::pin(async {
                let found = people::with_cpr(tx, cvr, &cpr).await?;
                let detail = serde_json::json!({ "why": purpose, "found": found.len() });
                let mut entry = AuditEntry::of(signed_in.name(), "cpr.searched", cvr).detail(detail);
                if let Some(id) = found.first() {
                    entry = entry.subject(&id.to_string());
                }
                tx.audit(entry).await?;
                Ok::<_, Failure>(found)
            })
        })
        .await?;
    if let Some(id) = found.first() {
        return Ok(Redirect::to(&format!("/people/{id}")).into_response());
    }
    let fault = FieldFault { field: "cpr", text: page.t("by-cpr-nobody") };
    "/people/by-cpr".clone_into(&mut page.address);
    let page = page.with_faults(vec![fault]);
    crate::faults::refused(&ByCprPage { page, purpose: purpose.to_owned() })
}
