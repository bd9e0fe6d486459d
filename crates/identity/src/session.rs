//! Sessions of the console: how long they live, who is in one, and how they end.

use domain::{Cvr, PersonId, Role};
use jiff::{SignedDuration, Timestamp};
use store::{Store, StoreError, console_session};

use crate::Secret;

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Without a request.
    pub idle: SignedDuration,
    /// From sign-in, whatever happens.
    pub absolute: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(10) }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    token_hash: [u8; 32],
    pub csrf: String,
    pub name: String,
    pub role: Role,
    pub person: Option<PersonId>,
    pub organisation: Option<Cvr>,
}

/// A session is noted as used at most this often, so that reading pages does not write to the database each time.
const TOUCH_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// The session that a cookie belongs to, if it still lives.
pub async fn find(
    store: &Store,
    limits: Limits,
    now: Timestamp,
    cookie: &str,
) -> Result<Option<Session>, StoreError> {
    let Some(secret) = Secret::parse(cookie) else { return Ok(None) };
    let hash = secret.hash();
    let found = store.read(|tx| Box::pin(async { console_session::find(tx, hash).await })).await?;
    let Some(kept) = found else { return Ok(None) };
    match standing(&kept, limits, now) {
        Standing::Over => {
            store.write(|tx| Box::pin(async { console_session::delete(tx, hash).await })).await?;
            return Ok(None);
        }
        Standing::NotedLongAgo => {
            store.write(|tx| Box::pin(async { console_session::touch(tx, hash).await })).await?;
        }
        Standing::Fresh => {}
    }
    Ok(Some(Session {
        token_hash: hash,
        csrf: kept.csrf,
        name: kept.name,
        role: kept.role,
        person: kept.person,
        organisation: kept.organisation,
    }))
}

/// Ends a session: the cookie is worth nothing from now on, wherever it was copied to.
pub async fn end(store: &Store, session: &Session) -> Result<(), StoreError> {
    let hash = session.token_hash;
    store.write(|tx| Box::pin(async { console_session::delete(tx, hash).await })).await
}

/// Chooses the organisation that the pages show.
pub async fn choose_organisation(
    store: &Store,
    session: &Session,
    organisation: &Cvr,
) -> Result<(), StoreError> {
    let hash = session.token_hash;
    store.write(|tx| Box::pin(async { console_session::choose(tx, hash, organisation).await })).await
}

#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Fresh,
    NotedLongAgo,
    Over,
}

fn standing(kept: &console_session::ConsoleSession, limits: Limits, now: Timestamp) -> Standing {
    let unused = now.duration_since(kept.last_seen_at);
    if now >= kept.expires_at || unused >= limits.idle {
        Standing::Over
    } else if unused >= TOUCH_AFTER {
        Standing::NotedLongAgo
    } else {
        Standing::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_at_its_absolute_limit() {
        let start: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let kept = |last_seen_at| console_session::ConsoleSession {
            token_hash: [0; 32],
            csrf: String::new(),
            name: "Mette".to_owned(),
            role: Role::Auditor,
            person: None,
            organisation: None,
            created_at: start,
            last_seen_at,
            expires_at: start + SignedDuration::from_hours(10),
        };
        let limits = Limits::default();
        let after = |minutes| start + SignedDuration::from_mins(minutes);
        assert_eq!(standing(&kept(start), limits, after(0)), Standing::Fresh);
        assert_eq!(standing(&kept(start), limits, after(29)), Standing::NotedLongAgo);
        assert_eq!(standing(&kept(start), limits, after(30)), Standing::Over);
        assert_eq!(standing(&kept(after(599)), limits, after(599)), Standing::Fresh);
        assert_eq!(standing(&kept(after(599)), limits, after(600)), Standing::Over);
    }
}
