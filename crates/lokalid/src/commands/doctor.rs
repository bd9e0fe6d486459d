//! `doctor`: checks everything that can be checked, step by step, and says in plain words what was found and what to do.
//!
//! Nothing is changed anywhere. What cannot be checked because an earlier step failed says so.

mod certificate;
mod contract;
mod finding;
mod machine;
mod mail;
mod remote;

use std::path::Path;

use anyhow::Result;
use domain::Cvr;
use serde_json::json;
use sync::SourceError;

use self::finding::Findings;
use crate::{
    Ending,
    configuration::{Configuration, OrganisationSection},
    installation::Installation,
    progress,
};

pub async fn run(file: &Path, organisation: Option<&Cvr>, json: bool) -> Result<Ending> {
    let mut findings = Findings::default();
    let read = Configuration::read(file);
    let told = |read: &Configuration| match read.organisations.len() {
        1 => format!("{} is understood; it names 1 organisation", file.display()),
        number => format!("{} is understood; it names {number} organisations", file.display()),
    };
    if let Some(configuration) = findings.note("configuration", "configuration", read, told) {
        machine::disk(&mut findings, &configuration);
        examine(&mut findings, file, &configuration, organisation).await;
    }
    let wrong = findings.any_wrong();
    if json {
        println!(
            "{}",
            json!({ "ok": !wrong, "findings": findings.json(), "inferred": contract::inferred() })
        );
    } else {
        findings.print();
        println!("Inferred parts of the contract with MitID Erhverv, which nobody outside has confirmed:");
        for part in contract::inferred() {
            println!("  {part}");
        }
    }
    Ok(if wrong { Ending::Failed } else { Ending::Done })
}

async fn examine(
    findings: &mut Findings,
    file: &Path,
    configuration: &Configuration,
    organisation: Option<&Cvr>,
) {
    let opened = Installation::open(file, progress::on_terminal()).await;
    let told =
        |open: &Installation| format!("{} opens with these keys and can be written", open.store.location());
    let Some(installation) = findings.note("database", "database", opened, told) else {
        let words = "not looked at, because the database does not open";
        findings.unknown("organisations", "certificate, sources and MitID Erhverv", words);
        return;
    };
    let chosen = |section: &&OrganisationSection| organisation.is_none_or(|cvr| section.cvr == *cvr);
    for section in configuration.organisations.iter().filter(chosen) {
        certificate::examine(findings, &installation, section).await;
        sources(findings, &installation, section).await;
        remote::examine(findings, &installation, section).await;
        certificate::way_out(findings, &installation, section).await;
    }
    mail::examine(findings, &installation, organisation).await;
    let style_sheet = match web::style_sheet() {
        web::StyleSheet::Designsystem => "Det Fælles Designsystem",
        web::StyleSheet::Plain => "the plain one: npm was not there when this was built",
    };
    findings.good("style-sheet", "style sheet", style_sheet);
    let closed = installation.close().await;
    findings.note("database", "closing the database", closed, |()| "the log is sealed".to_owned());
}

async fn sources(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let Ok(site) = installation.engine.site(&section.cvr) else { return };
    for setup in &site.sources {
        let read = installation.engine.read_source(&section.cvr, setup, false).await;
        let read = read.map_err(|error| match error {
            SourceError::Fault(fault) => anyhow::Error::from(fault),
            SourceError::Engine(error) => error.into(),
        });
        let what = format!("{} source `{}` ({})", section.cvr, setup.name, setup.kind.word());
        findings.note("source", &what, read, |snapshot| {
            format!("{} people, {} warnings", snapshot.records.len(), snapshot.warnings.len())
        });
    }
}
