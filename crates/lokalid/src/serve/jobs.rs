//! What people asked for in the console, done one after the other, each saying how far it has come.

use std::{convert::Infallible, future::Future, time::Duration};

use anyhow::{Result, bail};
use domain::{Cvr, IdentityId, Told, guard::Origin};
use emulator::Running;
use store::job::{self, JobRecord, Wish};
use sync::{Applied, Approval, EngineError, api::Failure};

use crate::{certificates, demo::next_day, installation::Installation};

/// How often a job's row says how far the job has come.
const NOTE: Duration = Duration::from_secs(1);

/// Does the oldest job that waits, if there is one.
pub(super) async fn do_next(installation: &Installation, cvr: &Cvr, demo: Option<&Running>) -> Result<bool> {
    let store = &installation.store;
    let Some(job) = store.write(|tx| Box::pin(async { job::take(tx, cvr).await })).await? else {
        return Ok(false);
    };
    let work = Box::pin(fulfil(installation, cvr, &job, demo));
    let done = noting(installation, cvr, job.id, work).await;
    let done = done.map_err(|error| told(&error));
    let outcome = done.as_deref();
    store.write(|tx| Box::pin(async { job::finish(tx, job.id, outcome).await })).await?;
    Ok(true)
}

/// Does the work and writes down now and then how far it has come. Both are polled together: one may hold the database
/// that the other waits for.
async fn noting<T>(installation: &Installation, cvr: &Cvr, job: i64, work: impl Future<Output = T>) -> T {
    // What was told last was of earlier work.
    installation.heard.take(cvr);
    tokio::select! {
        done = work => done,
        never = note(installation, cvr, job) => match never {},
    }
}

async fn note(installation: &Installation, cvr: &Cvr, job: i64) -> Infallible {
    loop {
        tokio::time::sleep(NOTE).await;
        let Some(step) = installation.heard.take(cvr) else { continue };
        let noted =
            installation.store.write(|tx| Box::pin(async { job::note_progress(tx, job, step).await })).await;
        if let Err(error) = noted {
            tracing::warn!(organisation = %cvr, error = %error, "how far a job has come could not be written");
        }
    }
}

/// Does what somebody asked for. What it says of success is a number at most: the pages have the words.
async fn fulfil(
    installation: &Installation,
    cvr: &Cvr,
    job: &JobRecord,
    demo: Option<&Running>,
) -> Result<String> {
    let engine = &installation.engine;
    let by = Origin::Person(job.created_by.clone());
    match &job.wish {
        Wish::Apply => outcome(engine.apply(cvr, by, None).await?),
        Wish::ReadSources => {
            let faults = engine.read_sources(cvr).await?.faults;
            settle(installation, cvr, Origin::Timer).await?;
            faults.into_iter().next().map_or(Ok(String::new()), |(_, told)| Err(told.into()))
        }
        Wish::FullRead => {
            engine.full_read(cvr).await?;
            settle(installation, cvr, Origin::Timer).await
        }
        Wish::Approve { plan, why, .. } => {
            let approval =
                Approval { plan: domain::PlanId(*plan), by: job.created_by.clone(), why: why.clone() };
            outcome(engine.apply(cvr, by, Some(&approval)).await?)
        }
        Wish::Settle => settle(installation, cvr, by).await,
        Wish::SettleRights { identity } => settle_rights(installation, cvr, *identity, by).await,
        Wish::TestConnection => {
            let site = engine.site(cvr)?;
            site.client.authenticate().await?;
            let found = site.client.search(site.pace.search_max_count).await?.len();
            Ok(format!("{found}"))
        }
        Wish::CheckCertificate { certificate } => {
            certificates::check(installation, cvr, *certificate).await?;
            Ok(String::new())
        }
        Wish::NextDay => {
            let Some(emulator) = demo else { bail!("only the demo can live through one more day") };
            next_day::change_file(installation)?;
            next_day::live_in_portal(emulator, cvr).await?;
            outcome(engine.apply(cvr, Origin::Timer, None).await?)
        }
    }
}

/// Plans from what is stored and sends what the guard passes.
pub(super) async fn settle(installation: &Installation, cvr: &Cvr, origin: Origin) -> Result<String> {
    let engine = &installation.engine;
    if engine.plan_and_enqueue(cvr, origin).await? > 0 {
        engine.drain(cvr).await?;
        engine.read_stale(cvr).await?;
        engine.plan_and_enqueue(cvr, Origin::Timer).await?;
    }
    Ok(String::new())
}

/// Plans the rights of one person and sends them; where that says too little, plans everybody.
async fn settle_rights(
    installation: &Installation,
    cvr: &Cvr,
    identity: IdentityId,
    origin: Origin,
) -> Result<String> {
    let engine = &installation.engine;
    match engine.plan_rights_of(cvr, identity, origin.clone()).await? {
        Some(0) => {}
        Some(_) => {
            engine.drain(cvr).await?;
            engine.read_stale(cvr).await?;
        }
        None => return settle(installation, cvr, origin).await,
    }
    Ok(String::new())
}

/// What could not be read is why a job failed, though what was known before was carried out.
fn outcome(applied: Applied) -> Result<String> {
    let of_source = applied.source_faults.into_iter().map(|(_, told)| told).next();
    of_source.or(applied.remote_fault).map_or(Ok(String::new()), |told| Err(told.into()))
}

/// The words of an error, and its parts where it has some.
fn told(error: &anyhow::Error) -> Told {
    if let Some(told) = error.downcast_ref::<Told>() {
        return told.clone();
    }
    let parts = match error.downcast_ref::<EngineError>() {
        Some(error) => error.told().parts,
        None => error.downcast_ref::<Failure>().map(|failure| vec![failure.parts()]).unwrap_or_default(),
    };
    Told { words: format!("{error:#}"), parts }
}
