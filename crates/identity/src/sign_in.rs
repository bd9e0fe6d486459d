//! Signing in by a one-time link: how everybody enters until log-in exists, and the way back in afterwards.
//!
//! [`invite`] makes a link for a name and a role; [`redeem`] takes it back, once, and starts a session with a new
//! secret. Both are in the log.

use domain::{PersonId, Role};
use jiff::SignedDuration;
use serde_json::json;
use store::{AuditEntry, Store, StoreError, console_session, sign_in_link};

use crate::{Limits, Secret};

/// Whom a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The name that the log will have.
    pub name: String,
    pub role: Role,
    pub person: Option<PersonId>,
    /// How long the link may wait to be used.
    pub valid_for: SignedDuration,
}

/// A link waits ten minutes unless told otherwise.
pub const DEFAULT_VALIDITY: SignedDuration = SignedDuration::from_mins(10);

/// Why a link lets nobody in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("no such sign-in link was made here; ask for a new one")]
    Unknown,
    #[error("the sign-in link was used before, and each works once; ask for a new one")]
    UsedBefore,
    #[error("the sign-in link has waited too long; ask for a new one")]
    Expired,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a link's secret. The caller puts it behind the console's address: `/sign-in/SECRET`.
pub async fn invite(store: &Store, made_by: &str, invitation: &Invitation) -> Result<Secret, StoreError> {
    let secret = Secret::new(store.random());
    let link = sign_in_link::SignInLink {
        token_hash: secret.hash(),
        name: invitation.name.clone(),
        role: invitation.role,
        person: invitation.person,
        expires_at: store.clock().now() + invitation.valid_for,
    };
    let entry = AuditEntry {
        actor: made_by.to_owned(),
        action: "sign-in.invited".to_owned(),
        organisation: None,
        subject: Some(invitation.name.clone()),
        detail: json!({ "role": invitation.role.name() }),
    };
    store
        .write(|tx| {
            Box::pin(async {
                sign_in_link::insert(tx, &link).await?;
                tx.audit(entry.clone()).await
            })
        })
        .await?;
    Ok(secret)
}

/// Takes a link's secret back and starts a session; returns the secret for the session's cookie.
pub async fn redeem(store: &Store, limits: Limits, presented: &str) -> Result<Secret, Refusal> {
    let link_hash = Secret::parse(presented).ok_or(Refusal::Unknown)?.hash();
    let cookie = Secret::new(store.random());
    let csrf = Secret::new(store.random()).reveal();
    store
        .write(|tx| {
            Box::pin(async {
                let link = match sign_in_link::use_up(tx, link_hash).await? {
                    sign_in_link::Use::First(link) => link,
                    sign_in_link::Use::UsedBefore => return Err(Refusal::UsedBefore),
                    sign_in_link::Use::Expired => return Err(Refusal::Expired),
                    sign_in_link::Use::Unknown => return Err(Refusal::Unknown),
                };
                let now = tx.now();
                console_session::delete_ended(tx, now).await?;
                let session = console_session::ConsoleSession {
                    token_hash: cookie.hash(),
                    csrf: csrf.clone(),
                    name: link.name.clone(),
                    role: link.role,
                    person: link.person,
                    organisation: None,
                    created_at: now,
                    last_seen_at: now,
                    expires_at: now + limits.absolute,
                };
                console_session::insert(tx, &session).await?;
                tx.audit(signed_in(&link)).await?;
                Ok(())
            })
        })
        .await?;
    Ok(cookie)
}

fn signed_in(link: &sign_in_link::SignInLink) -> AuditEntry {
    AuditEntry {
        actor: link.name.clone(),
        action: "sign-in.used".to_owned(),
        organisation: None,
        subject: None,
        detail: json!({ "role": link.role.name() }),
    }
}
