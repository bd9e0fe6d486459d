//! `/organisations`: which of the installation's organisations the pages are about.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Redirect};
use domain::Cvr;

use crate::console::Console;
use crate::failure::Failure;
use crate::layout::{self, Layout};
use crate::visit::{Posted, SignedIn};

#[derive(Template)]
#[template(path = "organisations.html")]
struct OrganisationsPage {
    page: Layout,
    organisations: Vec<Choice>,
}

struct Choice {
    name: String,
    cvr: String,
    spaced: String,
    environment: String,
    current: bool,
}

pub async fn show(signed_in: SignedIn) -> Result<Html<String>, Failure> {
    let environment = |name: &str| signed_in.t(&format!("environment-{name}"));
    let choice = |organisation: &domain::Organisation| Choice {
        name: organisation.name.clone(),
        cvr: organisation.cvr.to_string(),
        spaced: organisation.cvr.spaced(),
        environment: environment(organisation.environment.name()),
        current: organisation.cvr == signed_in.organisation.cvr,
    };
    let organisations =
        signed_in.visit.organisations.iter().map(|record| choice(&record.organisation)).collect();
    let template = OrganisationsPage { page: signed_in.layout("organisations-title"), organisations };
    Ok(Html(template.render()?))
}

pub async fn choose(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Redirect, Failure> {
    let asked = Cvr::parse(form.value("cvr")).map_err(|_| Failure::NotFound)?;
    let known = signed_in.visit.organisations.iter().any(|record| record.organisation.cvr == asked);
    if !known {
        return Err(Failure::NotFound);
    }
    identity::session::choose_organisation(&console.store, &signed_in.session, &asked).await?;
    Ok(Redirect::to(layout::home(signed_in.session.role)))
}
