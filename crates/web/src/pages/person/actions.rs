//! What may be done with one person: suspend, reactivate, end, re-open, see the CPR number.
//!
//! Each is a wish written with its reason and its record in the log in one transaction; the worker carries it out.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{IdentityId, SourceName, SourceRecord, danish_date};
use store::AuditEntry;
use store::job::{self, Wish};
use store::view::person::PersonView;
use store::{StoreError, Tx, identity, source};

use super::{Shown, find, name, render};
use crate::console::Console;
use crate::failure::Failure;
use crate::reason;
use crate::visit::{At, Posted, SignedIn};

/// Suspends now: a person's own order about one named identity is never held and goes before everything.
pub async fn suspend(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let why = full_reason(&signed_in, &form);
    if let Some(refusal) = refusal(&signed_in, &view, &why)? {
        return Ok(refusal);
    }
    if view.identity.subject.hold.is_none() {
        let held = console.store.write(|tx| {
            Box::pin(async {
                identity::hold(tx, signed_in.cvr(), id, signed_in.name(), &why).await?;
                wake(tx, &signed_in).await
            })
        });
        held.await?;
    }
    Ok(back(id, "suspended"))
}

pub async fn reactivate(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let why = form.value("why");
    if let Some(refusal) = refusal(&signed_in, &view, why)? {
        return Ok(refusal);
    }
    if view.identity.subject.hold.is_some() {
        let lifted = console.store.write(|tx| {
            Box::pin(async {
                identity::lift_hold(tx, signed_in.cvr(), id, signed_in.name(), why).await?;
                wake(tx, &signed_in).await
            })
        });
        lifted.await?;
    }
    Ok(back(id, "reactivated"))
}

/// Ends a person of the source *by hand* today.
pub async fn end(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
) -> Result<Response, Failure> {
    let today = danish_date(signed_in.now());
    change_by_hand(&console, &signed_in, id, |record| record.end = Some(today)).await?;
    Ok(back(id, "ended"))
}

/// Takes the end date away again.
pub async fn reopen(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
) -> Result<Response, Failure> {
    change_by_hand(&console, &signed_in, id, |record| record.end = None).await?;
    Ok(back(id, "reopened"))
}

/// Shows the full number once, on the answer to this form only; the purpose is in the log before it is shown.
pub async fn reveal_cpr(
    State(console): State<Console>,
    signed_in: SignedIn,
    At(id): At<IdentityId>,
    form: Posted,
) -> Result<Response, Failure> {
    let view = find(&console, &signed_in, id).await?;
    let why = form.value("why");
    if let Some(refusal) = refusal(&signed_in, &view, why)? {
        return Ok(refusal);
    }
    let Some(cpr) = view.identity.subject.desired.cpr else { return Err(Failure::NotFound) };
    let entry = AuditEntry::of(signed_in.name(), "cpr.shown", signed_in.cvr())
        .subject(&id.to_string())
        .detail(serde_json::json!({ "why": why }));
    console.store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await?;
    let digits = cpr.digits();
    let shown = digits.split_at_checked(6).map(|(date, number)| format!("{date}-{number}"));
    let page = signed_in.titled(name(&signed_in, &view));
    render(page, &signed_in, &view, Shown { cpr: shown, ..Shown::default() })
}

/// Reasons to suspend somebody at once; `other` says nothing by itself and needs words.
pub(super) const CAUSES: [&str; 3] = ["lost", "misuse", "manager"];

/// The chosen reason and what was written beside it.
fn full_reason(signed_in: &SignedIn, form: &Posted) -> String {
    let chosen = form.value("cause");
    let words = form.value("why");
    let known = CAUSES.contains(&chosen);
    let cause = if known { signed_in.t(&format!("cause-{chosen}")) } else { String::new() };
    [cause.as_str(), words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// The person's page again, if the reason will not do.
fn refusal(signed_in: &SignedIn, view: &PersonView, why: &str) -> Result<Option<Response>, Failure> {
    let page = signed_in.titled(name(signed_in, view));
    let Some(fault) = reason::fault(&page, why) else { return Ok(None) };
    let shown = Shown { why: reason::shown_again(why), ..Shown::default() };
    render(page.with_faults(vec![fault]), signed_in, view, shown).map(Some)
}

/// Asks the worker to act on what was written in the same transaction.
async fn wake(tx: &mut Tx, signed_in: &SignedIn) -> Result<(), StoreError> {
    job::ask(tx, signed_in.cvr(), &Wish::Settle, signed_in.name()).await.map(drop)
}

async fn change_by_hand(
    console: &Console,
    signed_in: &SignedIn,
    id: IdentityId,
    change: impl Fn(&mut SourceRecord) + Sync,
) -> Result<(), Failure> {
    console
        .store
        .write(|tx| {
            Box::pin(async {
                let records = source::records_of(tx, id).await?;
                let own = records.into_iter().find(|record| record.source.0 == SourceName::BY_HAND);
                let mut record = own.ok_or(Failure::NotFound)?.record;
                change(&mut record);
                source::write_by_hand(tx, &signed_in.organisation, record, signed_in.name()).await?;
                wake(tx, signed_in).await?;
                Ok(())
            })
        })
        .await
}

fn back(id: IdentityId, done: &str) -> Response {
    Redirect::to(&format!("/people/{id}?done={done}")).into_response()
}
