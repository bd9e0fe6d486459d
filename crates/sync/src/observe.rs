//! Reading MitID Erhverv: one search, then the details that are missing, changed or old.
//!
//! Each answer is stored as it comes, so a read that was stopped goes on where it was. What a search leaves out is
//! looked for by its own read: only a 404 there makes an identity gone.

use std::collections::BTreeSet;

use domain::{
    Cvr, Parts, RemoteUuid, Told,
    rights::{Assignment, Holding, OtherHolding},
};
use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use store::{
    observed::{self, Detail, Searched, Summary},
    rights::{catalogue, holding},
};

use crate::{
    api::{self, Failure, limits::Urgency},
    engine::{self, Engine, EngineError},
    progress::Stage,
    site::Site,
};

/// Lists that must agree before somebody whom they leave out is taken not to be there.
pub(crate) const SEARCHES: usize = 4;

impl Engine {
    /// Search and due details. A fault of the service is told, not raised: what was known before still counts.
    pub async fn read_as_needed(&self, cvr: &Cvr) -> Result<Option<Told>, EngineError> {
        match self.full_read(cvr).await {
            Ok(()) => Ok(None),
            Err(fault @ (EngineError::Remote(_) | EngineError::ListsDiffer { .. })) => {
                tracing::warn!(organisation = %cvr, why = %fault, "MitID Erhverv could not be read");
                Ok(Some(fault.told()))
            }
            Err(error) => Err(error),
        }
    }

    /// Search, every detail that is due, and the mark that the read is whole.
    pub async fn full_read(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let site = self.site(cvr)?;
        let first_contact = self.organisation(cvr).await?.first_contact.is_none();
        let searched =
            if first_contact { self.searches(site).await? } else { self.search(site).await?.searched };
        let now = self.store.clock().now();
        let stale = self.stale(cvr, now).await?;
        let due: BTreeSet<RemoteUuid> =
            searched.to_read.into_iter().chain(searched.missing).chain(stale).collect();
        let details = due.len();
        self.read_catalogue_if_due(site).await?;
        self.read_details(site, due.into_iter().collect()).await?;
        self.read_rights_of(site, self.stale_rights(cvr, before(now, site.pace.detail_age)).await?).await?;
        self.store.write(|tx| Box::pin(async { observed::note_full_read(tx, cvr).await })).await?;
        tracing::info!(organisation = %cvr, details, "MitID Erhverv was read in full");
        Ok(())
    }

    /// Details that were never read, because a write made them or an earlier read was stopped.
    pub async fn read_stale(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let site = self.site(cvr)?;
        let due = self.stale(cvr, Timestamp::MIN).await?;
        self.read_details(site, due).await?;
        self.read_rights_of(site, self.stale_rights(cvr, Timestamp::MIN).await?).await
    }

    /// Renewal is spread: of details of one age, each day a share is due.
    async fn stale(&self, cvr: &Cvr, now: Timestamp) -> Result<Vec<RemoteUuid>, EngineError> {
        let age = self.site(cvr)?.pace.detail_age;
        let before = before(now, age);
        Ok(self.store.read(|tx| Box::pin(async { observed::stale(tx, cvr, before).await })).await?)
    }

    async fn stale_rights(&self, cvr: &Cvr, before: Timestamp) -> Result<Vec<RemoteUuid>, EngineError> {
        Ok(self.store.read(|tx| Box::pin(async { holding::stale(tx, cvr, before).await })).await?)
    }

    /// Before first contact no earlier list tells whether this one is whole, and whom it leaves out would be created
    /// a second time. So several in a row must show the same people.
    async fn searches(&self, site: &Site) -> Result<Searched, EngineError> {
        let SearchAnswer { summaries: first, mut searched } = self.search(site).await?;
        let shown: BTreeSet<RemoteUuid> = first.iter().map(|one| one.uuid).collect();
        for _ in 1..SEARCHES {
            let again = self.search(site).await?;
            if again.summaries.iter().map(|one| one.uuid).collect::<BTreeSet<_>>() != shown {
                return Err(EngineError::ListsDiffer { first: first.len(), second: again.summaries.len() });
            }
            searched.to_read.extend(again.searched.to_read);
        }
        Ok(searched)
    }

    /// Asks for everything at once and stores it.
    pub(crate) async fn search(&self, site: &Site) -> Result<SearchAnswer, EngineError> {
        let cvr = &site.cvr;
        let began_at = self.store.clock().now();
        self.progress.count(cvr, Stage::ReadingMitIdErhverv, 0, 0);
        let permit = site.limits.acquire(Urgency::Normal).await;
        let answer = site.client.search(site.pace.search_max_count).await;
        permit.note(&answer);
        let summaries: Vec<Summary> = answer?.into_iter().map(summary).collect();
        let stale_before = before(began_at, site.pace.detail_age);
        let take = self.store.write(|tx| {
            Box::pin(async {
                let settings = engine::organisation(tx, cvr).await?.organisation.settings;
                let percent = settings.guard.shrink_percent;
                let searched = observed::take_search(tx, cvr, &summaries, stale_before, percent).await?;
                Ok::<_, EngineError>(searched)
            })
        });
        let searched = take.await?;
        Ok(SearchAnswer { summaries, searched })
    }

    async fn read_details(&self, site: &Site, due: Vec<RemoteUuid>) -> Result<(), EngineError> {
        self.read_each(site, due, |uuid| self.read_one(site, uuid)).await
    }

    async fn read_rights_of(&self, site: &Site, due: Vec<RemoteUuid>) -> Result<(), EngineError> {
        self.read_each(site, due, |uuid| self.observe_rights(site, uuid)).await
    }

    async fn read_each<F: Future<Output = Result<(), EngineError>>>(
        &self,
        site: &Site,
        due: Vec<RemoteUuid>,
        read: impl Fn(RemoteUuid) -> F,
    ) -> Result<(), EngineError> {
        let total = due.len();
        let mut done = 0;
        let reads = stream::iter(due).map(read);
        let mut reads = std::pin::pin!(reads.buffer_unordered(site.pace.at_once.max(1)));
        // The first fault is told at the end: what can be read is read.
        let mut fault = None;
        while let Some(read) = reads.next().await {
            match read {
                Ok(()) => {}
                Err(EngineError::Remote(failure)) => fault = Some(failure),
                Err(error) => return Err(error),
            }
            done += 1;
            self.progress.count(&site.cvr, Stage::ReadingMitIdErhverv, done, total);
        }
        fault.map_or(Ok(()), |failure| Err(EngineError::Remote(failure)))
    }

    /// Reads one identity and stores what came, also that it is gone.
    pub(crate) async fn read_one(&self, site: &Site, uuid: RemoteUuid) -> Result<(), EngineError> {
        let cvr = &site.cvr;
        match self.detail(site, uuid, true).await {
            Ok(detail) => Ok(self
                .store
                .write(|tx| Box::pin(async { observed::take_detail(tx, cvr, &detail).await }))
                .await?),
            Err(Failure::Gone) => Ok(self
                .store
                .write(|tx| Box::pin(async { observed::note_gone(tx, cvr, uuid).await }))
                .await?),
            Err(failure) => Err(failure.into()),
        }
    }

    /// What its own read says of one identity; a passing fault is tried again a few times.
    pub(crate) async fn detail(&self, site: &Site, uuid: RemoteUuid, whole: bool) -> Result<Detail, Failure> {
        let permit = site.limits.acquire(Urgency::Normal).await;
        let answer = self.patiently(site, async || site.client.employee(uuid).await).await;
        permit.note(&answer);
        let employee = answer?;
        let authenticators = if whole {
            let permit = site.limits.acquire(Urgency::Normal).await;
            let answer = self.patiently(site, async || site.client.authenticators(uuid).await).await;
            permit.note(&answer);
            // Known to fail at times (reference/idm-api.md §2.7); what was known before stays.
            answer.ok()
        } else {
            None
        };
        Ok(Detail {
            uuid,
            status: Some(employee.status).filter(|status| *status != domain::Status::Other(String::new())),
            fields: employee.fields,
            cpr: employee.cpr,
            administrator_roles: employee.administrator_roles,
            authenticators,
        })
    }
}

/// How old the catalogue and the places may get.
const CATALOGUE_AGE: SignedDuration = SignedDuration::from_hours(6);

impl Engine {
    /// Reads one identity's rights and stores them, also that the identity is gone.
    async fn observe_rights(&self, site: &Site, uuid: RemoteUuid) -> Result<(), EngineError> {
        let cvr = &site.cvr;
        match self.read_rights(site, uuid).await {
            Ok(_) => Ok(()),
            Err(EngineError::Remote(Failure::Gone)) => Ok(self
                .store
                .write(|tx| Box::pin(async { observed::note_gone(tx, cvr, uuid).await }))
                .await?),
            Err(error) => Err(error),
        }
    }

    /// The rights of one identity, as they were stored too. MitID Erhverv answers 500 for an identity that it does not
    /// know, so a failure is followed by a look at the identity itself (reference/idm-api.md §2.12).
    pub(crate) async fn read_rights(
        &self,
        site: &Site,
        uuid: RemoteUuid,
    ) -> Result<BTreeSet<Holding>, EngineError> {
        let cvr = &site.cvr;
        let permit = site.limits.acquire(Urgency::Normal).await;
        let answer = self.patiently(site, async || site.client.roles(uuid).await).await;
        permit.note(&answer);
        let shown = match answer {
            // Where something was held, an empty list is believed only if it comes twice.
            Ok(shown) if shown.is_empty() && self.held_something(cvr, uuid).await? => {
                site.client.roles(uuid).await?
            }
            Ok(shown) => shown,
            Err(Failure::Retry { after, why }) => {
                let known = site.client.employee(uuid).await;
                let gone = matches!(known, Err(Failure::Gone));
                return Err(if gone { Failure::Gone } else { Failure::Retry { after, why } }.into());
            }
            Err(failure) => return Err(failure.into()),
        };
        let shown: BTreeSet<Holding> = shown.into_iter().map(|right| understood(cvr, right)).collect();
        self.store.write(|tx| Box::pin(async { holding::take(tx, cvr, uuid, &shown).await })).await?;
        Ok(shown)
    }

    async fn held_something(&self, cvr: &Cvr, uuid: RemoteUuid) -> Result<bool, EngineError> {
        let known = self.store.read(|tx| Box::pin(async { holding::of(tx, cvr, uuid).await })).await?;
        Ok(!known.held.is_empty())
    }

    /// Reads which rights and places there are, where that was long ago. A fault is kept and told; what was known counts.
    pub async fn read_catalogue_if_due(&self, site: &Site) -> Result<(), EngineError> {
        let cvr = &site.cvr;
        let reading = self.store.read(|tx| Box::pin(async { catalogue::reading(tx, cvr).await })).await?;
        let due = before(self.store.clock().now(), CATALOGUE_AGE);
        if reading.read_at.is_some_and(|at| at >= due) && reading.fault.is_none() {
            return Ok(());
        }
        let told = match self.listing(site).await {
            Ok(listing) => {
                let take =
                    self.store.write(|tx| Box::pin(async { catalogue::take(tx, cvr, &listing).await }));
                return Ok(take.await?);
            }
            Err(told) => told,
        };
        tracing::warn!(organisation = %cvr, why = %told, "the catalogue of rights could not be read; what was known still counts");
        Ok(self.store.write(|tx| Box::pin(async { catalogue::note_fault(tx, cvr, &told).await })).await?)
    }

    /// An empty list is a fault, not a fact.
    async fn listing(&self, site: &Site) -> Result<catalogue::Listing, Told> {
        let failed = |failure: Failure| Told { words: failure.to_string(), parts: vec![failure.parts()] };
        let rights = self.patiently(site, async || site.client.catalogue().await).await.map_err(failed)?;
        let se = self.patiently(site, async || site.client.se_numbers().await).await.map_err(failed)?;
        let units =
            self.patiently(site, async || site.client.production_units().await).await.map_err(failed)?;
        for (what, empty) in [
            ("rights", rights.is_empty()),
            ("SE numbers", se.is_empty()),
            ("production units", units.is_empty()),
        ] {
            if empty {
                let words =
                    format!("MitID Erhverv answered with an empty list of {what}, which is not believed");
                return Err(Told { words, parts: vec![Parts::new("remote-empty-list").with("what", what)] });
            }
        }
        let rights = rights.into_iter().map(|one| (one.uuid, (one.name, one.description, one.basic_package)));
        let places = se.iter().map(|number| ("SE", number.as_str(), None));
        let places = places.chain(units.iter().map(|unit| ("PU", unit.number.as_str(), unit.name.clone())));
        let places = places.filter_map(|(kind, number, name)| {
            Some((domain::rights::Scope::from_wire(kind, number, &site.cvr)?, name.unwrap_or_default()))
        });
        Ok(catalogue::Listing { rights: rights.collect(), places: places.collect() })
    }
}

/// A scope without type or value is as little understood as one of an unknown type.
fn understood(cvr: &Cvr, right: api::HeldRight) -> Holding {
    let (kind, value) = right.scope.map(|scope| (scope.kind, scope.value)).unwrap_or_default();
    match domain::rights::Scope::from_wire(&kind, &value, cvr) {
        Some(scope) => Holding::Understood(Assignment { right: right.uuid, scope }),
        None => Holding::Other(OtherHolding { right: right.uuid, kind, value }),
    }
}

/// What a search brought.
pub(crate) struct SearchAnswer {
    pub summaries: Vec<Summary>,
    pub searched: Searched,
}

fn before(now: Timestamp, age: SignedDuration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}

fn summary(summary: api::Summary) -> Summary {
    Summary { uuid: summary.uuid, status: summary.status, fields: summary.fields, cpr: summary.cpr }
}
