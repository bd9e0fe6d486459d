//! The question before a bundle or a rule is removed, with who loses what by it, and the removal.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::rights::Policy;

use super::preview::{self, PreviewShown};
use super::proposal::{self, Present};
use crate::console::Console;
use crate::failure::Failure;
use crate::form::Form;
use crate::layout::{FieldFault, Layout, Section};
use crate::reason;
use crate::visit::SignedIn;

/// What is to be removed.
pub struct Removal {
    pub title: &'static str,
    /// The title and the address of the list that it stands in.
    pub list: (&'static str, &'static str),
    pub address: String,
    pub what: String,
    pub notes: Vec<String>,
    /// The policy without it.
    pub policy: Policy,
}

#[derive(Template)]
#[template(path = "rights_remove.html")]
struct RemovePage {
    page: Layout,
    what: String,
    notes: Vec<String>,
    preview: PreviewShown,
    action: String,
    back: String,
    button: String,
    version: i64,
    why: String,
}

/// Shows what the removal leads to. `removal`: none where there is no such thing.
pub async fn ask(
    console: &Console,
    signed_in: &SignedIn,
    removal: impl Fn(&Layout, &Present) -> Option<Removal>,
) -> Result<Response, Failure> {
    let present = Present::read(console, signed_in).await?;
    let removal = removal(&signed_in.layout("rights-title"), &present).ok_or(Failure::NotFound)?;
    show(console, signed_in, &present, removal, Vec::new(), String::new()).await
}

/// Removes it, or says why not.
pub async fn settle(
    console: &Console,
    signed_in: &SignedIn,
    form: &Form,
    removal: impl Fn(&Layout, &Present) -> Option<Removal>,
) -> Result<Response, Failure> {
    let present = Present::read(console, signed_in).await?;
    let page = signed_in.layout("rights-title");
    let mut removal = removal(&page, &present).ok_or(Failure::NotFound)?;
    let mut faults: Vec<FieldFault> = reason::fault(&page, form.value("why")).into_iter().collect();
    if faults.is_empty() {
        removal.policy.sign(present.policy(), signed_in.name());
        faults.extend(proposal::save(console, signed_in, form, &removal.policy).await?);
    }
    if faults.is_empty() {
        return Ok(Redirect::to(&format!("{}?done=removed", removal.list.1)).into_response());
    }
    show(console, signed_in, &present, removal, faults, reason::shown_again(form.value("why"))).await
}

async fn show(
    console: &Console,
    signed_in: &SignedIn,
    present: &Present,
    removal: Removal,
    faults: Vec<FieldFault>,
    why: String,
) -> Result<Response, Failure> {
    let page = signed_in.layout(removal.title).below(Section::Rights);
    let mut page = page.under(removal.list.0, removal.list.1).with_faults(faults);
    page.address = format!("{}/remove", removal.address);
    let status = if page.has_faults() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = RemovePage {
        preview: preview::of(console, &page, present, &removal.policy).await?,
        what: removal.what,
        notes: removal.notes,
        action: page.address.clone(),
        back: removal.address,
        button: page.t(removal.title),
        version: present.scene.entitlements.version,
        why,
        page,
    };
    Ok((status, Html(template.render()?)).into_response())
}
