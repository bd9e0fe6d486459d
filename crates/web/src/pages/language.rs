//! `/language/{code}`: chooses the language of all pages and leads back to where the link stood.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::console::Console;
use crate::failure::Failure;
use crate::visit::{Asked, At};
use crate::{address, cookie, text};

#[derive(Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    to: String,
}

pub async fn choose(
    State(console): State<Console>,
    At(code): At<String>,
    Asked(back): Asked<Back>,
) -> Result<Response, Failure> {
    let language = text::from_code(&code).ok_or(Failure::NotFound)?;
    let to = if address::is_local(&back.to) { back.to.as_str() } else { "/" };
    let cookie = cookie::choose_language(&console.address, language);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}
