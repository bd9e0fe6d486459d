//! The certificate, looked at from all sides that can be seen without MitID Erhverv.

use domain::{
    Clock as _, Language,
    certificate::{Check, Facts},
};

use super::finding::Findings;
use crate::{
    certificates, configuration::OrganisationSection, installation::Installation, report::danish_time,
    world::SystemClock,
};

/// Days before its end from which a certificate is worth a word.
const CERTIFICATE_DAYS: i64 = 60;

pub async fn examine(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let cvr = &section.cvr;
    let what = format!("{cvr} certificate");
    let usable = installation.certificate(section);
    let facts = match &usable {
        Ok(certificate) => Some(certificate.facts().clone()),
        Err(_) => known_facts(installation, section).await,
    };
    let looked_into =
        facts.as_ref().map(|facts| facts.look_into(cvr, section.environment, SystemClock.now()));
    let explains = looked_into.iter().flatten().any(|finding| finding.fault.is_some());
    let is_usable = usable.is_ok();
    let told = |_: &_| "it opens with its password, and its key belongs to it".to_owned();
    if findings.note("certificate", &what, usable, told).is_none() && !explains {
        return;
    }
    let (Some(facts), Some(looked_into)) = (facts, looked_into) else { return };
    for finding in looked_into.iter().filter(|finding| !matches!(finding.check, Check::Opens | Check::Key)) {
        let step = step(finding.check);
        let what = format!("{cvr} certificate, {}", word(finding.check));
        match &finding.fault {
            Some(fault) => findings.bad(step, &what, &fault.say(Language::English), ""),
            None => findings.good(step, &what, &words(finding.check, &facts, section)),
        }
    }
    let days = facts.days_left(SystemClock.now());
    if is_usable && days < CERTIFICATE_DAYS {
        let words = format!("it ends in {days} days");
        let advice =
            "Order a new one in MitID Erhverv and put it beside the old one: `lokalid certificate add`.";
        findings.bad("certificate-days", &format!("{cvr} certificate, days left"), &words, advice);
    }
}

/// What is known of one that cannot be used.
async fn known_facts(installation: &Installation, section: &OrganisationSection) -> Option<Facts> {
    let cvr = &section.cvr;
    let in_use =
        installation.store.read(|tx| Box::pin(async { store::certificate::in_use(tx, cvr).await })).await;
    in_use.ok().flatten().and_then(|record| record.facts)
}

fn step(check: Check) -> &'static str {
    match check {
        Check::Kind => "certificate-kind",
        Check::Organisation => "certificate-cvr",
        Check::Environment => "certificate-environment",
        Check::Validity => "certificate-days",
        Check::Opens | Check::Key | Check::Token => "certificate",
    }
}

fn word(check: Check) -> &'static str {
    match check {
        Check::Kind => "kind",
        Check::Organisation => "CVR number",
        Check::Environment => "environment",
        Check::Validity => "days left",
        Check::Opens | Check::Key | Check::Token => "file",
    }
}

fn words(check: Check, facts: &Facts, section: &OrganisationSection) -> String {
    let now = SystemClock.now();
    match check {
        Check::Kind => format!("{}: {}", facts.kind.say(Language::English), facts.subject),
        Check::Organisation => format!("{}, as it should be", facts.cvr),
        Check::Environment => {
            let of = if facts.is_test() { "tests" } else { "production" };
            format!("issued for {of}, and the organisation is set to {}", section.environment.name())
        }
        _ => format!("{} days left, until {}", facts.days_left(now), danish_time(facts.not_after)),
    }
}

/// Where the certificate in use does not serve and another is ready, nobody need order one.
pub async fn way_out(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let cvr = &section.cvr;
    let troubled = installation.shown(cvr).is_ok_and(|shown| shown.trouble().is_some());
    let way_out = if troubled { certificates::way_out(installation, cvr).await } else { Ok(None) };
    if let Ok(Some(words)) = way_out {
        findings.bad("certificate", &format!("{cvr} certificate, another one"), &words, "");
    }
}
