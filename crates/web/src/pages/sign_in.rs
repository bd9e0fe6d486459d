//! `/sign-in`: how one gets in, the one-time link itself, and `/sign-out`.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use identity::Refusal;

use crate::console::Console;
use crate::cookie;
use crate::failure::Failure;
use crate::layout::{self, Layout};
use crate::visit::{At, Visit};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Layout,
    /// Why the link that was just tried lets nobody in.
    refused: Option<String>,
    origin: String,
}

pub async fn show(State(console): State<Console>, visit: Visit) -> Result<Html<String>, Failure> {
    render(&console, &visit, None)
}

/// `GET /sign-in/{secret}`: whoever opens the link first is signed in, under a new session.
pub async fn redeem(
    State(console): State<Console>,
    visit: Visit,
    headers: HeaderMap,
    At(secret): At<String>,
) -> Result<Response, Failure> {
    if is_only_looking(&headers) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let refused = match identity::sign_in::redeem(&console.store, console.limits, &secret).await {
        Ok(session) => {
            if let Some(before) = &visit.session {
                identity::session::end(&console.store, before).await?;
            }
            let secret = session.reveal();
            let now = console.store.clock().now();
            let begun = identity::session::find(&console.store, console.limits, now, &secret).await?;
            let home = begun.map_or("/", |session| layout::home(session.role));
            let cookie = cookie::begin_session(&console.address, &secret);
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to(home)).into_response());
        }
        Err(Refusal::Unknown) => "sign-in-unknown",
        Err(Refusal::UsedBefore) => "sign-in-used",
        Err(Refusal::Expired) => "sign-in-expired",
        Err(Refusal::Store(fault)) => return Err(fault.into()),
    };
    let visit = Visit { address: "/sign-in".to_owned(), ..visit };
    Ok((StatusCode::FORBIDDEN, render(&console, &visit, Some(refused))?).into_response())
}

/// `HEAD /sign-in/{secret}`: mail filters and chat programs look at links before people do; that must not use them.
pub async fn look() -> StatusCode {
    StatusCode::NO_CONTENT
}

pub async fn sign_out(State(console): State<Console>, visit: Visit) -> Result<Response, Failure> {
    if let Some(session) = &visit.session {
        identity::session::end(&console.store, session).await?;
    }
    let cookie = cookie::end_session(&console.address);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

/// A browser that fetches ahead says so, and its user has not opened anything yet.
fn is_only_looking(headers: &HeaderMap) -> bool {
    let purpose = headers.get("sec-purpose").or_else(|| headers.get("purpose"));
    purpose.and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("prefetch"))
}

fn render(console: &Console, visit: &Visit, refused: Option<&str>) -> Result<Html<String>, Failure> {
    let page = visit.layout(crate::text::say(visit.language, "sign-in-title"));
    let refused = refused.map(|key| page.t(key));
    let template = SignInPage { page, refused, origin: console.address.origin() };
    Ok(Html(template.render()?))
}
