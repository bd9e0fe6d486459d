//! What is done once a day without anybody asking: reminders of requests that wait, and warnings before a grant ends.

use anyhow::Result;
use domain::Cvr;
use store::rights::{
    ending, request,
    request::{RequestError, Telling},
};

use crate::installation::Installation;

/// Days after which somebody who has not decided a request is reminded, and again after as many.
const REMIND_AFTER: i64 = 3;

/// Days before its last day that the end of a grant is told.
const WARN_BEFORE: i32 = 14;

/// Without a mail server nobody is told anything: what was queued would all go out on the day there is one.
pub(super) async fn tell(installation: &Installation, cvr: &Cvr) -> Result<()> {
    let configuration = &installation.configuration;
    let Some(mail) = &configuration.mail else { return Ok(()) };
    let console = configuration.web.address.trim_end_matches('/');
    let telling = Telling { console, language: mail.language() };
    let told = installation.store.write(|tx| {
        Box::pin(async {
            let reminded = request::remind(tx, cvr, REMIND_AFTER, telling).await?;
            Ok::<_, RequestError>((reminded, ending::warn(tx, cvr, WARN_BEFORE, telling).await?))
        })
    });
    let (requests, endings) = told.await?;
    if requests + endings > 0 {
        tracing::info!(organisation = %cvr, requests, endings, "reminders and warnings are queued as mail");
    }
    Ok(())
}
