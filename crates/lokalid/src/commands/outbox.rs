//! `outbox`, `outbox retry` and `outbox give-up`.

use anyhow::{Result, bail};
use domain::{Cvr, Language};
use serde_json::{Value, json};
use store::outbox::{self, OperationRecord};

use crate::{Ending, cli::OutboxAct, commands::actor, installation::Installation, report::table};

const PAGE: i64 = 1000;

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    act: Option<OutboxAct>,
    json: bool,
) -> Result<Ending> {
    match act {
        None => list(installation, organisation, json).await,
        Some(OutboxAct::Retry { id, name }) => {
            let by = actor(name.as_deref());
            let found =
                installation.store.write(|tx| Box::pin(async { outbox::retry(tx, id, &by).await })).await?;
            told(found, &format!("{id} is tried again by `apply` or `serve`"), &id.to_string())
        }
        Some(OutboxAct::GiveUp { id, why, name }) => {
            let by = actor(name.as_deref());
            let found = installation
                .store
                .write(|tx| Box::pin(async { outbox::give_up(tx, id, &by, &why).await }))
                .await?;
            told(
                found,
                &format!("{id} is given up; it is not planned again until the wish changes"),
                &id.to_string(),
            )
        }
    }
}

fn told(found: bool, words: &str, id: &str) -> Result<Ending> {
    if !found {
        bail!("there is no waiting or parked operation {id}; `lokalid outbox` lists them");
    }
    println!("{words}");
    Ok(Ending::Done)
}

async fn list(installation: &Installation, organisation: Option<&Cvr>, json: bool) -> Result<Ending> {
    let mut records = Vec::new();
    for cvr in installation.chosen(organisation)? {
        let mut offset = 0;
        loop {
            let page = installation
                .store
                .read(|tx| Box::pin(async { outbox::open(tx, &cvr, PAGE, offset).await }))
                .await?;
            let last = i64::try_from(page.len()).unwrap_or(0) < PAGE;
            records.extend(page);
            if last {
                break;
            }
            offset += PAGE;
        }
    }
    if json {
        println!("{}", json!({ "operations": records.iter().map(as_json).collect::<Vec<_>>() }));
    } else if records.is_empty() {
        println!("The outbox is empty.");
    } else {
        println!("{}", table(&records.iter().map(as_row).collect::<Vec<_>>()));
    }
    Ok(Ending::Done)
}

fn as_json(record: &OperationRecord) -> Value {
    json!({
        "id": record.id.to_string(),
        "organisation": record.cvr,
        "user_name": record.label,
        "kind": record.kind,
        "state": record.state,
        "attempts": record.attempts,
        "reason": record.reason.say(Language::English),
        "why": record.outcome.as_ref().map(|told| &told.words),
        "answer": record.raw_answer,
        "next_try": record.not_before,
    })
}

fn as_row(record: &OperationRecord) -> Vec<String> {
    let state = serde_json::to_value(record.state).ok().and_then(|word| word.as_str().map(str::to_owned));
    vec![
        record.id.to_string(),
        state.unwrap_or_default(),
        record.kind.clone(),
        record.label.clone(),
        record
            .outcome
            .as_ref()
            .map_or_else(|| record.reason.say(Language::English), |told| told.words.clone()),
    ]
}
