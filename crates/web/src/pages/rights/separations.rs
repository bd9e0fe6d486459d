//! `/rights/separations`: adds and removes pairs of bundles that nobody may hold together.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::rights::{Key, Place, Separation};

use super::bundles::{self, Typed};
use super::proposal::{self, Present};
use super::say;
use crate::console::Console;
use crate::failure::Failure;
use crate::layout::FieldFault;
use crate::reason;
use crate::visit::{Posted, SignedIn};

/// `POST /rights/separations`
pub async fn add(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let (page, why, because) = (signed_in.layout("bundles-title"), form.value("why"), form.value("because"));
    let mut faults = Vec::new();
    if because.is_empty() {
        faults.push(FieldFault { field: "because", text: page.t("separation-no-reason") });
    }
    faults.extend(reason::fault(&page, why));
    let (first, second) = (Key::parse(form.value("first")), Key::parse(form.value("second")));
    let Ok((first, second)) = first.and_then(|first| Ok((first, second?))) else {
        faults.insert(0, FieldFault { field: "first", text: page.t("separation-choose") });
        return bundles::render(&console, &signed_in, page.with_faults(faults), None, typed(&form)).await;
    };
    let present = Present::read(&console, &signed_in).await?;
    let separation = Separation::of(first, second, because.to_owned());
    let place = Place::Separation(separation.first.clone(), separation.second.clone());
    let mut policy = present.policy().clone();
    policy.separations.insert(separation);
    let wrong = present.faults(&policy, &place);
    let wrong =
        wrong.iter().map(|(_, fault)| FieldFault { field: "first", text: say::fault(&page, &policy, fault) });
    faults.extend(wrong);
    if faults.is_empty() {
        faults.extend(proposal::save(&console, &signed_in, &form, &policy).await?);
    }
    if faults.is_empty() {
        return Ok(Redirect::to("/rights/bundles?done=separated#separations").into_response());
    }
    bundles::render(&console, &signed_in, page.with_faults(faults), None, typed(&form)).await
}

fn typed(form: &Posted) -> Typed {
    Typed {
        first: form.value("first").to_owned(),
        second: form.value("second").to_owned(),
        because: form.value("because").to_owned(),
        why: reason::shown_again(form.value("why")),
    }
}

/// `POST /rights/separations/remove`
pub async fn remove(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let (page, why) = (signed_in.layout("bundles-title"), form.value("why"));
    let mut faults: Vec<FieldFault> = reason::fault(&page, why).into_iter().collect();
    if faults.is_empty() {
        let present = Present::read(&console, &signed_in).await?;
        let mut policy = present.policy().clone();
        let (first, second) = (form.value("first"), form.value("second"));
        policy.separations.retain(|one| one.first.as_str() != first || one.second.as_str() != second);
        faults.extend(proposal::save(&console, &signed_in, &form, &policy).await?);
    }
    if faults.is_empty() {
        return Ok(Redirect::to("/rights/bundles?done=separated#separations").into_response());
    }
    bundles::render(&console, &signed_in, page.with_faults(faults), None, Typed::default()).await
}
