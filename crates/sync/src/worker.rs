//! The worker: takes leased operations, sends each, finds out what became of it, and writes that down.
//!
//! It has no choices left. An operation says what to send; the class of a failure says what follows
//! (behaviour.md, *After a failure*). Suspensions have a lane of their own and wait for nothing else.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use domain::{Action, Cvr, Organisation, Status, Told};
use futures::{StreamExt as _, future::try_join_all, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use store::{
    StoreError,
    outbox::{self, Claimed, Outcome, Which},
};

use crate::{
    api::{
        Failure,
        backoff::{LONGEST, LONGEST_FOR_SUSPENSIONS, pause},
        limits::Urgency,
    },
    engine::{self, Engine, EngineError},
    progress::Stage,
    site::Site,
};

mod effect;
mod rights;
mod slots;
mod tell;

use self::slots::Slots;

/// Attempts after which an operation is parked. Suspensions never are.
const ATTEMPTS: i64 = 8;

/// How long a slot that found nothing waits: longer each time, but not so long that it misses much.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// What the slots of one [`Engine::drain`] share.
struct Sending {
    organisation: Organisation,
    total: usize,
    done: AtomicUsize,
    slots: Slots,
}

/// What a slot does next.
enum Next {
    Take(Box<Claimed>),
    /// The next wave was let go.
    Advanced,
    Wait(Duration),
    Nothing,
}

/// Names a process in leases: host, process and a random part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerId(pub String);

impl Engine {
    /// Sends everything that is due and whatever becomes due, until nothing more can be done.
    ///
    /// Each slot is a loop of its own that has at most one operation in its hands. They are polled together, so none
    /// waits for the database while another that holds it is not being polled.
    pub async fn drain(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let site = self.site(cvr)?;
        let sending = self.sending(cvr).await?;
        let ordinary = (0..site.pace.at_once.max(1)).map(|_| self.slot(site, &sending, Which::All));
        let slots = ordinary.chain(std::iter::once(self.slot(site, &sending, Which::Suspensions)));
        try_join_all(slots).await.map(drop)
    }

    async fn sending(&self, cvr: &Cvr) -> Result<Sending, EngineError> {
        let look = self.store.read(|tx| {
            Box::pin(async {
                let organisation = engine::organisation(tx, cvr).await?.organisation;
                Ok::<_, EngineError>((organisation, outbox::counts(tx, cvr).await?))
            })
        });
        let (organisation, counts) = look.await?;
        let total =
            counts.iter().filter(|(state, _)| *state != "parked").map(|(_, number)| *number).sum::<i64>();
        let total = usize::try_from(total).unwrap_or_default();
        Ok(Sending { organisation, total, done: AtomicUsize::new(0), slots: Slots::new() })
    }

    /// Takes one operation after the other; ends when nothing is due, nothing will be, and no other slot is at work
    /// on what may make more.
    async fn slot(&self, site: &Site, sending: &Sending, which: Which) -> Result<(), EngineError> {
        let slots = &sending.slots;
        let mut idle = SHORTEST_WAIT;
        while !self.stops.load(Ordering::SeqCst) && !slots.are_over() {
            let look = slots.look();
            match self.next(site, which).await? {
                Next::Take(one) => {
                    idle = SHORTEST_WAIT;
                    self.carry_out(site, &sending.organisation, *one).await?;
                    slots.moved(look);
                    let done = sending.done.fetch_add(1, Ordering::SeqCst) + 1;
                    self.progress.count(&site.cvr, Stage::Sending, done, sending.total.max(done));
                }
                Next::Advanced => slots.moved(look),
                Next::Wait(wait) => {
                    tokio::time::sleep(wait).await;
                    slots.end(look);
                }
                Next::Nothing => {
                    slots.rest(look, idle).await;
                    idle = (idle * 2).min(LONGEST_WAIT);
                }
            }
        }
        Ok(())
    }

    /// Claims what is due; else says when something will be, or lets the next wave go.
    async fn next(&self, site: &Site, which: Which) -> Result<Next, EngineError> {
        let (cvr, lease, worker) = (&site.cvr, site.pace.lease, &self.worker.0);
        let waits = self.waits.load(Ordering::SeqCst);
        let next = self.store.write(|tx| {
            Box::pin(async {
                if let Some(one) = outbox::claim(tx, cvr, worker, which, 1, lease).await?.pop() {
                    return Ok(Next::Take(Box::new(one)));
                }
                let now = tx.now();
                let due = outbox::next_worth_waiting_for(tx, cvr, which, ATTEMPTS).await?;
                if let Some(due) = due.filter(|due| waits || *due <= now) {
                    return Ok(Next::Wait(wait_until(due, now)));
                }
                let advanced = store::plan::advance_waves(tx, cvr).await?;
                Ok::<_, StoreError>(if advanced { Next::Advanced } else { Next::Nothing })
            })
        });
        Ok(next.await?)
    }

    /// Takes what is due, sends it, writes what became of it, and ends: for a loop of its own, and for tests that
    /// step. Says how many operations it took.
    pub async fn step(&self, cvr: &Cvr, which: Which, limit: usize) -> Result<usize, EngineError> {
        let site = self.site(cvr)?;
        let limit = i64::try_from(limit).unwrap_or(1);
        let Some((organisation, claimed)) = self.claim(site, which, limit).await? else { return Ok(0) };
        let taken = claimed.len();
        let mut under_way: FuturesUnordered<_> =
            claimed.into_iter().map(|one| self.carry_out(site, &organisation, one)).collect();
        while let Some(outcome) = under_way.next().await {
            outcome?;
        }
        self.store.write(|tx| Box::pin(async { store::plan::advance_waves(tx, cvr).await })).await?;
        Ok(taken)
    }

    /// Claims what is due, of the next wave too if the one before is through; `None` where there is nothing.
    async fn claim(
        &self,
        site: &Site,
        which: Which,
        limit: i64,
    ) -> Result<Option<(Organisation, Vec<Claimed>)>, EngineError> {
        let (cvr, lease, worker) = (&site.cvr, site.pace.lease, &self.worker.0);
        let claimed = self.store.write(|tx| {
            Box::pin(async {
                let mut claimed = outbox::claim(tx, cvr, worker, which, limit, lease).await?;
                if claimed.is_empty() && store::plan::advance_waves(tx, cvr).await? {
                    claimed = outbox::claim(tx, cvr, worker, which, limit, lease).await?;
                }
                if claimed.is_empty() {
                    return Ok(None);
                }
                Ok::<_, EngineError>(Some((engine::organisation(tx, cvr).await?.organisation, claimed)))
            })
        });
        claimed.await
    }

    /// Sends one operation and writes how it ended.
    async fn carry_out(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: Claimed,
    ) -> Result<(), EngineError> {
        let outcome = if let Some((scope, rights)) = one.action.rights() {
            self.carry_out_rights(site, organisation, &one, scope, rights).await?
        } else if one.uncertain {
            match self.find_effect(site, organisation, &one).await? {
                Some(outcome) => outcome,
                None => self.send_again(site, organisation, &one).await?,
            }
        } else {
            self.send(site, organisation, &one).await?
        };
        self.store
            .write(|tx| Box::pin(async { outbox::settle(tx, organisation, &one, &outcome).await }))
            .await?;
        tell::tell(&one, &outcome);
        if let (true, Outcome::Done { .. }, Some(uuid)) = (one.is_suspension(), &outcome, one.action.uuid()) {
            // The suspension stands already; what MitID Erhverv now shows may come when it comes.
            drop(self.read_one(site, uuid).await);
        }
        Ok(())
    }

    /// It surely had no effect. Meanwhile no plan may want it any more.
    async fn send_again(
        &self,
        site: &Site,
        organisation: &Organisation,
        one: &Claimed,
    ) -> Result<Outcome, EngineError> {
        let wanted = self.store.write(|tx| Box::pin(async { outbox::note_sending(tx, one).await })).await?;
        if wanted {
            return self.send(site, organisation, one).await;
        }
        let why = Told::named(
            "outcome-lost-and-unwanted",
            "the answer was lost, it had no effect, and it is no longer wanted",
        );
        Ok(Outcome::Moot { why, detail: None })
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

    /// A 409: perhaps it is so already. (The client has tried the other profile call.)
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
        if one.is_suspension() && self.is_pending(site, one).await {
            let why = Told::named(
                "outcome-not-activated",
                "MitID Erhverv suspends nobody who has not activated; whoever is held is suspended as soon as they do",
            );
            return Ok(Outcome::Moot { why, detail: None });
        }
        Ok(self.parked(one, failure))
    }

    async fn is_pending(&self, site: &Site, one: &Claimed) -> bool {
        let Some(uuid) = one.action.uuid() else { return false };
        self.detail(site, uuid, false).await.is_ok_and(|detail| detail.status == Some(Status::Pending))
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
        let longest = if one.is_suspension() { LONGEST_FOR_SUSPENSIONS } else { Duration::from_hours(1) };
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

/// Never longer than a second, so that a new suspension is seen and a shifted clock does no harm.
fn wait_until(due: Timestamp, now: Timestamp) -> Duration {
    let wait = Duration::try_from(due.duration_since(now)).unwrap_or_default();
    if wait.is_zero() { wait } else { wait.clamp(SHORTEST_WAIT, LONGEST_WAIT) }
}

fn words(failure: &Failure) -> (Told, String) {
    let told = Told { words: failure.to_string(), parts: vec![failure.parts()] };
    (told, failure.why().map(|why| why.raw.clone()).unwrap_or_default())
}
