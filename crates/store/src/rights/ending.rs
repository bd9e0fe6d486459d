//! Warnings before a grant ends: to the person and to their manager, once for each grant and last day.

use domain::{Cvr, Notice, danish_date};

use crate::{
    StoreError, Tx,
    rights::{
        scene::Scene,
        telling::{Telling, called, name_of},
    },
};

/// Queues a warning about every grant whose last day is at most so many days away. Says how many letters are new.
pub async fn warn(tx: &mut Tx, cvr: &Cvr, days: i32, telling: Telling<'_>) -> Result<usize, StoreError> {
    let today = danish_date(tx.now());
    let soon = today.saturating_add(jiff::Span::new().days(days));
    let scene = Scene::load(tx, cvr).await?;
    let (entitlements, chart) = (&scene.entitlements, scene.chart());
    let ending = entitlements.grants.values().flatten().filter_map(|grant| Some((grant, grant.until?)));
    let mut queued = 0;
    for (grant, until) in ending.filter(|(_, until)| (today..=soon).contains(until)) {
        let Some(facts) = chart.person(grant.identity) else { continue };
        let address = format!("{}/rights/requests/new?person={}", telling.console, grant.identity);
        let (person, bundle) =
            (name_of(tx, &scene, grant.identity).await?, called(entitlements, &grant.granted));
        let dedupe = format!("grant-{}", grant.id);
        let own = Notice::RightExpires {
            person: person.clone(),
            bundle: bundle.clone(),
            until,
            address: address.clone(),
        };
        queued += telling.queue(tx, cvr, grant.identity, &own, &dedupe).await?;
        if let Some(above) = facts.manager.as_deref().and_then(|name| chart.called(name)) {
            let manager = name_of(tx, &scene, above.identity).await?;
            let notice = Notice::RightOfOthersExpires { manager, person, bundle, until, address };
            queued += telling.queue(tx, cvr, above.identity, &notice, &dedupe).await?;
        }
    }
    Ok(queued)
}
