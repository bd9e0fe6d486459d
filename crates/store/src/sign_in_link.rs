//! One-time links into the console: made for a name and a role, used once.
//!
//! The link's secret is random and only its hash is kept. `identity` decides; this module stores.

use domain::{PersonId, Role};
use jiff::Timestamp;

use crate::{Row, StoreError, Tx};

/// A link as kept. `token_hash` is a SHA-256 of the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    pub token_hash: [u8; 32],
    pub name: String,
    pub role: Role,
    pub person: Option<PersonId>,
    pub expires_at: Timestamp,
}

/// What became of a link that somebody tried to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// It was good, and is now used up.
    First(SignInLink),
    UsedBefore,
    Expired,
    /// No such link was ever made.
    Unknown,
}

pub async fn insert(tx: &mut Tx, link: &SignInLink) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute_one(
        "INSERT INTO sign_in_link (token_hash, name, role, person, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            link.token_hash.into(),
            link.name.as_str().into(),
            link.role.name().into(),
            link.person.map(|person| person.0).into(),
            now.into(),
            link.expires_at.into(),
        ],
    )
    .await
}

/// Uses a link up: the change itself is the check, so of two at the same time one loses.
pub async fn use_up(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Use, StoreError> {
    let now = tx.now();
    let used = tx
        .row(
            "UPDATE sign_in_link SET used_at = $2
             WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
             RETURNING name, role, person, expires_at",
            &[token_hash.into(), now.into()],
        )
        .await?;
    if let Some(row) = used {
        return Ok(Use::First(read(&row, token_hash)?));
    }
    let known =
        tx.row("SELECT used_at FROM sign_in_link WHERE token_hash = $1", &[token_hash.into()]).await?;
    Ok(match known {
        None => Use::Unknown,
        Some(row) if row.optional_timestamp("used_at")?.is_some() => Use::UsedBefore,
        Some(_) => Use::Expired,
    })
}

/// Forgets links that ended before `before`; returns how many.
pub async fn delete_ended(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM sign_in_link WHERE expires_at < $1", &[before.into()]).await
}

fn read(row: &Row, token_hash: [u8; 32]) -> Result<SignInLink, StoreError> {
    Ok(SignInLink {
        token_hash,
        name: row.text("name")?.to_owned(),
        role: row.text("role")?.parse().map_err(|_| row.broken("role", "is not a role"))?,
        person: row.optional_uuid("person")?.map(PersonId),
        expires_at: row.timestamp("expires_at")?,
    })
}
