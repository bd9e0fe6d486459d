//! `/unmanaged`: users in MitID Erhverv that no source knows, and what becomes of them.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::permission::Action as Allowed;
use domain::{RemoteUuid, Status};
use serde::Deserialize;
use store::job::{self, Wish};
use store::view::unmanaged::{self as view, UnmanagedRow};
use store::{Tx, unmanaged};

use super::people::status_word;
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
    decided: Option<String>,
    /// MitID Erhverv suspends only who has not been suspended yet.
    can_suspend: bool,
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
                let total = view::count(tx, cvr).await?;
                let pages = Pages::new("/unmanaged", Vec::new(), asked, total);
                let rows = view::page(tx, cvr, (pages.current() - 1) * PAGE_SIZE, PAGE_SIZE).await?;
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
        status: status_word(page, &row.status),
        first_seen: page.moment(&row.first_seen_at),
        administrator: row.is_administrator,
        decided: decided(page, row),
        can_suspend: Status::from(row.status.clone()) != Status::Suspended,
    }
}

/// What somebody decided about the user, and how far that has come.
fn decided(page: &Layout, row: &UnmanagedRow) -> Option<String> {
    if let Some((by, why)) = &row.left_alone {
        let values = [("by", by.as_str().into()), ("why", why.as_str().into())];
        return Some(page.tv("unmanaged-left-alone", &values));
    }
    let order = row.to_suspend.as_ref()?;
    let key = match (order.done_at, Status::from(row.status.clone())) {
        (Some(_), _) => "unmanaged-suspended",
        (None, Status::Pending) => "unmanaged-waits",
        (None, _) => "unmanaged-to-suspend",
    };
    let at = order.done_at.map(|at| page.moment(&at)).unwrap_or_default();
    let values = [("by", order.by.as_str().into()), ("why", order.why.as_str().into()), ("at", at.into())];
    Some(page.tv(key, &values))
}

/// `POST /unmanaged/{uuid}`: adopt the user as a person by hand, have the next plan suspend it, or leave it alone.
pub async fn settle(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(uuid): At<RemoteUuid>,
    form: Posted,
) -> Result<Response, Failure> {
    let mut page = signed_in.layout("unmanaged-title").below(Section::People);
    "/unmanaged".clone_into(&mut page.address);
    let why = form.value("why");
    let choice = Choice::named(form.value("choice"));
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    if choice.is_none() {
        faults.push(FieldFault { field: "choice", text: page.t("unmanaged-choose") });
    }
    let Some(choice) = choice.filter(|_| faults.is_empty()) else {
        return refused(&list(&console, &signed_in, page.with_faults(faults), 1).await?);
    };
    let settled =
        console.store.write(|tx| Box::pin(async { choice.make(tx, &signed_in, uuid, why).await })).await?;
    let Err(fault) = settled else { return Ok(Redirect::to(&format!("/unmanaged#u{uuid}")).into_response()) };
    let fault = FieldFault { field: "choice", text: page.t(fault) };
    refused(&list(&console, &signed_in, page.with_faults(vec![fault]), 1).await?)
}

/// What becomes of a user that no source knows.
#[derive(Debug, Clone, Copy)]
enum Choice {
    Adopt,
    Suspend,
    Leave,
}

impl Choice {
    fn named(name: &str) -> Option<Self> {
        match name {
            "adopt" => Some(Self::Adopt),
            "suspend" => Some(Self::Suspend),
            "leave" => Some(Self::Leave),
            _ => None,
        }
    }

    /// Writes the decision and wakes the worker; or says which text tells why it cannot be made.
    async fn make(
        self,
        tx: &mut Tx,
        signed_in: &SignedIn,
        uuid: RemoteUuid,
        why: &str,
    ) -> Result<Result<(), &'static str>, Failure> {
        let (cvr, by) = (signed_in.cvr(), signed_in.name());
        let known = view::one(tx, cvr, uuid).await?.ok_or(Failure::NotFound)?;
        match self {
            Self::Adopt => {
                if !unmanaged::adopt(tx, &signed_in.organisation, uuid, by, why).await? {
                    return Ok(Err("unmanaged-cannot-adopt"));
                }
            }
            Self::Suspend if Status::from(known.status) == Status::Suspended => {
                return Ok(Err("unmanaged-is-suspended"));
            }
            Self::Suspend => unmanaged::ask_suspension(tx, cvr, uuid, by, why).await?,
            Self::Leave => unmanaged::leave_alone(tx, cvr, uuid, by, why).await?,
        }
        job::ask(tx, cvr, &Wish::Settle, by).await?;
        Ok(Ok(()))
    }
}
