//! `POST /rights/attestation/{id}/answers`: what somebody says to what is theirs to look through: line by line, one
//! person whole, or everything that is as it was.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::Response;
use domain::IdentityId;
use domain::rights::attestation::{AttestationRefusal, Item, Since};
use store::job::{self, Wish};
use store::rights::attestation::{self, AttestationError, NewAnswer};

use super::campaign::{Shown, View, back, find, render};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::{FieldFault, Layout};
use crate::reason;
use crate::visit::{At, Posted, SignedIn};

/// What was typed and is shown again.
#[derive(Default)]
pub struct Typed {
    /// By the number of the line.
    pub keep: BTreeMap<i64, bool>,
    pub why: BTreeMap<IdentityId, String>,
    pub faults: BTreeMap<IdentityId, String>,
}

pub async fn answer(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<i64>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let page = signed_in.layout("attestation-title");
    let mut typed = read(&view, &form);
    let answers = answers(&page, &view, &mut typed);
    let refused = |faults: Vec<FieldFault>, typed: Typed| {
        render(&signed_in, &view, Shown { faults, typed, ..Shown::default() })
    };
    if !typed.faults.is_empty() {
        return refused(faults(&view, &typed), typed);
    }
    if answers.is_empty() {
        let text = page.t("attestation-nothing-chosen");
        return refused(vec![FieldFault { field: "people", text }], typed);
    }
    let by = view.caller.reviewing();
    let removes = answers.iter().any(|one| !one.keep);
    let taken = console.store.write(|tx| {
        Box::pin(async {
            let cvr = signed_in.cvr();
            attestation::answer(tx, cvr, view.campaign.id, &by, &answers).await?;
            if removes {
                job::ask(tx, cvr, &Wish::Settle, signed_in.name()).await?;
            }
            Ok::<_, AttestationError>(())
        })
    });
    match taken.await {
        Ok(()) => Ok(back(id, "saved")),
        Err(AttestationError::Refused { item, why }) => {
            refused(vec![FieldFault { field: "people", text: refusal(&page, &view, item, why) }], typed)
        }
        Err(AttestationError::Store(fault)) => Err(fault.into()),
        Err(_) => Err(Failure::NotFound),
    }
}

/// What the form says, together with what its button adds for the lines that it leaves open.
fn read(view: &View, form: &Posted) -> Typed {
    let pressed = form.value("do");
    let whole = pressed.strip_prefix("keep-").and_then(|person| person.parse::<IdentityId>().ok());
    let adds = |item: &Item| {
        let as_it_was = pressed == "unchanged" && matches!(item.since, Since::Unchanged { .. });
        item.waits() && (as_it_was || whole == Some(item.identity))
    };
    let mut typed = Typed::default();
    for item in &view.items {
        let field = |name: &str| form.value(&format!("{name}-{}", item.number));
        let said = match field("item") {
            // As the page showed it: whoever said something else meanwhile is not overruled.
            same if !same.is_empty() && same == field("was") => None,
            "keep" => Some(true),
            "remove" => Some(false),
            _ => adds(item).then_some(true),
        };
        typed.keep.extend(said.map(|keep| (item.number, keep)));
        let why = form.value(&format!("why-{}", item.identity));
        typed.why.insert(item.identity, why.to_owned());
    }
    typed
}

/// What is new among it. People without a reason that they need are noted as faults.
fn answers(page: &Layout, view: &View, typed: &mut Typed) -> Vec<NewAnswer> {
    let mut answers = Vec::new();
    for item in &view.items {
        let Some(keep) = typed.keep.get(&item.number).copied() else { continue };
        if item.answer.as_ref().is_some_and(|answer| answer.keep == keep) {
            continue;
        }
        let why = typed.why.get(&item.identity).cloned().unwrap_or_default();
        let fault = if keep { None } else { reason::fault(page, &why) };
        if let Some(fault) = fault {
            typed.faults.insert(item.identity, fault.text);
        }
        answers.push(NewAnswer { item: item.number, keep, why: if keep { String::new() } else { why } });
    }
    for why in typed.why.values_mut() {
        *why = reason::shown_again(why);
    }
    answers
}

/// Each person with a fault by name; the links lead to the first of them, and the others stand below.
fn faults(view: &View, typed: &Typed) -> Vec<FieldFault> {
    let mut told = BTreeSet::new();
    let faulty = view.items.iter().filter(|item| told.insert(item.identity));
    let fault = |item: &Item| {
        let text = typed.faults.get(&item.identity)?;
        Some(FieldFault { field: "why", text: format!("{}: {text}", view.name(item)) })
    };
    faulty.filter_map(fault).collect()
}

fn refusal(page: &Layout, view: &View, item: i64, why: AttestationRefusal) -> String {
    let sentence = format!("{}.", format::sentence(why.say(page.language)));
    match view.items.iter().find(|one| one.number == item) {
        Some(item) => format!("{}: {sentence}", view.name(item)),
        None => sentence,
    }
}
