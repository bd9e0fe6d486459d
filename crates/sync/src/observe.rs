//! Reading MitID Erhverv: one search, then the details that are missing, changed or old.
//!
//! Each answer is stored as it comes, so a read that was stopped goes on where it was. What a search leaves out is
//! looked for by its own read: only a 404 there makes an identity gone.

use std::collections::BTreeSet;

use domain::{Cvr, RemoteUuid, Told};
use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use store::observed::{self, Detail, Searched, Summary};

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
        self.read_details(site, due.into_iter().collect()).await?;
        self.store.write(|tx| Box::pin(async { observed::note_full_read(tx, cvr).await })).await?;
        tracing::info!(organisation = %cvr, details, "MitID Erhverv was read in full");
        Ok(())
    }

    /// Details that were never read, because a write made them or an earlier read was stopped.
    pub async fn read_stale(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let site = self.site(cvr)?;
        let due = self.stale(cvr, Timestamp::MIN).await?;
        self.read_details(site, due).await
    }

    /// Renewal is spread: of details of one age, each day a share is due.
    async fn stale(&self, cvr: &Cvr, now: Timestamp) -> Result<Vec<RemoteUuid>, EngineError> {
        let age = self.site(cvr)?.pace.detail_age;
        let before = before(now, age);
        Ok(self.store.read(|tx| Box::pin(async { observed::stale(tx, cvr, before).await })).await?)
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
        let total = due.len();
        let mut done = 0;
        let reads = stream::iter(due).map(|uuid| self.read_one(site, uuid));
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
