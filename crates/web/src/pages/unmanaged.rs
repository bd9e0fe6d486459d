//! `/unmanaged`: users in MitID Erhverv that no source knows, and what becomes of them.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::{Email, Field, Name, Observed, RemoteUuid, Rid, SourceKey, SourceRecord};
use serde::Deserialize;
use store::job::{self, Wish};
use store::view::unmanaged::{self, UnmanagedRow};
use store::{StoreError, Tx, observed, source};

use crate::console::Console;
use crate::failure::Failure;
use crate::faults::refused;
use crate::layout::{FieldFault, Layout, Section};
use crate::paging::{PAGE_SIZE, Pages};
use crate::reason;
use crate::visit::{Asked, At, Posted, SignedIn};

#[derive(Template)]
#[template(path = "unmanaged.html")]
struct UnmanagedPage {
    page: Layout,
    rows: Vec<Line>,
    pages: Pages,
    found: String,
}

struct Line {
    uuid: String,
    name: String,
    email: String,
    rid: String,
    status: String,
    first_seen: String,
    administrator: bool,
    left_alone: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    page: String,
}

pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Asked(asked): Asked<Parameters>,
) -> Result<Html<String>, Failure> {
    let page = signed_in.layout("unmanaged-title").below(Section::People);
    Ok(Html(list(&console, &signed_in, page, asked.page.parse().unwrap_or(1)).await?.render()?))
}

async fn list(
    console: &Console,
    signed_in: &SignedIn,
    page: Layout,
    asked: i64,
) -> Result<UnmanagedPage, Failure> {
    let cvr = signed_in.cvr();
    let (total, pages, rows) = console
        .store
        .read(|tx| {
            Box::pin(async {
                let total = unmanaged::count(tx, cvr).await?;
                let pages = Pages::new("/unmanaged", Vec::new(), asked, total);
                let rows = unmanaged::page(tx, cvr, (pages.current() - 1) * PAGE_SIZE, PAGE_SIZE).await?;
                Ok::<_, Failure>((total, pages, rows))
            })
        })
        .await?;
    let found = page.tn("unmanaged-found", total);
    Ok(UnmanagedPage { rows: rows.iter().map(|row| line(&page, row)).collect(), pages, found, page })
}

fn line(page: &Layout, row: &UnmanagedRow) -> Line {
    Line {
        uuid: row.uuid.to_string(),
        name: if row.name.is_empty() { page.t("person-nameless") } else { row.name.clone() },
        email: row.email.clone().unwrap_or_default(),
        rid: row.rid.clone().unwrap_or_default(),
        status: row.status.clone(),
        first_seen: page.moment(&row.first_seen_at),
        administrator: row.is_administrator,
        left_alone: row.left_alone.as_ref().map(|(by, why)| {
            page.tv("unmanaged-left-alone", &[("by", by.as_str().into()), ("why", why.as_str().into())])
        }),
    }
}

/// `POST /unmanaged/{uuid}`: adopt the user as a person by hand, or leave it alone with a reason.
pub async fn settle(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(uuid): At<RemoteUuid>,
    form: Posted,
) -> Result<Response, Failure> {
    let mut page = signed_in.layout("unmanaged-title").below(Section::People);
    "/unmanaged".clone_into(&mut page.address);
    let why = form.value("why");
    let choice = form.value("choice");
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    if !["adopt", "leave"].contains(&choice) {
        faults.push(FieldFault { field: "choice", text: page.t("unmanaged-choose") });
    }
    if !faults.is_empty() {
        return refused(&list(&console, &signed_in, page.with_faults(faults), 1).await?);
    }
    let settled = console
        .store
        .write(|tx| {
            Box::pin(async {
                let known = observed::one(tx, signed_in.cvr(), uuid).await?.ok_or(Failure::NotFound)?;
                if choice == "leave" {
                    observed::leave_alone(tx, signed_in.cvr(), uuid, signed_in.name(), why).await?;
                    return Ok::<_, Failure>(true);
                }
                Ok(adopt(tx, &signed_in, &known).await?)
            })
        })
        .await?;
    if settled {
        return Ok(Redirect::to("/unmanaged").into_response());
    }
    let fault = FieldFault { field: "choice", text: page.t("unmanaged-cannot-adopt") };
    refused(&list(&console, &signed_in, page.with_faults(vec![fault]), 1).await?)
}

/// Writes the user as a person by hand; the RID makes the match sure. `false`: too little is known of the user.
async fn adopt(tx: &mut Tx, signed_in: &SignedIn, known: &Observed) -> Result<bool, StoreError> {
    let Some(rid) = known.field(Field::Rid).and_then(|rid| Rid::parse(rid).ok()) else { return Ok(false) };
    let key = tx.new_id().to_string();
    let record = SourceRecord {
        given_name: known.field(Field::GivenName).and_then(|name| Name::parse(name).ok()),
        surname: known.field(Field::Surname).and_then(|name| Name::parse(name).ok()),
        email: known.field(Field::Email).and_then(|email| Email::parse(email).ok()),
        cpr: known.cpr,
        rid: Some(rid),
        ..SourceRecord::new(SourceKey::Text(key.clone()), key)
    };
    source::write_by_hand(tx, &signed_in.organisation, record, signed_in.name()).await?;
    job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await?;
    Ok(true)
}
