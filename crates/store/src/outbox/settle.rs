//! How an operation ended, and what follows from it for its identity: written in one transaction.

use domain::{Action, Cvr, Field, Fields, IdentityId, NewIdentity, Organisation, Profile, RemoteUuid, Told};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    StoreError, Tx, Value, identity, json,
    log::AuditEntry,
    observed,
    observed::Detail,
    outbox::{Claimed, is_held},
    rights::holding,
    unmanaged,
};

/// How a claimed operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has its effect. `created` is the UUID of a creation; `detail` what a read right after it said.
    Done { created: Option<RemoteUuid>, detail: Option<Box<Detail>> },
    /// Sent, and nobody knows.
    Unknown { why: Told, raw: String, again_at: Timestamp },
    /// Not done, and to be tried again.
    Retry { why: Told, raw: String, again_at: Timestamp },
    /// Waits for a human or the next full attempt. `uncertain`: the last answer was lost.
    Parked { why: Told, raw: String, uncertain: bool },
    /// MitID Erhverv answered 404.
    Gone,
    /// It has no effect and is not to be sent (any more): the next plan decides anew from what was read.
    Moot { why: Told, detail: Option<Box<Detail>> },
}

/// Writes how a claimed operation ended, with everything that follows from it. Where the lease was lost somebody else
/// is finding out, and nothing is written.
pub async fn settle(
    tx: &mut Tx,
    organisation: &Organisation,
    one: &Claimed,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    if !is_held(tx, one).await? {
        return Ok(());
    }
    let cvr = &organisation.cvr;
    match outcome {
        Outcome::Done { created, detail } => {
            finish(tx, one, "done", None).await?;
            consequences(tx, organisation, one, *created).await?;
            if let Some(detail) = detail {
                observed::take_detail(tx, cvr, detail).await?;
            }
            log(tx, one, "operation.done", json!({})).await
        }
        Outcome::Unknown { why, raw, again_at } => {
            put_back(tx, one, "unknown", Attempt { why, raw, again_at: *again_at, uncertain: true }).await?;
            log(tx, one, "operation.unknown", json!({ "why": why.words })).await
        }
        Outcome::Retry { why, raw, again_at } => {
            put_back(tx, one, "waiting", Attempt { why, raw, again_at: *again_at, uncertain: false }).await
        }
        Outcome::Parked { why, raw, uncertain } => {
            let again_at = tx.now();
            put_back(tx, one, "parked", Attempt { why, raw, again_at, uncertain: *uncertain }).await?;
            log(tx, one, "operation.parked", json!({ "why": why.words })).await
        }
        Outcome::Gone => settle_gone(tx, organisation, one).await,
        Outcome::Moot { why, detail } => {
            finish(tx, one, "withdrawn", Some(why)).await?;
            if let Some(detail) = detail {
                observed::take_detail(tx, cvr, detail).await?;
            }
            log(tx, one, "operation.withdrawn", json!({ "why": why.words })).await
        }
    }
}

/// A deletion of what is gone is done; anything else finds its identity gone, and the next plan asks.
async fn settle_gone(tx: &mut Tx, organisation: &Organisation, one: &Claimed) -> Result<(), StoreError> {
    if let Some(uuid) = one.action.uuid() {
        observed::note_gone(tx, &organisation.cvr, uuid).await?;
    }
    if matches!(one.action, Action::Delete(_)) {
        finish(tx, one, "done", None).await?;
        consequences(tx, organisation, one, None).await?;
        return log(tx, one, "operation.done", json!({ "gone_already": true })).await;
    }
    let gone = Told::named("outcome-gone", "the identity is gone in MitID Erhverv");
    finish(tx, one, "withdrawn", Some(&gone)).await?;
    log(tx, one, "operation.found-gone", json!({})).await
}

async fn log(
    tx: &mut Tx,
    one: &Claimed,
    action: &str,
    mut detail: serde_json::Value,
) -> Result<(), StoreError> {
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("operation".to_owned(), one.id.to_string().into());
        fields.insert("kind".to_owned(), one.action.kind().into());
    }
    let subject = one.identity.map(|identity| identity.to_string());
    let subject = subject.or_else(|| one.action.uuid().map(|uuid| uuid.to_string())).unwrap_or_default();
    tx.audit(AuditEntry::of("lokalid", action, &one.cvr).subject(&subject).detail(detail)).await
}

async fn finish(tx: &mut Tx, one: &Claimed, state: &str, outcome: Option<&Told>) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE operation SET state = $3, outcome = $4, outcome_parts = $5, raw_answer = NULL,
                   leased_by = NULL, leased_until = NULL, settled_at = $6
               WHERE plan = $1 AND number = $2 AND state = 'running'";
    let (plan, number) = (one.id.plan.0.into(), one.id.number.into());
    let words = Value::Text(outcome.map(|told| told.words.clone()));
    let parts = Value::Text(outcome.map(|told| json::text(&told.parts)));
    tx.execute_one(sql, &[plan, number, state.into(), words, parts, now.into()]).await
}

/// What is kept of an attempt that did not end it.
struct Attempt<'a> {
    why: &'a Told,
    raw: &'a str,
    again_at: Timestamp,
    /// Whether the call may have had its effect: then the time of sending stays.
    uncertain: bool,
}

async fn put_back(tx: &mut Tx, one: &Claimed, state: &str, attempt: Attempt<'_>) -> Result<(), StoreError> {
    let Attempt { why, raw, again_at, uncertain } = attempt;
    // What surely had no effect and is not wanted any more ends here.
    let sql = "UPDATE operation SET state = CASE WHEN unwanted AND NOT $7 THEN 'withdrawn' ELSE $3 END,
                   settled_at = CASE WHEN unwanted AND NOT $7 THEN $8 ELSE NULL END,
                   outcome = $4, outcome_parts = $9, raw_answer = $5, not_before = $6, leased_by = NULL, leased_until = NULL,
                   sent_at = CASE WHEN $7 THEN sent_at ELSE NULL END
               WHERE plan = $1 AND number = $2 AND state = 'running'";
    let now = tx.now();
    let (plan, number) = (one.id.plan.0.into(), one.id.number.into());
    let values = [
        plan,
        number,
        state.into(),
        why.words.as_str().into(),
        raw.into(),
        again_at.into(),
        uncertain.into(),
        now.into(),
        json::text(&why.parts).into(),
    ];
    tx.execute_one(sql, &values).await
}

/// What an operation's effect means for the identity here.
async fn consequences(
    tx: &mut Tx,
    organisation: &Organisation,
    one: &Claimed,
    created: Option<RemoteUuid>,
) -> Result<(), StoreError> {
    let Some(identity) = one.identity else {
        return match &one.action {
            Action::Suspend(uuid) => unmanaged::note_suspended(tx, &organisation.cvr, *uuid).await,
            _ => Ok(()),
        };
    };
    match &one.action {
        Action::Create(new) => {
            if let Some(uuid) = created {
                identity::link(tx, identity, uuid).await?;
                // Until it is read, it is known to be there and nothing else.
                note_created(tx, &organisation.cvr, uuid).await?;
                withdraw_other_creations(tx, identity).await?;
            }
            identity::begin_written(tx, identity, written_by_create(new)).await
        }
        Action::Adopt(uuid) => {
            identity::link(tx, identity, *uuid).await?;
            unmanaged::forget(tx, &organisation.cvr, *uuid).await?;
            let fields = Fields::from([(Field::Status, "Adopted".to_owned())]);
            identity::begin_written(tx, identity, fields).await
        }
        Action::UpdateDraft(_, profile) | Action::UpdateProfile(_, profile) => {
            identity::note_written(tx, identity, written_by_profile(profile)).await
        }
        Action::UpdateEmail(_, email) => {
            identity::note_written(tx, identity, Fields::from([(Field::Email, email.to_string())])).await
        }
        Action::SetSigning(_, allow) => {
            identity::note_written(tx, identity, Fields::from([(Field::Signing, allow.to_string())])).await
        }
        Action::Suspend(uuid) => note_status(tx, &organisation.cvr, identity, *uuid, "Suspended").await,
        Action::Reactivate(uuid) => {
            holding::doubt(tx, &organisation.cvr, *uuid).await?;
            note_status(tx, &organisation.cvr, identity, *uuid, "Active").await
        }
        Action::GiveRights(uuid, scope, rights) => {
            holding::note_given(tx, &organisation.cvr, *uuid, *scope, rights).await
        }
        Action::TakeRights(uuid, scope, rights) => {
            holding::note_taken(tx, &organisation.cvr, *uuid, *scope, rights).await
        }
        Action::Delete(uuid) => {
            let rid = observed::one(tx, &organisation.cvr, *uuid).await?;
            let rid = rid.and_then(|one| one.fields.get(&Field::Rid).cloned());
            observed::note_gone(tx, &organisation.cvr, *uuid).await?;
            identity::unlink(tx, identity, rid.as_deref()).await
        }
    }
}

/// A creation that was lost and no longer wanted as it was may have had its effect all the same. What was planned in its
/// place would make a second user; the next plan says what the first one still lacks.
async fn withdraw_other_creations(tx: &mut Tx, identity: IdentityId) -> Result<(), StoreError> {
    let now = tx.now();
    let why = Told::named("outcome-created-before", "an earlier creation had its effect after all");
    let sql = "UPDATE operation SET state = 'withdrawn', outcome = $3, outcome_parts = $4, settled_at = $2
               WHERE identity = $1 AND kind = 'create' AND state IN ('waiting', 'unknown', 'parked')";
    let (words, parts) = (why.words.into(), json::text(&why.parts).into());
    tx.execute(sql, &[identity.0.into(), now.into(), words, parts]).await.map(drop)
}

async fn note_status(
    tx: &mut Tx,
    cvr: &Cvr,
    identity: IdentityId,
    uuid: RemoteUuid,
    status: &str,
) -> Result<(), StoreError> {
    identity::note_written(tx, identity, Fields::from([(Field::Status, status.to_owned())])).await?;
    let now = tx.now();
    let sql = "UPDATE observed SET status = $3, status_at = $4, summary = NULL
               WHERE organisation = $1 AND uuid = $2";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), status.into(), now.into()]).await.map(drop)
}

async fn note_created(tx: &mut Tx, cvr: &Cvr, uuid: RemoteUuid) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "INSERT INTO observed (organisation, uuid, status, fields, administrator_roles, authenticators, sight,
                   first_seen_at, seen_at, status_at, search_text, sort_key)
               VALUES ($1, $2, 'Pending', '{}', '[]', '[]', 'not-seen', $3, $3, $3, '', '')
               ON CONFLICT (organisation, uuid) DO NOTHING";
    tx.execute(sql, &[cvr.to_string().into(), uuid.0.into(), now.into()]).await.map(drop)
}

fn written_by_create(new: &NewIdentity) -> Fields {
    let mut fields = Fields::from([
        (Field::Status, "Active".to_owned()),
        (Field::GivenName, new.given_name.to_string()),
        (Field::Surname, new.surname.to_string()),
        (Field::Email, new.email.to_string()),
        (Field::Level, new.level.wire_name().to_owned()),
        (Field::Signing, new.signing.to_string()),
    ]);
    fields.extend(new.invoice_method.map(|method| (Field::InvoiceMethod, method.to_string())));
    fields
}

fn written_by_profile(profile: &Profile) -> Fields {
    Fields::from([
        (Field::GivenName, profile.given_name.to_string()),
        (Field::Surname, profile.surname.to_string()),
        (Field::Email, profile.email.to_string()),
        (Field::Level, profile.level.wire_name().to_owned()),
    ])
}
