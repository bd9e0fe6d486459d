//! `doctor`: checks everything that can be checked, and says in plain words what is wrong and what to do.

use std::path::Path;

use anyhow::Result;
use domain::{Clock as _, Cvr};
use serde_json::{Value, json};
use sync::{
    SourceError,
    api::{ApiOperation, Failure},
};

use crate::{
    Ending, certificates,
    configuration::{Configuration, OrganisationSection},
    installation::Installation,
    progress,
    world::SystemClock,
};

/// One thing that was checked.
struct Finding {
    what: String,
    wrong: bool,
    words: String,
}

/// Days before its end from which a certificate is worth a word.
const CERTIFICATE_DAYS: i64 = 60;

pub async fn run(file: &Path, organisation: Option<&Cvr>, json: bool) -> Result<Ending> {
    let mut findings = Findings(Vec::new());
    if let Some(configuration) = findings.note("configuration", Configuration::read(file), |read| {
        format!("{} organisations", read.organisations.len())
    }) {
        examine(&mut findings, file, &configuration, organisation).await;
    }
    let wrong = findings.0.iter().any(|finding| finding.wrong);
    if json {
        println!("{}", json!({ "ok": !wrong, "findings": findings.json(), "inferred": inferred() }));
    } else {
        findings.print();
        println!("Inferred parts of the contract with MitID Erhverv, which nobody outside has confirmed:");
        for part in inferred() {
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
    let Some(installation) =
        findings.note("database, keys and certificates", opened, |open| open.store.location().to_string())
    else {
        return;
    };
    let chosen = |section: &&OrganisationSection| organisation.is_none_or(|cvr| section.cvr == *cvr);
    for section in configuration.organisations.iter().filter(chosen) {
        certificate(findings, &installation, section);
        sources(findings, &installation, section).await;
        connection(findings, &installation, section).await;
        way_out(findings, &installation, section).await;
    }
    let style_sheet = match web::style_sheet() {
        web::StyleSheet::Designsystem => "Det Fælles Designsystem",
        web::StyleSheet::Plain => "the plain one: npm was not there when this was built",
    };
    findings.good("style sheet", style_sheet);
    let closed = installation.close().await;
    findings.note("disk", closed, |()| "the database can be written and closed".to_owned());
}

fn certificate(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let what = format!("{} certificate", section.cvr);
    let read = installation.certificate(section);
    let Some(certificate) = findings.note(&what, read, |certificate| {
        let test = if certificate.is_test() { ", a test certificate" } else { "" };
        format!("{}{test}, {} days left", certificate.subject(), certificate.days_left(SystemClock.now()))
    }) else {
        return;
    };
    let days = certificate.days_left(SystemClock.now());
    if days < CERTIFICATE_DAYS {
        findings.bad(
            &what,
            &format!(
                "it ends in {days} days: order a new one in MitID Erhverv and put it beside the old one"
            ),
        );
    }
}

/// Where the certificate in use does not serve and another is ready, nobody need order one.
async fn way_out(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let cvr = &section.cvr;
    let trouble = installation.shown(cvr).ok().and_then(certificates::Shown::trouble);
    if trouble.is_some()
        && let Ok(Some(words)) = certificates::way_out(installation, cvr).await
    {
        findings.bad(&format!("{cvr} certificate in use"), &words);
    }
}

async fn sources(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let Ok(site) = installation.engine.site(&section.cvr) else { return };
    for setup in &site.sources {
        let read = installation.engine.read_source(&section.cvr, setup, false).await;
        let read = read.map_err(|error| match error {
            SourceError::Fault(fault) => anyhow::Error::from(fault),
            SourceError::Engine(error) => error.into(),
        });
        findings.note(&format!("{} source `{}`", section.cvr, setup.name), read, |snapshot| {
            format!("{} people, {} warnings", snapshot.records.len(), snapshot.warnings.len())
        });
    }
}

/// Token and every operation that only reads (reference/idm-api.md §8, capability probe).
async fn connection(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let Ok(site) = installation.engine.site(&section.cvr) else { return };
    let client = &site.client;
    let cvr = &section.cvr;
    let called = |operation: ApiOperation| format!("{cvr} {}", operation.id());
    let address = section.api_address();
    let token = client.authenticate().await;
    if findings
        .note(&called(ApiOperation::AuthenticateTls), token.map_err(|failure| advise(&failure)), |()| {
            address.clone()
        })
        .is_none()
    {
        return;
    }
    let count = |number: usize| format!("{number} found");
    findings.note(
        &called(ApiOperation::ListSeNumbers),
        client.se_numbers().await.map_err(|failure| advise(&failure)),
        |list| count(list.len()),
    );
    findings.note(
        &called(ApiOperation::ListProductionUnits),
        client.production_units().await.map_err(|failure| advise(&failure)),
        |list| count(list.len()),
    );
    findings.note(
        &called(ApiOperation::ListCategorizedRoles),
        client.catalogue().await.map_err(|failure| advise(&failure)),
        |list| count(list.len()),
    );
    let max_count = site.pace.search_max_count;
    findings.note(
        &called(ApiOperation::SearchEmployees),
        client.search(max_count).await.map_err(|failure| advise(&failure)),
        |list| count(list.len()),
    );
}

/// What a person can do about it.
fn advise(failure: &Failure) -> anyhow::Error {
    let advice = match failure {
        Failure::Unauthorised { .. } => {
            "Is the API opened for this CVR number, and has the certificate the right \"Access to IdM services in MitID Erhverv\"?"
        }
        Failure::Retry { .. } => {
            "Check name look-up, firewall and proxy towards the address, then try again."
        }
        _ => {
            "Look at the answer; the part of the contract that it is about may be different from what was inferred."
        }
    };
    anyhow::anyhow!("{failure}. {advice}")
}

/// What the contract does not say and Lokalid had to guess; each can be configured.
fn inferred() -> Vec<&'static str> {
    vec![
        "the body of a creation in Light (create_template)",
        "the date of birth of people without CPR number (create_without_cpr)",
        "which profile call fits which status; a 409 tries the other one",
        "levels other than Substantial (settings.level, settings.notified)",
        "that `maxCount` 0 means everything",
        "methods and paths of single operations (operations)",
        "401 and 403 for certificates without the right or the access",
    ]
}

struct Findings(Vec<Finding>);

impl Findings {
    fn note<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        outcome: Result<T, E>,
        words: impl Fn(&T) -> String,
    ) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.good(what, &words(&value));
                Some(value)
            }
            Err(error) => {
                self.bad(what, &format!("{error:#}"));
                None
            }
        }
    }

    fn good(&mut self, what: &str, words: &str) {
        self.0.push(Finding { what: what.to_owned(), wrong: false, words: words.to_owned() });
    }

    fn bad(&mut self, what: &str, words: &str) {
        self.0.push(Finding { what: what.to_owned(), wrong: true, words: words.to_owned() });
    }

    fn json(&self) -> Vec<Value> {
        let one =
            |finding: &Finding| json!({ "what": finding.what, "ok": !finding.wrong, "words": finding.words });
        self.0.iter().map(one).collect()
    }

    fn print(&self) {
        for finding in &self.0 {
            println!(
                "{}  {}: {}",
                if finding.wrong { "WRONG" } else { "ok   " },
                finding.what,
                finding.words
            );
        }
    }
}
