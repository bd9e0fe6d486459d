//! Everything that Lokalid does for its organisations, built of the steps beside this file.
//!
//! No step takes its input from a caller's memory: each works from what is stored, and can be stopped between any
//! two of its transactions and begun again by another process.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{Cvr, Organisation, Parts, Told};
use store::{Store, StoreError, Tx, organisation::OrganisationRecord};

use crate::{
    api::Failure, intake::Intake, planning::Planned, progress::Progress, site::Site, worker::WorkerId,
};

/// The engine over one store and the organisations that are configured.
pub struct Engine {
    pub store: Store,
    pub sites: Vec<Site>,
    /// Names this process in leases.
    pub worker: WorkerId,
    pub progress: Progress,
    /// Whether pauses between attempts are waited for.
    pub(crate) waits: AtomicBool,
    /// Whether the program is about to end.
    pub(crate) stops: AtomicBool,
}

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("organisation {0} is not in the configuration")]
    UnknownOrganisation(Cvr),
    #[error(transparent)]
    Remote(#[from] Failure),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    NotApproved(#[from] domain::guard::NotApproved),
    #[error(
        "MitID Erhverv has never been read in full, so nobody knows who is there already, and everybody would be created twice. \
         Let `lokalid plan --read` read it, look at the plan and approve that"
    )]
    NeverRead,
    #[error(
        "MitID Erhverv's lists of users differ from each other ({first} users, then {second}), so none of them is believed. Try again later"
    )]
    ListsDiffer { first: usize, second: usize },
    #[error("there is no plan {0}; `lokalid plan` makes one")]
    NoSuchPlan(i64),
    #[error(
        "plan {old} is not what would be done now, so the approval does not count. Plan {new} is; look at it and approve that"
    )]
    PlanChanged { old: i64, new: i64 },
}

impl EngineError {
    /// The same for readers in every language.
    pub fn told(&self) -> Told {
        let parts = match self {
            Self::Remote(failure) => Some(failure.parts()),
            Self::NeverRead => Some(Parts::new("remote-never-read")),
            Self::ListsDiffer { first, second } => {
                Some(Parts::new("remote-lists-differ").with("number", first).with("found", second))
            }
            Self::PlanChanged { old, new } => {
                Some(Parts::new("remote-plan-changed").with("number", old).with("found", new))
            }
            Self::UnknownOrganisation(_) | Self::Store(_) | Self::NotApproved(_) | Self::NoSuchPlan(_) => {
                None
            }
        };
        Told { words: self.to_string(), parts: parts.into_iter().collect() }
    }
}

/// What one `apply` came to.
#[derive(Debug)]
pub struct Applied {
    pub planned: Planned,
    /// Sources that could not be read, with the reason; what they said before still counts.
    pub source_faults: Vec<(domain::SourceName, Told)>,
    /// Why MitID Erhverv could not be read, if so.
    pub remote_fault: Option<Told>,
}

/// How many times `apply` plans anew because what it did made more to do.
const ROUNDS: usize = 6;

/// An approval that comes with an `apply`.
#[derive(Debug, Clone)]
pub struct Approval {
    pub plan: domain::PlanId,
    pub by: String,
    pub why: String,
}

/// The same inside a transaction that does more.
pub(crate) async fn organisation(tx: &mut Tx, cvr: &Cvr) -> Result<OrganisationRecord, EngineError> {
    let record = store::organisation::one(tx, cvr).await?;
    record.ok_or_else(|| EngineError::UnknownOrganisation(cvr.clone()))
}

impl Engine {
    pub fn new(store: Store, sites: Vec<Site>, worker: WorkerId, progress: Progress) -> Arc<Self> {
        let (waits, stops) = (AtomicBool::new(true), AtomicBool::new(false));
        Arc::new(Self { store, sites, worker, progress, waits, stops })
    }

    /// From now on what must pause is left for later: `serve` comes back to it, and has other work to do.
    pub fn do_not_wait(&self) {
        self.waits.store(false, Ordering::SeqCst);
    }

    /// From now on no more operations are taken: the program ends.
    pub fn stop(&self) {
        self.stops.store(true, Ordering::SeqCst);
    }

    pub fn site(&self, cvr: &Cvr) -> Result<&Site, EngineError> {
        self.sites
            .iter()
            .find(|site| site.cvr == *cvr)
            .ok_or_else(|| EngineError::UnknownOrganisation(cvr.clone()))
    }

    /// The organisation as stored, with what the console changed.
    pub async fn organisation(&self, cvr: &Cvr) -> Result<OrganisationRecord, EngineError> {
        self.store.read(|tx| Box::pin(async { organisation(tx, cvr).await })).await
    }

    /// Reads, plans, sends what the guard lets through, and goes on until nothing more can be done.
    pub async fn apply(
        &self,
        cvr: &Cvr,
        origin: domain::guard::Origin,
        approval: Option<&Approval>,
    ) -> Result<Applied, EngineError> {
        self.settle_earlier(cvr).await?;
        let source_faults = self.read_sources(cvr).await?.faults;
        let remote_fault = self.read_as_needed(cvr).await?;
        let mut planned = self.plan(cvr, origin.clone()).await?;
        if let Some(approval) = approval {
            planned = self.approve(cvr, planned, approval).await?;
        }
        self.enqueue(cvr, &planned).await?;
        self.drain(cvr).await?;
        for _ in 1..ROUNDS {
            if remote_fault.is_none() {
                self.read_stale(cvr).await?;
            }
            let again = self.plan(cvr, origin.clone()).await?;
            let more = self.enqueue(cvr, &again).await?;
            planned = again;
            if more == 0 {
                break;
            }
            self.drain(cvr).await?;
        }
        Ok(Applied { planned, source_faults, remote_fault })
    }

    /// Plans, and puts into the outbox what the guard lets through. Says how many operations are new there. The plan
    /// itself is only in the store afterwards: it may be large, and to send it takes long.
    pub async fn plan_and_enqueue(
        &self,
        cvr: &Cvr,
        origin: domain::guard::Origin,
    ) -> Result<usize, EngineError> {
        let planned = self.plan(cvr, origin).await?;
        self.enqueue(cvr, &planned).await
    }

    /// What an earlier run left: one attempt at once for everything that waits, whatever its pause.
    async fn settle_earlier(&self, cvr: &Cvr) -> Result<(), EngineError> {
        let tried =
            self.store.write(|tx| Box::pin(async { store::outbox::try_all_now(tx, cvr).await })).await?;
        if tried > 0 {
            self.drain(cvr).await?;
        }
        Ok(())
    }

    /// Plans from what is stored, without sending anything.
    pub async fn plan_only(
        &self,
        cvr: &Cvr,
        origin: domain::guard::Origin,
        read_remote: bool,
    ) -> Result<Applied, EngineError> {
        let Intake { faults: source_faults, resolved } = self.read_sources(cvr).await?;
        let remote_fault = if read_remote { self.read_as_needed(cvr).await? } else { None };
        let planned = if resolved && !read_remote {
            self.plan_of_resolved(cvr, origin).await?
        } else {
            self.plan(cvr, origin).await?
        };
        Ok(Applied { planned, source_faults, remote_fault })
    }

    /// Every organisation that is configured, as stored.
    pub async fn organisations(&self) -> Result<Vec<Organisation>, EngineError> {
        let mut organisations = Vec::new();
        for site in &self.sites {
            organisations.push(self.organisation(&site.cvr).await?.organisation);
        }
        Ok(organisations)
    }
}
