//! What is done once a day without anybody asking: reminders of requests that wait, warnings before a grant ends, and
//! reviews that remind and move upwards.

use anyhow::Result;
use domain::Cvr;
use store::rights::{attestation, ending, request, request::RequestError, telling::Telling};

use crate::installation::Installation;

/// Days after which somebody who has not decided a request is reminded, and again after as many.
const REMIND_AFTER: i64 = 3;

/// Days before its last day that the end of a grant is told.
const WARN_BEFORE: i32 = 14;

/// Without a mail server nobody is told anything: what was queued would all go out on the day there is one. Reviews
/// move on all the same.
pub(super) async fn day(installation: &Installation, cvr: &Cvr) -> Result<()> {
    let configuration = &installation.configuration;
    let console = configuration.web.address.trim_end_matches('/');
    let telling = configuration.mail.as_ref().map(|mail| Telling { console, language: mail.language() });
    let told = installation.store.write(|tx| {
        Box::pin(async {
            let reviews = attestation::attend(tx, cvr, telling).await?;
            let Some(telling) = telling else { return Ok::<_, RequestError>((reviews, 0, 0)) };
            let requests = request::remind(tx, cvr, REMIND_AFTER, telling).await?;
            Ok((reviews, requests, ending::warn(tx, cvr, WARN_BEFORE, telling).await?))
        })
    });
    let (reviews, requests, endings) = told.await?;
    if requests + endings + reviews.letters > 0 {
        let reviews = reviews.letters;
        tracing::info!(organisation = %cvr, requests, endings, reviews, "reminders and warnings are queued as mail");
    }
    if reviews.moved > 0 {
        tracing::info!(organisation = %cvr, lines = reviews.moved, "what was not reviewed moved to somebody else");
    }
    Ok(())
}
