//! `plan` and `apply`.

use anyhow::Result;
use domain::{Cvr, PlanId, guard::Origin};
use sync::{Applied, Approval};

use crate::{
    Ending, certificates,
    cli::Apply,
    commands::actor,
    installation::Installation,
    report::{danish_time, plan_words, plans_json},
};

pub async fn plan(
    installation: &Installation,
    organisation: Option<&Cvr>,
    json: bool,
    read: bool,
) -> Result<Ending> {
    let chosen = installation.chosen(organisation)?;
    installation.demand_certificates(&chosen)?;
    let mut applied = Vec::new();
    for cvr in chosen {
        applied.push(installation.engine.plan_only(&cvr, Origin::Person(actor(None)), read).await?);
    }
    let failed = tell_faults(&applied);
    let plans: Vec<_> = applied.into_iter().map(|applied| applied.planned).collect();
    if json {
        println!("{}", plans_json(&plans)?);
    } else {
        for planned in &plans {
            print!("{}", plan_words(planned));
        }
    }
    Ok(if failed { Ending::Failed } else { Ending::Done })
}

/// Source faults and an unreachable MitID Erhverv, on standard error. Says whether there was any.
fn tell_faults(applied: &[Applied]) -> bool {
    let mut failed = false;
    for one in applied {
        for (source, why) in &one.source_faults {
            eprintln!(
                "source `{source}`: {why}\nNobody is suspended because of that; what was read before still counts."
            );
            failed = true;
        }
        if let Some(why) = &one.remote_fault {
            let last = one.planned.record.observed_at.map_or_else(|| "never".to_owned(), danish_time);
            eprintln!(
                "{why}\nMitID Erhverv could not be read. It was last read: {last}. `lokalid doctor` finds what is in the way."
            );
            failed = true;
        }
    }
    failed
}

pub async fn apply(
    installation: &Installation,
    organisation: Option<&Cvr>,
    arguments: &Apply,
) -> Result<Ending> {
    let by = actor(arguments.name.as_deref());
    let mut chosen = installation.chosen(organisation)?;
    let approval = match arguments.approve {
        Some(plan) => {
            let approval = Approval {
                plan: PlanId(plan),
                by: by.clone(),
                why: arguments.why.clone().unwrap_or_default(),
            };
            let cvr = cvr_of(installation, plan).await?;
            chosen.retain(|one| *one == cvr);
            Some(approval)
        }
        None => None,
    };
    installation.demand_certificates(&chosen)?;
    let origin = Origin::Person(by);
    apply_all(installation, &chosen, &origin, approval.as_ref()).await
}

async fn cvr_of(installation: &Installation, plan: i64) -> Result<Cvr> {
    let record =
        installation.store.read(|tx| Box::pin(async { store::plan::one(tx, PlanId(plan)).await })).await?;
    Ok(record.ok_or(sync::EngineError::NoSuchPlan(plan))?.cvr)
}

/// Applies organisation by organisation and says how it went.
pub async fn apply_all(
    installation: &Installation,
    chosen: &[Cvr],
    origin: &Origin,
    approval: Option<&Approval>,
) -> Result<Ending> {
    let (mut failed, mut held) = (false, false);
    for cvr in chosen {
        let apply = Box::pin(installation.engine.apply(cvr, origin.clone(), approval));
        let applied = match certificates::beside(installation, cvr, apply).await? {
            Err(sync::EngineError::PlanChanged { old, new }) => {
                let error = sync::EngineError::PlanChanged { old, new };
                println!("{error}");
                held = true;
                continue;
            }
            applied => applied?,
        };
        let counts =
            installation.store.read(|tx| Box::pin(async { store::outbox::counts(tx, cvr).await })).await?;
        let parked = counts.get("parked").copied().unwrap_or(0);
        let open: i64 = counts.values().sum();
        failed |= tell_faults(std::slice::from_ref(&applied)) || open > 0;
        if parked > 0 {
            println!("Parked operations: {parked}; `lokalid outbox` says why.");
        }
        let judgement = &applied.planned.judgement;
        if judgement.held.is_empty() {
            println!("{}", summary(&applied));
        } else {
            held = true;
            print!("{}", plan_words(&applied.planned));
            let id = applied.planned.record.id;
            println!("Held. To approve: lokalid apply --approve {id} --as NAME --why TEXT");
        }
    }
    Ok(match (failed, held) {
        (true, _) => Ending::Failed,
        (false, true) => Ending::Held,
        (false, false) => Ending::Done,
    })
}

fn summary(applied: &Applied) -> String {
    let assessment = &applied.planned.assessment;
    let (questions, drift) = (assessment.questions.len(), assessment.drift.len());
    let cvr = &applied.planned.record.cvr;
    if assessment.out_of_step.is_empty() && applied.remote_fault.is_some() {
        format!("{cvr}: in step with what MitID Erhverv said when it was last read.")
    } else if assessment.out_of_step.is_empty() {
        format!("{cvr}: in step.")
    } else {
        let people = assessment.out_of_step.len();
        format!(
            "{cvr}: not in step. People who are not: {people}; questions that wait for an answer: {questions}; fields \
             that drift: {drift}."
        )
    }
}
