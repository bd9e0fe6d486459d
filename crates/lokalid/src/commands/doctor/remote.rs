//! The way to MitID Erhverv step by step: name, connection, TLS, clock, token, right, and each operation that only reads
//! (reference/idm-api.md §8, capability probe).

use std::{net::SocketAddr, time::Duration};

use axum::http::Uri;
use domain::{Clock as _, RemoteUuid};
use sync::{
    Site,
    api::{ApiOperation, Broken, Failure, https::Probe},
};
use tokio::{net::TcpStream, time::timeout};

use super::{finding::Findings, machine};
use crate::{
    configuration::OrganisationSection, installation, installation::Installation, world::SystemClock,
};

/// Longer than a healthy connection takes, and short enough to wait for.
const PATIENCE: Duration = Duration::from_secs(15);

pub async fn examine(findings: &mut Findings, installation: &Installation, section: &OrganisationSection) {
    let probe = match addresses(findings, section).await {
        Some(addresses) if connects(findings, section, &addresses).await => {
            tls(findings, installation, section).await
        }
        _ => None,
    };
    let what = |what: &str| format!("{} {what}", section.cvr);
    machine::clock(findings, SystemClock.now(), probe.and_then(|probe| probe.date));
    if probe.is_none() {
        let words = "not tried, because the connection could not be made";
        findings.unknown("token", &what("token"), words);
        findings.unknown("right", &what("certificate, right"), words);
        return findings.unknown("operation", &what("operations that only read"), words);
    }
    let Ok(site) = installation.engine.site(&section.cvr) else { return };
    if token(findings, site, section).await {
        operations(findings, site, section).await;
    } else {
        findings.unknown("operation", &what("operations that only read"), "not tried without a token");
    }
}

async fn addresses(findings: &mut Findings, section: &OrganisationSection) -> Option<Vec<SocketAddr>> {
    let what = format!("{} DNS", section.cvr);
    let address = section.api_address();
    let uri: Option<Uri> = address.parse().ok();
    let Some(host) = uri.as_ref().and_then(Uri::host) else {
        findings.bad("dns", &what, &format!("{address} is no address"), "Correct `api` in lokalid.toml.");
        return None;
    };
    let port = uri.as_ref().and_then(Uri::port_u16).unwrap_or(443);
    let looked_up = timeout(PATIENCE, tokio::net::lookup_host((host.trim_matches(['[', ']']), port))).await;
    let found: Vec<SocketAddr> = match looked_up {
        Ok(Ok(found)) => found.collect(),
        _ => Vec::new(),
    };
    if found.is_empty() {
        let advice = "Check the address in lokalid.toml and this machine's name server (/etc/resolv.conf).";
        findings.bad("dns", &what, &format!("the name {host} cannot be looked up"), advice);
        return None;
    }
    let numbers: Vec<String> = found.iter().map(|one| one.ip().to_string()).collect();
    findings.good("dns", &what, &format!("{host} is {}", numbers.join(", ")));
    Some(found)
}

async fn connects(findings: &mut Findings, section: &OrganisationSection, addresses: &[SocketAddr]) -> bool {
    let what = format!("{} TCP", section.cvr);
    let mut last = String::new();
    for address in addresses {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                findings.good("tcp", &what, &format!("{address} takes connections"));
                return true;
            }
            Ok(Err(error)) => last = format!("{address} takes no connection: {error}"),
            Err(_) => last = format!("{address} did not answer within {} seconds", PATIENCE.as_secs()),
        }
    }
    let advice =
        "Check name look-up, firewall and proxy towards the address; MitID Erhverv may also be down for now.";
    findings.bad("tcp", &what, &last, advice);
    false
}

/// The handshake with both certificates. Any answer at all means that it worked.
async fn tls(
    findings: &mut Findings,
    installation: &Installation,
    section: &OrganisationSection,
) -> Option<Probe> {
    let what = format!("{} TLS", section.cvr);
    let Ok(certificate) = installation.certificate(section) else {
        findings.unknown("tls", &what, "not tried, because there is no certificate to show");
        return None;
    };
    let transport = installation::https(&installation.configuration, section, &certificate);
    let transport = findings.note("tls", &format!("{what}, authorities"), transport, |_| {
        match &section.server_authorities {
            Some(file) => format!("the server is checked against {}", file.display()),
            None => "the server is checked against the authorities of this machine".to_owned(),
        }
    })?;
    let probed = timeout(PATIENCE, transport.probe()).await;
    let probed = probed.unwrap_or_else(|_| Err(Broken::AfterSending("no answer came in time".to_owned())));
    match probed {
        Ok(probe) => {
            findings.good("tls", &what, "the server's certificate is good, and it took ours");
            return Some(probe);
        }
        Err(Broken::NotAdmitted(why)) => {
            let advice =
                "Is it the certificate of this environment, and is the API opened for this CVR number?";
            findings.bad("tls", &what, &why, advice);
        }
        Err(Broken::BeforeSending(why)) => {
            let advice = "Is it the right address, does something between here and there replace certificates, and are \
                          `server_authorities` or this machine's authorities up to date?";
            findings.bad("tls", &what, &why, advice);
        }
        Err(Broken::AfterSending(why)) => {
            findings.bad("tls", &what, &why, "MitID Erhverv is slow or down for now: try again later.");
        }
    }
    None
}

/// Whether there is a token; that the certificate has its right shows in that alone.
async fn token(findings: &mut Findings, site: &Site, section: &OrganisationSection) -> bool {
    let cvr = &section.cvr;
    let (what, right) = (
        format!("{cvr} token ({})", ApiOperation::AuthenticateTls.id()),
        format!("{cvr} certificate, right"),
    );
    match site.client.authenticate().await {
        Ok(()) => {
            findings.good("token", &what, &format!("{} gave one", section.api_address()));
            let words = "MitID Erhverv lets it in, so it has \"Access to IdM services in MitID Erhverv\"";
            findings.good("right", &right, words);
            true
        }
        Err(failure) => {
            findings.bad("token", &what, &failure.to_string(), advice(&failure));
            if matches!(failure, Failure::Unauthorised { .. }) {
                let advice = "In MitID Erhverv's portal give the certificate the right \"Access to IdM services in MitID \
                              Erhverv\", and have the API opened for this CVR number.";
                findings.bad("right", &right, "MitID Erhverv does not let it in", advice);
            } else {
                findings.unknown("right", &right, "not known without an answer");
            }
            false
        }
    }
}

async fn operations(findings: &mut Findings, site: &Site, section: &OrganisationSection) {
    use ApiOperation as Op;
    let client = &site.client;
    let mut told = |operation: Op, outcome: Result<usize, Failure>| {
        let what = format!("{} {}", section.cvr, operation.id());
        match outcome {
            Ok(number) => findings.good("operation", &what, &format!("{number} found")),
            Err(failure) => findings.bad("operation", &what, &failure.to_string(), advice(&failure)),
        }
    };
    told(Op::ListSeNumbers, client.se_numbers().await.map(|list| list.len()));
    told(Op::ListProductionUnits, client.production_units().await.map(|list| list.len()));
    told(Op::ListCategorizedRoles, client.catalogue().await.map(|list| list.len()));
    let found = client.search(site.pace.search_max_count).await;
    let somebody = found.as_ref().ok().and_then(|list| list.first()).map(|first| first.uuid);
    told(Op::SearchEmployees, found.map(|list| list.len()));
    let Some(uuid) = somebody else {
        let what = format!("{} operations about one user", section.cvr);
        return findings.unknown("operation", &what, "not tried, because there is no user yet");
    };
    of_one(site, uuid, &mut told).await;
}

async fn of_one(site: &Site, uuid: RemoteUuid, told: &mut impl FnMut(ApiOperation, Result<usize, Failure>)) {
    use ApiOperation as Op;
    told(Op::GetEmployee, site.client.employee(uuid).await.map(|_| 1));
    told(Op::ListAuthenticators, site.client.authenticators(uuid).await.map(|list| list.len()));
    told(Op::ListIdentityRoles, site.client.roles(uuid).await.map(|list| list.len()));
}

/// What a person can do about it.
fn advice(failure: &Failure) -> &'static str {
    match failure {
        Failure::Unauthorised { .. } => {
            "Is the API opened for this CVR number, and has the certificate the right \"Access to IdM services in MitID \
             Erhverv\"?"
        }
        Failure::Retry { .. } => "Try again later; nights are unreliable in MitID Erhverv.",
        _ => {
            "Look at the answer; the part of the contract that it is about may be different from what was inferred."
        }
    }
}
