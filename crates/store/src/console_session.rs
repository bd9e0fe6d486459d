//! Who is signed in to the console. The cookie's secret is random and only its hash is kept.

use domain::{Cvr, PersonId, Role};
use jiff::Timestamp;

use crate::{Row, StoreError, Tx};

/// A session as kept. `token_hash` is a SHA-256 of the cookie's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSession {
    pub token_hash: [u8; 32],
    /// Stands in every form; a request that changes something must carry it.
    pub csrf: String,
    pub name: String,
    pub role: Role,
    pub person: Option<PersonId>,
    /// The organisation that the pages show; `None` until one is chosen.
    pub organisation: Option<Cvr>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// The absolute limit, whatever happens in between.
    pub expires_at: Timestamp,
}

pub async fn insert(tx: &mut Tx, session: &ConsoleSession) -> Result<(), StoreError> {
    tx.execute_one(
        "INSERT INTO console_session
             (token_hash, csrf, name, role, person, organisation, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            session.token_hash.into(),
            session.csrf.as_str().into(),
            session.name.as_str().into(),
            session.role.name().into(),
            session.person.map(|person| person.0).into(),
            session.organisation.as_ref().map(ToString::to_string).into(),
            session.created_at.into(),
            session.last_seen_at.into(),
            session.expires_at.into(),
        ],
    )
    .await
}

pub async fn find(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<ConsoleSession>, StoreError> {
    let row = tx
        .row(
            "SELECT csrf, name, role, person, organisation, created_at, last_seen_at, expires_at
             FROM console_session WHERE token_hash = $1",
            &[token_hash.into()],
        )
        .await?;
    row.map(|row| read(&row, token_hash)).transpose()
}

/// Notes that the session was used now.
pub async fn touch(tx: &mut Tx, token_hash: [u8; 32]) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE console_session SET last_seen_at = $2 WHERE token_hash = $1";
    tx.execute(sql, &[token_hash.into(), now.into()]).await.map(|_| ())
}

/// Chooses the organisation that the pages show.
pub async fn choose(tx: &mut Tx, token_hash: [u8; 32], organisation: &Cvr) -> Result<(), StoreError> {
    let sql = "UPDATE console_session SET organisation = $2 WHERE token_hash = $1";
    tx.execute_one(sql, &[token_hash.into(), organisation.to_string().into()]).await
}

/// Ends a session; nothing happens if it has ended already.
pub async fn delete(tx: &mut Tx, token_hash: [u8; 32]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM console_session WHERE token_hash = $1", &[token_hash.into()]).await.map(|_| ())
}

/// Forgets sessions past their absolute limit; returns how many.
pub async fn delete_ended(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM console_session WHERE expires_at < $1", &[before.into()]).await
}

fn read(row: &Row, token_hash: [u8; 32]) -> Result<ConsoleSession, StoreError> {
    let organisation = row.optional_text("organisation")?.map(Cvr::parse).transpose();
    Ok(ConsoleSession {
        token_hash,
        csrf: row.text("csrf")?.to_owned(),
        name: row.text("name")?.to_owned(),
        role: row.text("role")?.parse().map_err(|_| row.broken("role", "is not a role"))?,
        person: row.optional_uuid("person")?.map(PersonId),
        organisation: organisation.map_err(|_| row.broken("organisation", "is not a CVR number"))?,
        created_at: row.timestamp("created_at")?,
        last_seen_at: row.timestamp("last_seen_at")?,
        expires_at: row.timestamp("expires_at")?,
    })
}
