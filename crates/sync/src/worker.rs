//! The worker: takes leased operations, sends each, finds out what became of it, and writes that down.
//!
//! It has no choices left. An operation says what to send; the class of a failure says what follows
//! (behaviour.md, *After a failure*). Suspensions have a lane of their own and wait for nothing else.

use std::{sync::Arc, time::Duration};

use domain::{Action, Cvr, Organisation};
use futures::{StreamExt as _, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use store::outbox::{self, Claimed, Outcome, Which};

use crate::{
    api::{
        Failure,
        backoff::{LONGEST, LONGEST_FOR_SUSPENSIONS, pause},
        limits::Urgency,
    },
    engine::{Engine, EngineError},
    progress::Stage,
    site::Site,
};

mod effect;

/// Attempts after which an operation is parked. Suspensions never are.
const ATTEMPTS: i64 = 8;

/// Names a process in leases: host, process and a random part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerId(pub String);

impl Engine {
    /// Sends everything that is due and whatever becomes due, until nothing more can be done.
    pub async fn drain(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let organisation = Arc::new(self.organisation(cvr).await?.organisation);
        let (total, mut done) = (self.waiting(cvr).await?, 0);
        let lanes = futures::future::try_join(
            self.drain_lane(&organisation, Which::Suspensions, &|| {}),
            self.drain_ordinary(&organisation, total, &mut done),
        );
        lanes.await.map(drop)
    }

    async fn drain_ordinary(
        &self,
        organisation: &Arc<Organisation>,
        total: usize,
        done: &mut usize,
    ) -> Result<(), EngineError> {
        let done = std::sync::Mutex::new(done);
        let tell = || {
            if let Ok(mut done) = done.lock() {
                **done += 1;
                self.progress.tell(Stage::Sending, **done, total.max(**done));
            }
        };
        self.drain_lane(organisation, Which::All, &tell).await
    }

    async fn waiting(&self, cvr: &Cvr) -> Result<usize, EngineError> {
        let counts = self.store.read(|tx| Box::pin(async { outbox::counts(tx, cvr).await })).await?;
        let busy =
            counts.iter().filter(|(state, _)| *state != "parked").map(|(_, number)| *number).sum::<i64>();
        Ok(usize::try_from(busy).unwrap_or_default())
    }

    /// Keeps as many operations under way as there are slots; ends when nothing is due and nothing will be.
    async fn drain_lane(
        &self,
        organisation: &Arc<Organisation>,
        which: Which,
        settled: &(dyn Fn() + Sync),
    ) -> Result<(), EngineError> {
        let site = self.site(&organisation.cvr)?;
        let slots = if which == Which::Suspensions { 1 } else { site.pace.at_once.max(1) };
        let mut under_way = FuturesUnordered::new();
        loop {
            let free = slots.saturating_sub(under_way.len());
            let claimed = if free > 0 { self.claim(site, which, free).await? } else { Vec::new() };
            for one in claimed {
                under_way.push(self.carry_out(site, organisation, one));
            }
            if let Some(outcome) = under_way.next().await {
                outcome?;
                settled();
            } else if !self.wait_for_work(&organisation.cvr, which).await? {
                return Ok(());
            }
        }
    }

    async fn claim(&self, site: &Site, which: Which, free: usize) -> Result<Vec<Claimed>, EngineError> {
        let (cvr, lease) = (&site.cvr, site.pace.lease);
        let limit = i64::try_from(free).unwrap_or(1);
        let worker = &self.worker.0;
        Ok(self
            .store
            .write(|tx| Box::pin(async { outbox::claim(tx, cvr, worker, which, limit, lease).await }))
            .await?)
    }

    /// Waits until the next operation is due. `false`: nothing will be.
    async fn wait_for_work(&self, cvr: &Cvr, which: Which) -> Result<bool, EngineError> {
        let moved =
            self.store.write(|tx| Box::pin(async { store::plan::advance_waves(tx, cvr).await })).await?;
        if moved {
            return Ok(true);
        }
        let due = self.store.read(|tx| Box::pin(async { outbox::next_due(tx, cvr, which).await })).await?;
        let Some(due) = due else { return Ok(false) };
        let now = self.store.clock().now();
        // Never longer than a second, so that a new suspension is seen and a shifted clock does no harm.
        let wait = Duration::try_from(due.duration_since(now)).unwrap_or_default();
        tokio::time::sleep(wait.clamp(Duration::from_millis(20), Duration::from_secs(1))).await;
        Ok(true)
    }

    /// Takes what is due, sends it, writes what became of it, and ends: for a loop of its own, and for tests that
    /// step. Says how many operations it took.
    pub async fn step(&self, cvr: &Cvr, which: Which, limit: usize) -> Result<usize, EngineError> {
        let site = self.site(cvr)?;
        let organisation = Arc::new(self.organisation(cvr).await?.organisation);
        let claimed = self.claim(site, which, limit).await?;
        let taken = claimed.len();
        let mut under_way: FuturesUnordered<_> =
            claimed.into_iter().map(|one| self.carry_out(site, &organisation, one)).collect();
        while let Some(outcome) = under_way.next().await {
            outcome?;
        }
        self.store.write(|tx| Box::pin(async { store::plan::advance_waves(tx, cvr).await })).await?;
        Ok(taken)
    }

    /// Sends one operation and writes how it ended.
    async fn carry_out(
        &self,
        site: &Site,
        organisation: &Arc<Organisation>,
        one: Claimed,
    ) -> Result<(), EngineError> {
        let outcome = if one.uncertain {
            match self.find_effect(site, organisation, &one).await? {
                Some(outcome) => outcome,
                None => {
                    self.store.write(|tx| Box::pin(async { outbox::note_sending(tx, &one).await })).await?;
                    self.send(site, organisation, &one).await?
                }
            }
        } else {
            self.send(site, organisation, &one).await?
        };
        let organisation = organisation.as_ref();
        self.store
            .write(|tx| Box::pin(async { outbox::settle(tx, organisation, &one, &outcome).await }))
            .await?;
        if let (true, Outcome::Done { .. }, Some(uuid)) = (one.is_suspension(), &outcome, one.action.uuid()) {
            // The suspension stands already; what MitID Erhverv now shows may come when it comes.
            drop(self.read_one(site, uuid).await);
        }
        Ok(())
    }

    async fn send(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
    ) -> Result<Outcome, EngineError> {
        if let Action::Adopt(uuid) = &one.action {
            let detail = self.detail(site, *uuid, true).await;
            return Ok(self.adopted(one, detail));
        }
        let urgency = if one.is_suspension() { Urgency::Suspension } else { Urgency::Normal };
        let permit = site.limits.acquire(urgency).await;
        let answer = site.client.perform(&one.action).await;
        permit.note(&answer);
        match answer {
            Ok(done) => Ok(self.done(site, one, done.created).await),
            Err(failure) => self.failed(site, organisation, one, failure).await,
        }
    }

    /// Only what is there can be adopted.
    fn adopted(&self, one: &Claimed, detail: Result<store::observed::Detail, Failure>) -> Outcome {
        match detail {
            Ok(detail) => Outcome::Done { created: None, detail: Some(Box::new(detail)) },
            Err(Failure::Gone) => Outcome::Gone,
            Err(failure) => self.again_or_parked(one, &failure, None),
        }
    }

    /// Done, with what a read right behind it says; without that the next read tells.
    async fn done(&self, site: &Site, one: &Claimed, created: Option<domain::RemoteUuid>) -> Outcome {
        let uuid = created.or(one.action.uuid());
        let worth_reading = !one.is_suspension() && !matches!(one.action, Action::Delete(_));
        let detail = match uuid.filter(|_| worth_reading) {
            Some(uuid) => self.detail(site, uuid, false).await.ok().map(Box::new),
            None => None,
        };
        Outcome::Done { created, detail }
    }

    async fn failed(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
        failure: Failure,
    ) -> Result<Outcome, EngineError> {
        Ok(match &failure {
            Failure::Gone => Outcome::Gone,
            Failure::Unknown { .. } | Failure::Garbled { .. } => self.unknown(site, one, &failure),
            Failure::Retry { after, .. } => self.again_or_parked(one, &failure, *after),
            Failure::Conflict { transient: true, .. } | Failure::Unauthorised { .. } => {
                self.again_or_parked(one, &failure, None)
            }
            Failure::Conflict { .. } => self.conflict(site, organisation, one, &failure).await?,
            Failure::Fail { .. } | Failure::NotACall { .. } => self.parked(one, &failure),
        })
    }

    /// A 409: perhaps it is so already, perhaps the other profile call is meant.
    async fn conflict(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
        failure: &Failure,
    ) -> Result<Outcome, EngineError> {
        if let Some(outcome) = self.find_effect(site, organisation, one).await? {
            return Ok(outcome);
        }
        if let Some(other) = other_profile_call(&one.action) {
            let answer = site.client.perform(&other).await;
            if answer.is_ok() {
                return Ok(self.done(site, one, None).await);
            }
        }
        Ok(self.parked(one, failure))
    }

    fn unknown(&self, site: &Site, one: &Claimed, failure: &Failure) -> Outcome {
        let (why, raw) = words(failure);
        if one.attempts + 1 >= ATTEMPTS && !one.is_suspension() {
            return Outcome::Parked { why, raw, uncertain: true };
        }
        let wait = match &one.action {
            Action::Create(_) => site.pace.unknown_wait,
            _ => self.pause(one),
        };
        Outcome::Unknown { why, raw, again_at: self.later(wait) }
    }

    fn again_or_parked(&self, one: &Claimed, failure: &Failure, after: Option<Duration>) -> Outcome {
        let (why, raw) = words(failure);
        if one.attempts + 1 >= ATTEMPTS && !one.is_suspension() {
            return Outcome::Parked { why, raw, uncertain: false };
        }
        let asked = after.and_then(|after| SignedDuration::try_from(after).ok()).unwrap_or_default();
        let longest = if one.is_suspension() { LONGEST_FOR_SUSPENSIONS } else { Duration::from_secs(3600) };
        let asked = asked.min(SignedDuration::try_from(longest).unwrap_or_default());
        Outcome::Retry { why, raw, again_at: self.later(self.pause(one).max(asked)) }
    }

    /// Refused for good. A suspension goes on trying all the same.
    fn parked(&self, one: &Claimed, failure: &Failure) -> Outcome {
        let (why, raw) = words(failure);
        if one.is_suspension() {
            return Outcome::Retry { why, raw, again_at: self.later(self.pause(one)) };
        }
        Outcome::Parked { why, raw, uncertain: false }
    }

    fn pause(&self, one: &Claimed) -> SignedDuration {
        let longest = if one.is_suspension() { LONGEST_FOR_SUSPENSIONS } else { LONGEST };
        let attempt = u32::try_from(one.attempts + 1).unwrap_or(u32::MAX);
        SignedDuration::try_from(pause(attempt, longest, self.chance())).unwrap_or_default()
    }

    fn chance(&self) -> u64 {
        let mut octets = [0; 8];
        self.store.random().fill(&mut octets);
        u64::from_be_bytes(octets)
    }

    fn later(&self, wait: SignedDuration) -> Timestamp {
        self.store.clock().now().saturating_add(wait).unwrap_or(Timestamp::MAX)
    }

    /// Asks again a few times where the fault is a passing one.
    pub(crate) async fn patiently<T>(
        &self,
        site: &Site,
        ask: impl AsyncFn() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut attempt = 1;
        loop {
            match ask().await {
                Err(Failure::Retry { after, .. }) if attempt < site.pace.read_tries => {
                    let wait = pause(attempt, Duration::from_secs(4), self.chance());
                    tokio::time::sleep(after.unwrap_or(wait).min(Duration::from_secs(30))).await;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }
}

fn words(failure: &Failure) -> (String, String) {
    (failure.to_string(), failure.why().map(|why| why.raw.clone()).unwrap_or_default())
}

/// `profile` and `profile/draft` take the same body; which is right depends on a status that may have changed.
fn other_profile_call(action: &Action) -> Option<Action> {
    match action {
        Action::UpdateDraft(uuid, profile) => Some(Action::UpdateProfile(*uuid, profile.clone())),
        Action::UpdateProfile(uuid, profile) => Some(Action::UpdateDraft(*uuid, profile.clone())),
        _ => None,
    }
}
