//! The page for people: who is there, which mails were sent, and what users and administrators do in
//! the real portal. Plain HTML from the server, in Danish and (`?sprog=en`) English.

mod language;
mod views;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{NotWritten, Shared};
use crate::world::{PortalAction, PortalError, PortalRequest, PortalRight, Scope};
use language::Language;
use views::Message;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(index))
        .route("/style.css", get(style))
        .route("/organisation/{cvr}", get(organisation))
        .route("/organisation/{cvr}/mailbox", get(mailbox))
        .route("/organisation/{cvr}/user/{uuid}", get(user))
        .route("/organisation/{cvr}/user/{uuid}/{action}", post(act))
        .route("/activate/{cvr}/{uuid}/{code}", get(activation).post(activate))
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    sprog: Language,
    /// Page of a list, from 1.
    side: Option<usize>,
}

/// The fields of all forms; each uses some.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    right: Option<Uuid>,
    scope_type: Option<String>,
    scope_value: Option<String>,
    #[serde(flatten)]
    edited: Map<String, Value>,
}

/// A page, or why there is none.
type Page = Result<Html<String>, PageError>;

enum PageError {
    NotFound,
    NotWritten(NotWritten),
    Template(askama::Error),
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../templates/style.css"))
}

async fn index(State(shared): State<Arc<Shared>>, Query(choice): Query<Choice>) -> Page {
    page(&shared.with_world(|world, _, _| views::index(world, choice.sprog)).await?)
}

async fn organisation(
    State(shared): State<Arc<Shared>>,
    Path(cvr): Path<String>,
    Query(choice): Query<Choice>,
) -> Page {
    let view =
        shared.with_world(|world, _, _| views::organisation(world, &cvr, choice.side, choice.sprog)).await?;
    page(&view.ok_or(PageError::NotFound)?)
}

async fn mailbox(
    State(shared): State<Arc<Shared>>,
    Path(cvr): Path<String>,
    Query(choice): Query<Choice>,
) -> Page {
    let view =
        shared.with_world(|world, _, _| views::mailbox(world, &cvr, choice.side, choice.sprog)).await?;
    page(&view.ok_or(PageError::NotFound)?)
}

async fn user(
    State(shared): State<Arc<Shared>>,
    Path((cvr, uuid)): Path<(String, Uuid)>,
    Query(choice): Query<Choice>,
) -> Page {
    let view = shared.with_world(|world, _, _| views::user(world, &cvr, uuid, choice.sprog)).await?;
    page(&view.ok_or(PageError::NotFound)?)
}

async fn activation(
    State(shared): State<Arc<Shared>>,
    Path((cvr, uuid, code)): Path<(String, Uuid, String)>,
    Query(choice): Query<Choice>,
) -> Page {
    let view =
        shared.with_world(|world, _, _| views::activation(world, &cvr, uuid, &code, choice.sprog)).await?;
    page(&view.ok_or(PageError::NotFound)?)
}

async fn activate(
    State(shared): State<Arc<Shared>>,
    Path((cvr, uuid, code)): Path<(String, Uuid, String)>,
    Query(choice): Query<Choice>,
) -> Result<Response, PageError> {
    let work = shared.with_world(|world, now, random| world.activate_by_link(&cvr, uuid, &code, now, random));
    outcome(work.await?, &format!("/organisation/{cvr}/user/{uuid}"), choice.sprog)
}

async fn act(
    State(shared): State<Arc<Shared>>,
    Path((organisation, uuid, action)): Path<(String, Uuid, PortalAction)>,
    Query(choice): Query<Choice>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let back = match action {
        PortalAction::Delete => format!("/organisation/{organisation}"),
        _ => format!("/organisation/{organisation}/user/{uuid}"),
    };
    let right = right(&fields);
    let request = PortalRequest { organisation, action, uuid, fields: fields.edited, right };
    let done = shared.with_world(|world, now, random| world.portal(&request, now, random)).await?;
    outcome(done, &back, choice.sprog)
}

/// Back to where it can be seen, or a page that says why not.
fn outcome(done: Result<(), PortalError>, back: &str, t: Language) -> Result<Response, PageError> {
    let Err(error) = done else {
        return Ok(Redirect::to(&format!("{back}?sprog={}", t.code())).into_response());
    };
    let heading = t.of("Det kunne ikke lade sig gøre", "This could not be done");
    let message = page(&Message { t, heading, text: t.problem(&error), back: back.to_owned() })?;
    Ok((StatusCode::CONFLICT, message).into_response())
}

fn right(fields: &Fields) -> Option<PortalRight> {
    let kind = fields.scope_type.as_ref()?.parse().ok()?;
    let value = fields.scope_value.as_ref()?.trim().to_owned();
    Some(PortalRight { uuid: fields.right?, scope: Scope { kind, value } })
}

fn page(template: &impl Template) -> Page {
    template.render().map(Html).map_err(PageError::Template)
}

impl From<NotWritten> for PageError {
    fn from(error: NotWritten) -> Self {
        Self::NotWritten(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Findes ikke. / Does not exist.\n").into_response(),
            Self::NotWritten(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
            Self::Template(error) => {
                tracing::error!(%error, "a page of the emulator could not be made");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
