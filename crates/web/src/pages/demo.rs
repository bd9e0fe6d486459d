//! `/demo/next-day`: has the demo live through one more day.

use axum::extract::State;
use axum::response::Redirect;
use store::job::{self, Wish};

use crate::console::Console;
use crate::failure::Failure;
use crate::visit::SignedIn;

pub async fn next_day(State(console): State<Console>, signed_in: SignedIn) -> Result<Redirect, Failure> {
    if !console.is_demo {
        return Err(Failure::NotFound);
    }
    let job = console
        .store
        .write(|tx| Box::pin(async { job::ask(tx, signed_in.cvr(), &Wish::NextDay, signed_in.name()).await }))
        .await?;
    Ok(Redirect::to(&format!("/jobs/{job}")))
}
