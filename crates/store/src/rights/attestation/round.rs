//! What a day brings to reviews that run: people who left or came back, reviewers who left, steps upwards, reminders.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{
    Cvr, IdentityId, Notice,
    rights::{
        attestation::{Campaign, CampaignId, Item},
        request::Chart,
    },
};
use serde_json::json;

use super::rows;
use crate::{
    StoreError, Tx,
    log::AuditEntry,
    rights::{
        scene::Scene,
        telling::{Telling, administrators, name_of},
    },
};

/// What the day's round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attended {
    /// Things that moved to somebody else.
    pub moved: usize,
    pub letters: usize,
}

/// The day's round through all open campaigns: people who left, reviewers who left, steps upwards, reminders.
pub async fn attend(tx: &mut Tx, cvr: &Cvr, telling: Option<Telling<'_>>) -> Result<Attended, StoreError> {
    let open = rows::open(tx, cvr).await?;
    let mut attended = Attended::default();
    if open.is_empty() {
        return Ok(attended);
    }
    let scene = Scene::load(tx, cvr).await?;
    let here: HashSet<IdentityId> =
        scene.people.iter().filter(|one| one.facts.here).map(|one| one.facts.identity).collect();
    for campaign in open {
        note_departed(tx, campaign.id, &here).await?;
        let waiting = rows::waiting(tx, campaign.id).await?;
        let (moved, letters) = escalate(tx, cvr, &scene, &campaign, waiting, telling).await?;
        attended.moved += moved;
        attended.letters += letters;
        if let (Some(days), Some(telling)) = (campaign.plan.reminder(scene.today), telling) {
            let waiting = rows::waiting(tx, campaign.id).await?;
            attended.letters +=
                tell_reviewers(tx, cvr, &scene, &campaign, &waiting, telling, Some(days)).await?;
        }
    }
    Ok(attended)
}

/// Leaves out who has left before anybody answered, and takes in again who is back.
pub(super) async fn note_departed(
    tx: &mut Tx,
    id: CampaignId,
    here: &HashSet<IdentityId>,
) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT identity, departed FROM attestation WHERE campaign = $1 AND keep IS NULL";
    for row in tx.rows(sql, &[id.0.into()]).await? {
        let identity = IdentityId(row.uuid("identity")?);
        if here.contains(&identity) == row.bool("departed")? {
            let sql = "UPDATE attestation SET departed = NOT departed
                       WHERE campaign = $1 AND identity = $2 AND keep IS NULL";
            tx.execute(sql, &[id.0.into(), identity.0.into()]).await?;
        }
    }
    Ok(())
}

/// Moves what is late to the manager above, and what belongs to somebody who left to whoever is the manager now.
async fn escalate(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
    campaign: &Campaign,
    waiting: Vec<Item>,
    telling: Option<Telling<'_>>,
) -> Result<(usize, usize), StoreError> {
    let (chart, level) = (scene.chart(), campaign.plan.level(scene.today));
    let mut paths: BTreeMap<(Option<IdentityId>, IdentityId), BTreeSet<IdentityId>> = BTreeMap::new();
    let mut moved = 0;
    for item in waiting {
        let Some(before) = item.reviewer else { continue };
        let after = next_reviewer(&chart, &item, level);
        if after == (Some(before), item.level) {
            continue;
        }
        let sql = "UPDATE attestation SET reviewer = $3, level = $4 WHERE campaign = $1 AND item = $2";
        let values = [
            campaign.id.0.into(),
            item.number.into(),
            after.0.map(|one| one.0).into(),
            i64::from(after.1).into(),
        ];
        tx.execute_one(sql, &values).await?;
        paths.entry((after.0, before)).or_default().insert(item.identity);
        moved += 1;
    }
    let mut letters = 0;
    for ((to, from), people) in paths {
        let detail = json!({ "campaign": campaign.id, "from": from, "to": to, "people": people.len() });
        tx.audit(AuditEntry::of("lokalid", "attestation.moved", cvr).detail(detail)).await?;
        if let Some(telling) = telling {
            letters += tell_moved(tx, cvr, scene, campaign, (to, from), people.len(), telling).await?;
        }
    }
    Ok((moved, letters))
}

/// Who answers by now, and how often it moved for being late.
fn next_reviewer(chart: &Chart<'_>, item: &Item, level: i32) -> (Option<IdentityId>, i32) {
    let here = |one: IdentityId| chart.person(one).is_some();
    let mut next = item.clone();
    if item.reviewer.is_some_and(|reviewer| !here(reviewer)) {
        let managers = chart.person(item.identity).map(|person| chart.managers_of(person));
        next.reviewer = managers.and_then(|all| all.first().map(|one| one.identity));
    }
    while next.level < level && next.reviewer.is_some() {
        next.reviewer = next.above(chart);
        next.level += 1;
    }
    (next.reviewer, next.level)
}

/// Tells everybody whose it is to answer, or reminds them so many days before the last one.
pub(super) async fn tell_reviewers(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
    campaign: &Campaign,
    items: &[Item],
    telling: Telling<'_>,
    reminder: Option<i32>,
) -> Result<usize, StoreError> {
    let mut people: BTreeMap<Option<IdentityId>, BTreeSet<IdentityId>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.waits()) {
        people.entry(item.reviewer).or_default().insert(item.identity);
    }
    let dedupe = match reminder {
        Some(days) => format!("attestation-{}-{days}", campaign.id.0),
        None => format!("attestation-{}", campaign.id.0),
    };
    let mut letters = 0;
    for (reviewer, people) in people {
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let notice = |manager: String| {
            let (name, due, address) =
                (campaign.plan.name.clone(), campaign.plan.due, address(campaign, telling));
            if reminder.is_none() {
                Notice::AttestationBegins { manager, campaign: name, people: count, due, address }
            } else {
                Notice::AttestationReminder { manager, campaign: name, left: count, due, address }
            }
        };
        letters += tell(tx, cvr, scene, reviewer, &notice, &dedupe, telling).await?;
    }
    Ok(letters)
}

async fn tell_moved(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
    campaign: &Campaign,
    (to, from): (Option<IdentityId>, IdentityId),
    people: usize,
    telling: Telling<'_>,
) -> Result<usize, StoreError> {
    let absent_manager = name_of(tx, scene, from).await?;
    let notice = |manager: String| Notice::AttestationEscalated {
        manager,
        absent_manager: absent_manager.clone(),
        campaign: campaign.plan.name.clone(),
        left: u32::try_from(people).unwrap_or(u32::MAX),
        due: campaign.plan.due,
        address: address(campaign, telling),
    };
    let dedupe = format!("attestation-{}-{from}", campaign.id.0);
    tell(tx, cvr, scene, to, &notice, &dedupe, telling).await
}

fn address(campaign: &Campaign, telling: Telling<'_>) -> String {
    format!("{}/rights/attestation/{}", telling.console, campaign.id.0)
}

/// To one person, or to every rights administrator.
async fn tell(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
    to: Option<IdentityId>,
    notice: &(dyn Fn(String) -> Notice + Sync),
    dedupe: &str,
    telling: Telling<'_>,
) -> Result<usize, StoreError> {
    let to = match to {
        Some(reviewer) => vec![reviewer],
        None => administrators(tx, cvr, scene).await?,
    };
    let mut letters = 0;
    for identity in to {
        let notice = notice(name_of(tx, scene, identity).await?);
        letters += telling.queue(tx, cvr, identity, &notice, dedupe).await?;
    }
    Ok(letters)
}
