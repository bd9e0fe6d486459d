//! One request, before any page: who asks, in which language, about which organisation.
//!
//! The gate makes a [`Visit`] for every request. A handler of a protected page takes a [`SignedIn`], which exists only
//! behind the gate's check of session and role.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use domain::permission::{Action, allows};
use domain::{Cvr, Language, Organisation};
use identity::Session;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use store::StoreError;
use store::organisation::OrganisationRecord;

use crate::console::Console;
use crate::cookie;
use crate::failure::Failure;
use crate::form::Form;
use crate::layout::{Layout, Place, Visitor};
use crate::text;

/// What is known of any request.
#[derive(Debug, Clone)]
pub struct Visit {
    pub language: Language,
    pub now: Timestamp,
    pub address: String,
    pub session: Option<Session>,
    pub organisations: Arc<[OrganisationRecord]>,
}

impl Visit {
    /// What a request says of itself before anybody is recognised.
    pub(crate) fn of_a_stranger(console: &Console, uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            language: cookie::language(&console.address, headers).unwrap_or_default(),
            now: console.store.clock().now(),
            address: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            session: None,
            organisations: Arc::from([]),
        }
    }

    /// Finds the session that the cookie belongs to, if it belongs to one.
    pub(crate) async fn recognise(
        mut self,
        console: &Console,
        headers: &HeaderMap,
    ) -> Result<Self, StoreError> {
        let Some(secret) = cookie::session(&console.address, headers) else { return Ok(self) };
        self.session = identity::session::find(&console.store, console.limits, self.now, secret).await?;
        if self.session.is_some() {
            let look = console.store.read(|tx| Box::pin(async { store::organisation::all(tx).await }));
            self.organisations = look.await?.into();
        }
        Ok(self)
    }

    /// The layout of a page with this title.
    pub fn layout(&self, title: String) -> Layout {
        Layout {
            language: self.language,
            now: self.now,
            title,
            section: None,
            trail: Vec::new(),
            address: self.address.clone(),
            visitor: self.session.as_ref().map(|session| self.visitor(session)),
            place: self.session.as_ref().and_then(|_| self.place()),
            csrf: self.session.as_ref().map(|session| session.csrf.clone()).unwrap_or_default(),
            faults: Vec::new(),
            events: None,
            previews: false,
        }
    }

    /// The organisation that the pages show: the chosen one, else the first.
    pub fn organisation(&self) -> Option<&OrganisationRecord> {
        let chosen = self.session.as_ref().and_then(|session| session.organisation.as_ref());
        let mut all = self.organisations.iter();
        all.find(|record| Some(&record.organisation.cvr) == chosen).or_else(|| self.organisations.first())
    }

    fn visitor(&self, session: &Session) -> Visitor {
        let role = text::say(self.language, &format!("role-{}", session.role));
        Visitor { name: session.name.clone(), role, as_role: session.role }
    }

    fn place(&self) -> Option<Place> {
        let organisation = &self.organisation()?.organisation;
        Some(Place {
            name: organisation.name.clone(),
            cvr: organisation.cvr.spaced(),
            environment: text::say(
                self.language,
                &format!("environment-{}", organisation.environment.name()),
            ),
            several: self.organisations.len() > 1,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::NotFound)
    }
}

/// A request by somebody who is signed in and whose role the gate has checked, about one organisation.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub visit: Visit,
    pub session: Session,
    pub organisation: Organisation,
    pub record: OrganisationRecord,
}

impl SignedIn {
    pub fn now(&self) -> Timestamp {
        self.visit.now
    }

    pub fn cvr(&self) -> &Cvr {
        &self.organisation.cvr
    }

    /// The name that the log has for whoever asks.
    pub fn name(&self) -> &str {
        &self.session.name
    }

    pub fn may(&self, action: Action) -> bool {
        allows(self.session.role, action)
    }

    pub fn t(&self, key: &str) -> String {
        text::say(self.visit.language, key)
    }

    /// The layout of a page whose title is the text of a key.
    pub fn layout(&self, title_key: &str) -> Layout {
        self.visit.layout(self.t(title_key))
    }

    pub fn titled(&self, title: String) -> Layout {
        self.visit.layout(title)
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let session = visit.session.clone().ok_or(Failure::NotSignedIn)?;
        let record = visit.organisation().cloned().ok_or(Failure::NoOrganisation)?;
        Ok(Self { visit, session, organisation: record.organisation.clone(), record })
    }
}

/// The form of a POST, already checked to be one of this session's.
#[derive(Debug, Clone)]
pub struct Posted(pub Arc<Form>);

impl std::ops::Deref for Posted {
    type Target = Form;
    fn deref(&self) -> &Form {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Posted {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::Unreadable)
    }
}

/// The one variable part of an address. What cannot be read leads nowhere, like any unknown address.
#[derive(Debug, Clone)]
pub struct At<T>(pub T);

impl<T: std::str::FromStr, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| Failure::NotFound)?;
        text.parse().map(Self).map_err(|_| Failure::NotFound)
    }
}

/// What stands behind the question mark; nonsense there means nothing.
#[derive(Debug, Clone)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        Ok(Self(query.map(|Query(asked)| asked).unwrap_or_default()))
    }
}
