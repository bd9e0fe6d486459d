//! `/rights/file`: the whole policy as one file, to keep and compare, and to take in again.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::danish_date;
use domain::permission::Action as Allowed;
use domain::rights::file::{self, FileFault};
use store::AuditEntry;
use store::rights::Entitlements;

use super::preview::{self, PreviewShown};
use super::proposal::{self, Present};
use crate::console::Console;
use crate::failure::Failure;
use crate::form::Upload;
use crate::layout::{FieldFault, Layout, Section};
use crate::reason;
use crate::visit::{Asked, Posted, SignedIn};

#[derive(Template)]
#[template(path = "rights_file.html")]
struct FilePage {
    page: Layout,
    notice: Option<String>,
    faults: Vec<Wrong>,
    /// A file that can be taken in, with what that would lead to.
    proposal: Option<Proposal>,
    why: String,
}

/// One thing that is wrong with the file.
struct Wrong {
    line: Option<String>,
    text: String,
}

struct Proposal {
    text: String,
    version: i64,
    preview: PreviewShown,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

pub async fn show(signed_in: SignedIn, Asked(done): Asked<Done>) -> Result<Response, Failure> {
    let notice = (done.done == "saved").then(|| signed_in.t("notice-policy-saved"));
    answer(&FilePage {
        page: page(&signed_in),
        notice,
        faults: Vec::new(),
        proposal: None,
        why: String::new(),
    })
}

fn page(signed_in: &SignedIn) -> Layout {
    let mut page = signed_in.layout("rights-file-title").below(Section::Rights);
    "/rights/file".clone_into(&mut page.address);
    page
}

fn answer(template: &FilePage) -> Result<Response, Failure> {
    let wrong = template.page.has_faults() || !template.faults.is_empty();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Html(template.render()?)).into_response())
}

/// `GET /rights/file/download`
pub async fn download(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Failure> {
    let cvr = signed_in.cvr();
    let found = console.store.read(|tx| Box::pin(async { Entitlements::load(tx, cvr).await })).await?;
    let detail = serde_json::json!({ "version": found.version, "format": "toml" });
    let entry = AuditEntry::of(signed_in.name(), "rights.exported", cvr).detail(detail);
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let text = file::write(&found.policy, &found.catalogue, cvr);
    let name = format!("attachment; filename=\"rights-{cvr}-{}.toml\"", danish_date(signed_in.now()));
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, text).into_response())
}

/// `POST /rights/file`: what a chosen file would lead to, or what is wrong with it.
pub async fn upload(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let page = page(&signed_in);
    let refused = |key: &str| {
        let fault = FieldFault { field: "file", text: page.t(key) };
        let page = page.clone().with_faults(vec![fault]);
        answer(&FilePage { page, notice: None, faults: Vec::new(), proposal: None, why: String::new() })
    };
    let text = match form.file("file") {
        Upload::Nothing => return refused("rights-file-none"),
        Upload::TooLarge => return refused("rights-file-too-large"),
        Upload::Octets(octets) => std::str::from_utf8(octets).map(str::to_owned),
    };
    let Ok(text) = text else { return refused("rights-file-no-text") };
    look_at(&console, &signed_in, text, Vec::new(), String::new()).await
}

/// The page for a file that was read: its faults, or its consequences and the form that takes it in.
async fn look_at(
    console: &Console,
    signed_in: &SignedIn,
    text: String,
    faults: Vec<FieldFault>,
    why: String,
) -> Result<Response, Failure> {
    let page = page(signed_in).with_faults(faults);
    let present = Present::read(console, signed_in).await?;
    let mut new = match file::read(&text, signed_in.cvr(), present.known()) {
        Ok(new) => new,
        Err(found) => {
            let faults = found.0.iter().map(|fault| wrong(&page, fault)).collect();
            return answer(&FilePage { page, notice: None, faults, proposal: None, why });
        }
    };
    new.sign(present.policy(), signed_in.name());
    let preview = preview::of(console, &page, &present, &new).await?;
    let proposal = Some(Proposal { text, version: present.scene.entitlements.version, preview });
    answer(&FilePage { page, notice: None, faults: Vec::new(), proposal, why })
}

fn wrong(page: &Layout, fault: &FileFault) -> Wrong {
    let line = fault.line.map(|line| page.t1("rights-file-line", &line.to_string()));
    Wrong { line, text: fault.say(page.language) }
}

/// `POST /rights/file/save`: takes in the file that was looked at.
pub async fn save(
    State(console): State<Console>,
    signed_in: SignedIn,
    form: Posted,
) -> Result<Response, Failure> {
    let why = form.value("why");
    let text = form.exactly("text").to_owned();
    let mut faults: Vec<FieldFault> = reason::fault(&page(&signed_in), why).into_iter().collect();
    if faults.is_empty() {
        let present = Present::read(&console, &signed_in).await?;
        if let Ok(mut new) = file::read(&text, signed_in.cvr(), present.known()) {
            new.sign(present.policy(), signed_in.name());
            match proposal::save(&console, &signed_in, &form, &new).await? {
                None => return Ok(Redirect::to("/rights/file?done=saved").into_response()),
                Some(fault) => faults.push(fault),
            }
        }
    }
    look_at(&console, &signed_in, text, faults, reason::shown_again(why)).await
}
