//! The mail server: connection, TLS and log-in. Nothing is sent.

use std::time::Duration;

use domain::Cvr;
use store::{StoreError, mail::MailState};
use tokio::time::timeout;

use super::finding::Findings;
use crate::{installation::Installation, mail};

const WHAT: &str = "mail";
/// Longer than a healthy server takes, and short enough to wait for.
const PATIENCE: Duration = Duration::from_secs(15);

pub async fn examine(findings: &mut Findings, installation: &Installation, organisation: Option<&Cvr>) {
    let waiting = waiting(installation, organisation).await.unwrap_or_default();
    let configuration = &installation.configuration;
    let Some(section) = &configuration.mail else {
        let words = format!("lokalid.toml has no [mail], so nobody is told anything by mail; {waiting}");
        return findings.unknown("mail", WHAT, &words);
    };
    let made = mail::mailer(configuration, section);
    let server = format!("{}:{}", section.server, section.port());
    let told = |_: &_| format!("{server} is asked with what [mail] says");
    let Some(mailer) = findings.note("mail", "mail, settings", made, told) else { return };
    let Ok(probed) = timeout(PATIENCE, mailer.probe()).await else {
        let words = format!("{server} did not answer within {} seconds; {waiting}", PATIENCE.as_secs());
        let advice = "Check `server`, `port` and `tls` of [mail], and the firewall in between.";
        return findings.bad("mail", WHAT, &words, advice);
    };
    findings
        .note("mail", WHAT, probed, |()| format!("the server lets us in; nothing was sent, and {waiting}"));
}

async fn waiting(installation: &Installation, organisation: Option<&Cvr>) -> Result<String, StoreError> {
    let (mut waiting, mut failed) = (0, 0);
    for cvr in installation.chosen(organisation).unwrap_or_default() {
        let read = installation.store.read(|tx| Box::pin(async { store::mail::counts(tx, &cvr).await }));
        let counts = read.await?;
        waiting += counts.get(&MailState::Waiting).unwrap_or(&0);
        failed += counts.get(&MailState::Failed).unwrap_or(&0);
    }
    Ok(match failed {
        0 => format!("{waiting} waiting"),
        _ => format!("{waiting} waiting, {failed} failed (`lokalid mail list` says why)"),
    })
}
