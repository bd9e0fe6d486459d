//! `source check` and `source import`.

use anyhow::Result;
use domain::{Cvr, Snapshot, SourceName};
use serde_json::json;
use sync::SourceError;

use crate::{Ending, cli::Source, installation::Installation};

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    command: &Source,
) -> Result<Ending> {
    let mut failed = false;
    let mut documents = Vec::new();
    for cvr in installation.chosen(organisation)? {
        let site = installation.engine.site(&cvr)?;
        for setup in &site.sources {
            let skip_broken = matches!(command, Source::Import { skip_broken: true });
            let read = installation.engine.read_source(&cvr, setup, skip_broken).await;
            let snapshot = match read {
                Ok(snapshot) => snapshot,
                Err(SourceError::Fault(fault)) => {
                    failed = true;
                    tell_fault(command, &setup.name, &fault.to_string(), &mut documents);
                    continue;
                }
                Err(SourceError::Engine(error)) => return Err(error.into()),
            };
            tell_snapshot(command, &snapshot, &mut documents);
            if let Source::Import { .. } = command {
                let imported = installation.engine.import(&cvr, &snapshot).await?;
                println!(
                    "`{}`: {} new, {} changed, {} left, {} rows skipped.",
                    setup.name, imported.new, imported.changed, imported.left, imported.skipped
                );
            }
        }
    }
    if matches!(command, Source::Check { json: true }) {
        println!("{}", json!({ "sources": documents }));
    }
    Ok(if failed { Ending::Failed } else { Ending::Done })
}

fn tell_fault(command: &Source, name: &SourceName, why: &str, documents: &mut Vec<serde_json::Value>) {
    if matches!(command, Source::Check { json: true }) {
        documents.push(json!({ "source": name, "ok": false, "why": why }));
    } else {
        eprintln!("source `{name}`: {why}\nNothing was changed.");
    }
}

fn tell_snapshot(command: &Source, snapshot: &Snapshot, documents: &mut Vec<serde_json::Value>) {
    if matches!(command, Source::Check { json: true }) {
        documents.push(json!({
            "source": snapshot.source,
            "ok": true,
            "people": snapshot.records.len(),
            "warnings": snapshot.warnings,
            "skipped": snapshot.skipped.iter().map(|row| json!({ "place": row.place, "why": row.why })).collect::<Vec<_>>(),
        }));
        return;
    }
    println!("source `{}`: {} people.", snapshot.source, snapshot.records.len());
    for warning in &snapshot.warnings {
        println!("  warning, {}: {}", warning.place, warning.text);
    }
    for row in &snapshot.skipped {
        println!("  skipped, {}: {}", row.place, row.why);
    }
}
