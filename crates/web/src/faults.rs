//! Refused forms: the same page again with what is wrong, what was typed, and status 422.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::failure::Failure;

/// The page again, with its faults in the summary and at the fields.
pub fn refused(template: &impl Template) -> Result<Response, Failure> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}
