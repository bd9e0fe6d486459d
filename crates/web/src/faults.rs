//! Refused forms: the same page again with what is wrong, what was typed, and status 422; and what is often wrong.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;

use crate::failure::Failure;
use crate::form::Form;
use crate::layout::{FieldFault, Layout};

/// The page again, with its faults in the summary and at the fields.
pub fn refused(template: &impl Template) -> Result<Response, Failure> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}

/// The day in a field: none where it is empty, and none and a fault where it is no day.
pub fn day(page: &Layout, form: &Form, field: &'static str, faults: &mut Vec<FieldFault>) -> Option<Date> {
    let text = form.value(field);
    let day = text.parse().ok();
    if day.is_none() && !text.is_empty() {
        faults.push(FieldFault { field, text: page.t("rule-no-day") });
    }
    day
}
