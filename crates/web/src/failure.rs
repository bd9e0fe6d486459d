//! Why a request was not answered as asked, and the page that says so.
//!
//! A handler returns a [`Failure`]; the gate, which knows language and caller, turns it into a page. What the log
//! keeps and what the visitor reads are two texts; a reference number ties them together.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::Random;
use store::StoreError;

use crate::layout::Layout;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    #[error("nobody is signed in")]
    NotSignedIn,
    #[error("the role does not allow this")]
    Forbidden,
    /// The form's token is missing or not this session's, or the form came from another site.
    #[error("the form is not one of this session's")]
    Forged,
    #[error("there is no such page")]
    NotFound,
    #[error("the page does not take this kind of request")]
    WrongMethod,
    #[error("the host in the request is not ours")]
    WrongHost,
    #[error("the form could not be read")]
    Unreadable,
    /// No organisation is configured, so there is nothing to show yet.
    #[error("there is no organisation yet")]
    NoOrganisation,
    #[error("{0}")]
    Broken(Arc<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    pub fn broken(fault: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Broken(Arc::new(fault))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotSignedIn => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::NoOrganisation => StatusCode::OK,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The part of the text keys that names it.
    fn key(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not-signed-in",
            Self::Forbidden => "forbidden",
            Self::Forged => "forged",
            Self::NotFound => "not-found",
            Self::WrongMethod => "wrong-method",
            Self::WrongHost => "wrong-host",
            Self::Unreadable => "unreadable",
            Self::NoOrganisation => "no-organisation",
            Self::Broken(_) => "broken",
        }
    }

    /// The answer for a visitor. A broken request is logged here, once, with the reference number of the page.
    pub fn page(&self, mut layout: Layout, random: &dyn Random) -> Response {
        if matches!(self, Self::NotSignedIn) {
            return (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static("/sign-in"))])
                .into_response();
        }
        let reference = matches!(self, Self::Broken(_)).then(|| reference_number(random));
        if let Some(reference) = &reference {
            tracing::error!(error.reference = reference, error.cause = %self, "a page could not be made");
        }
        layout.title = layout.t(&format!("failure-{}-title", self.key()));
        layout.section = None;
        layout.trail.clear();
        let text = layout.t(&format!("failure-{}-text", self.key()));
        let next = layout.t(&format!("failure-{}-next", self.key()));
        let template = FailurePage { page: layout, text, next, reference };
        let body = template.render().unwrap_or_else(|_| self.to_string());
        (self.status(), Html(body)).into_response()
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Layout,
    text: String,
    next: String,
    reference: Option<String>,
}

/// Eight letters and digits that are easy to read out: no 0, 1, I or O.
fn reference_number(random: &dyn Random) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut octets = [0; 8];
    random.fill(&mut octets);
    octets.iter().filter_map(|octet| LETTERS.get(usize::from(octet & 31))).copied().map(char::from).collect()
}

/// Carried to the gate, which makes the page.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Failure {
    fn from(fault: StoreError) -> Self {
        Self::broken(fault)
    }
}

impl From<askama::Error> for Failure {
    fn from(fault: askama::Error) -> Self {
        Self::broken(fault)
    }
}
