//! What changed since last time, by DirSync of Active Directory.
//!
//! A delta never says what people are like now; it only tells that a full read is worth while. Other
//! directories have no delta: there every read is a full one.
//!
//! DirSync shows an ordinary account what was added and changed, but not what was deleted. Therefore each delta
//! also lists the keys of people and groups, which is cheap, and compares a fingerprint of them.

use std::collections::BTreeSet;
use std::fmt;

use ldap3::Scope;

use crate::connection::{Connection, Kind};
use crate::control::{CookieControl, DIRSYNC};
use crate::entry::{Key, first_text};
use crate::error::ReadError;
use crate::query::Query;
use crate::search::{Page, Search};

/// Where a delta left off: octets to be kept and handed back, for the same query and directory.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie(Vec<u8>);

/// The answer to "what is new?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// What happened since the cookie was given. Go on from the new one.
    Changes {
        /// Added or changed. They need not be people: a group or a unit may matter as much.
        changed: BTreeSet<Key>,
        /// Deleted, as far as the account may see it.
        deleted: BTreeSet<Key>,
        /// The entries below the bases or the groups of the domain are not the same ones as before.
        came_or_went: bool,
        cookie: Cookie,
    },
    /// Read in full, then go on from the cookie if there is one. It was taken before, so nothing is missed.
    FullReadNeeded { why: FullReadReason, cookie: Option<Cookie> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullReadReason {
    /// There was no cookie yet.
    FirstTime,
    /// The directory does not know the cookie, for example after it was restored from a backup.
    CookieRefused,
    /// This directory has no delta, or the bases lie in several domains.
    NoDelta,
}

/// Show what the account may read anyway, so that an ordinary account is enough.
const OBJECT_SECURITY: i32 = 1;
const OCTETS_AT_ONCE: i32 = i32::MAX;

/// What a change of place, name or membership shows up in, whatever else the query asks for.
const ALWAYS_WATCHED: [&str; 8] = [
    "objectGUID",
    "name",
    "parentGUID",
    "isDeleted",
    "member",
    "userAccountControl",
    "accountExpires",
    "primaryGroupID",
];

impl Cookie {
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn new(fingerprint: Fingerprint, dirsync: Vec<u8>) -> Self {
        Self([fingerprint.0.to_be_bytes().to_vec(), dirsync].concat())
    }

    /// Fingerprint and what only the directory understands.
    fn parts(&self) -> Option<(Fingerprint, Vec<u8>)> {
        let (fingerprint, dirsync) = self.0.split_first_chunk()?;
        Some((Fingerprint(u128::from_be_bytes(*fingerprint)), dirsync.to_vec()))
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cookie({} octets)", self.0.len())
    }
}

impl Delta {
    /// Whether a full read would bring what the last one brought.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Changes { changed, deleted, came_or_went, .. } => {
                changed.is_empty() && deleted.is_empty() && !came_or_went
            }
            Self::FullReadNeeded { .. } => false,
        }
    }
}

/// The sum of all keys. Keys are random, so that two sets with one sum are not met by chance.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Fingerprint(u128);

impl Connection {
    pub async fn delta(&mut self, query: &Query, since: Option<&Cookie>) -> Result<Delta, ReadError> {
        let Some(domain) = self.only_domain_of(query) else {
            return Ok(Delta::FullReadNeeded { why: FullReadReason::NoDelta, cookie: None });
        };
        let Some(since) = since else { return self.begin(query, &domain, FullReadReason::FirstTime).await };
        let Some((before, dirsync)) = since.parts() else {
            return self.begin(query, &domain, FullReadReason::CookieRefused).await;
        };
        match self.changes(query, &domain, dirsync).await {
            Ok(Changes { changed, deleted, cookie }) => {
                let now = self.fingerprint(query, &domain).await?;
                let cookie = Cookie::new(now, cookie);
                Ok(Delta::Changes { changed, deleted, came_or_went: now != before, cookie })
            }
            Err(ReadError::Refused { .. }) => self.begin(query, &domain, FullReadReason::CookieRefused).await,
            Err(other) => Err(other),
        }
    }

    /// Without a cookie the directory tells of everything there is; only the cookie at its end is of use.
    async fn begin(&mut self, query: &Query, domain: &str, why: FullReadReason) -> Result<Delta, ReadError> {
        let everything = self.changes(query, domain, Vec::new()).await?;
        let now = self.fingerprint(query, domain).await?;
        Ok(Delta::FullReadNeeded { why, cookie: Some(Cookie::new(now, everything.cookie)) })
    }

    async fn fingerprint(&mut self, query: &Query, domain: &str) -> Result<Fingerprint, ReadError> {
        let people = query.bases.iter().map(|base| (base.as_str(), query.filter.as_str()));
        let mut sum = Fingerprint::default();
        for (base, filter) in people.chain([(domain, "(objectClass=group)")]) {
            let attributes = vec![self.key_attribute()];
            let search = Search { base, scope: Scope::Subtree, filter, attributes };
            for found in self.search(&search).await? {
                sum.0 = sum.0.wrapping_add(self.key(base, &found.attributes)?.as_number());
            }
        }
        Ok(sum)
    }

    async fn changes(&mut self, query: &Query, domain: &str, since: Vec<u8>) -> Result<Changes, ReadError> {
        let search = Search {
            base: domain,
            scope: Scope::Subtree,
            filter: "(objectClass=*)",
            attributes: query.attributes.iter().map(String::as_str).chain(ALWAYS_WATCHED).collect(),
        };
        let mut changes = Changes { cookie: since, ..Changes::default() };
        for _ in 0..self.limits.pages {
            let control = CookieControl {
                integers: vec![OBJECT_SECURITY, OCTETS_AT_ONCE],
                cookie: changes.cookie.clone(),
            };
            let page = self.page(&search, vec![control.request(DIRSYNC)]).await?;
            let answer = CookieControl::find(&page.controls, DIRSYNC).ok_or_else(|| self.garbled())?;
            self.note(domain, &page, &mut changes)?;
            changes.cookie = answer.cookie;
            if answer.integers.first() == Some(&0) {
                return Ok(changes);
            }
        }
        Err(self.limit_reached("parts of a delta", self.limits.pages))
    }

    fn note(&self, domain: &str, page: &Page, changes: &mut Changes) -> Result<(), ReadError> {
        for found in &page.found {
            let key = self.key(domain, &found.attributes)?;
            let is_deleted = first_text(&found.attributes, "isdeleted") == Some("TRUE");
            let list = if is_deleted { &mut changes.deleted } else { &mut changes.changed };
            list.insert(key);
        }
        Ok(())
    }

    /// DirSync looks at one whole domain at a time.
    fn only_domain_of(&self, query: &Query) -> Option<String> {
        if self.kind != Kind::ActiveDirectory {
            return None;
        }
        let mut domains = query.bases.iter().chain(&query.groups).map(|name| self.naming_context_of(name));
        let first = domains.next()??;
        domains.all(|domain| domain == Some(first)).then(|| first.to_owned())
    }
}

#[derive(Default)]
struct Changes {
    changed: BTreeSet<Key>,
    deleted: BTreeSet<Key>,
    cookie: Vec<u8>,
}
