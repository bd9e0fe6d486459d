//! The gate before every page: is the host ours, who is asking, may they, and is a form really theirs.
//!
//! Pages never ask these questions themselves. What a route needs stands in the table of [`crate::route`].

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::permission::allows;

use crate::console::Console;
use crate::failure::Failure;
use crate::form::Form;
use crate::route::Access;
use crate::visit::{Posted, Visit};

/// Around all pages: checks the host, finds the session, and turns a [`Failure`] into its page.
pub async fn enter(State(console): State<Console>, mut request: Request, next: Next) -> Response {
    let stranger = Visit::of_a_stranger(&console, request.uri(), request.headers());
    let refused = |failure: Failure| failure.page(stranger.layout(String::new()), console.store.random());
    if !is_our_host(&console, &request) {
        return refused(Failure::WrongHost);
    }
    let visit = match stranger.clone().recognise(&console, request.headers()).await {
        Ok(visit) => visit,
        Err(fault) => return refused(fault.into()),
    };
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure.page(visit.layout(String::new()), console.store.random()),
        None => response,
    }
}

/// Around one route: may this caller, and does a form carry the token of this session?
pub async fn check(
    State((console, access)): State<(Console, Access)>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let visit = request.extensions().get::<Visit>().cloned().ok_or(Failure::NotSignedIn)?;
    admit(access, &visit)?;
    if request.method() != Method::POST {
        return Ok(next.run(request).await);
    }
    if !is_our_origin(&console, &request) {
        return Err(Failure::Forged);
    }
    let request = with_form(request, &visit).await?;
    Ok(next.run(request).await)
}

fn admit(access: Access, visit: &Visit) -> Result<(), Failure> {
    match (access, &visit.session) {
        (Access::Anyone, _) | (Access::SignedIn, Some(_)) => Ok(()),
        (_, None) => Err(Failure::NotSignedIn),
        (Access::May(action), Some(session)) if allows(session.role, action) => Ok(()),
        (Access::May(_), Some(_)) => Err(Failure::Forbidden),
    }
}

/// Reads the form and compares its token with the session's.
async fn with_form(request: Request, visit: &Visit) -> Result<Request, Failure> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let form = Form::read(request).await.map_err(|_| Failure::Unreadable)?;
    let known = visit.session.as_ref().map(|session| session.csrf.as_bytes()).unwrap_or_default();
    if known.is_empty() || !same(form.value("csrf").as_bytes(), known) {
        return Err(Failure::Forged);
    }
    let mut request = Request::from_parts(parts, Body::empty());
    request.extensions_mut().insert(Posted(Arc::new(form)));
    Ok(request)
}

/// Compares in a time that tells nothing about where the first difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn is_our_host(console: &Console, request: &Request) -> bool {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    host.is_some_and(|host| console.address.is_our_host(host))
}

/// `Sec-Fetch-Site` cannot be forged by a page; older browsers send `Origin`, which must then be ours.
/// A request with neither is no browser's, and the token decides.
fn is_our_origin(console: &Console, request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let by_fetch = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    by_fetch && text("origin").is_none_or(|origin| console.address.is_our_origin(origin))
}
