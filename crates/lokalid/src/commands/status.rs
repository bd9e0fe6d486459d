//! `status`.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::{Clock as _, Cvr};
use serde_json::{Value, json};
use store::{
    organisation::OrganisationRecord,
    view::overview::{self, Counts},
};

use crate::{Ending, installation::Installation, report::danish_time, world::SystemClock};

/// How one organisation stands.
pub struct Standing {
    pub record: OrganisationRecord,
    pub counts: Counts,
    pub outbox: BTreeMap<String, i64>,
    pub last_source_read: Option<jiff::Timestamp>,
}

impl Standing {
    pub async fn of(installation: &Installation, cvr: &Cvr) -> Result<Self> {
        let record = installation.engine.organisation(cvr).await?;
        let (counts, outbox, sources) = installation
            .store
            .read(|tx| {
                Box::pin(async {
                    let counts = overview::counts(tx, cvr).await?;
                    let outbox = store::outbox::counts(tx, cvr).await?;
                    Ok::<_, store::StoreError>((counts, outbox, store::source::all(tx, cvr).await?))
                })
            })
            .await?;
        let last_source_read = sources.iter().filter_map(|source| source.complete_at).max();
        Ok(Self { record, counts, outbox, last_source_read })
    }

    pub fn in_step(&self) -> bool {
        self.record.first_contact.is_some() && self.counts.everybody_is_in_step() && self.outbox.is_empty()
    }

    /// People by their state in MitID Erhverv.
    fn people(&self) -> BTreeMap<&'static str, i64> {
        let counts = &self.counts;
        let states = [
            ("active", counts.active),
            ("pending", counts.pending),
            ("suspended", counts.suspended),
            ("not-created", counts.not_created),
            ("in-step", counts.in_step),
            ("leaving", counts.leaving),
            ("wanted", counts.wanted),
        ];
        states.into()
    }

    fn json(&self) -> Value {
        let organisation = &self.record.organisation;
        let until = self.record.certificate_until;
        let days = until.map(|until| until.duration_since(SystemClock.now()).as_hours() / 24);
        json!({
            "cvr": organisation.cvr,
            "name": organisation.name,
            "variant": organisation.variant,
            "environment": organisation.environment,
            "in_step": self.in_step(),
            "people": self.people(),
            "unmanaged": self.counts.unmanaged,
            "drift": self.counts.drift_fields,
            "questions": self.counts.questions,
            "outbox": self.outbox,
            "last_source_read": self.last_source_read,
            "last_full_read": self.record.full_read_at,
            "certificate_days": days,
        })
    }

    fn words(&self) -> String {
        let organisation = &self.record.organisation;
        let counts = &self.counts;
        let people: Vec<String> =
            self.people().into_iter().map(|(state, number)| format!("{number} {state}")).collect();
        let outbox: Vec<String> =
            self.outbox.iter().map(|(state, number)| format!("{number} {state}")).collect();
        let when = |at: Option<jiff::Timestamp>| at.map_or_else(|| "never".to_owned(), danish_time);
        let step = if self.in_step() { "in step" } else { "not in step" };
        let leaving = match counts.leaving {
            0 => String::new(),
            left => format!("; left here, but not stopped in MitID Erhverv: {left}"),
        };
        let mut words = format!(
            "{} ({}, {}): {step}: {} of {} people are as wanted{leaving}.\n  people: {}\n  unmanaged: {}, drift: {}, questions: {}\n  outbox: {}\n  sources read: {}; MitID Erhverv read in full: {}\n",
            organisation.name,
            organisation.cvr.spaced(),
            organisation.environment.name(),
            counts.in_step,
            counts.wanted,
            if people.is_empty() { "none".to_owned() } else { people.join(", ") },
            counts.unmanaged,
            counts.drift_fields,
            counts.questions,
            if outbox.is_empty() { "empty".to_owned() } else { outbox.join(", ") },
            when(self.last_source_read),
            when(self.record.full_read_at),
        );
        if organisation.settings.single_administrator {
            words.push_str("  single_administrator is set: one person may approve alone.\n");
        }
        words
    }
}

pub async fn run(installation: &Installation, organisation: Option<&Cvr>, json: bool) -> Result<Ending> {
    let mut standings = Vec::new();
    for cvr in installation.chosen(organisation)? {
        standings.push(Standing::of(installation, &cvr).await?);
    }
    if json {
        let organisations: Vec<Value> = standings.iter().map(Standing::json).collect();
        println!("{}", json!({ "organisations": organisations }));
    } else {
        for standing in &standings {
            print!("{}", standing.words());
        }
    }
    Ok(Ending::Done)
}
