//! Tables `campaign` and `attestation`: reviews of what people have, what was looked through, and who said what to it.
//!
//! What is looked through is written when a campaign begins and is never added to. What is removed becomes a grant that
//! takes away from the day that the campaign names, so it rides plan, guard and outbox like everything else.

mod round;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Cvr, GrantId, IdentityId, Language, danish_date,
    rights::{
        GrantOrigin,
        attestation::{
            AttestationRefusal, Campaign, CampaignFault, CampaignId, CampaignPlan, Item, Reviewer, items,
        },
    },
};
use serde_json::json;

pub use self::{
    round::{Attended, attend},
    rows::{
        Progress, all, count, of_reviewer, one, open, open_for, progress, recent, removed_by_hand, total,
    },
};
use self::{
    round::{note_departed, tell_reviewers},
    rows::{acts_for, before, insert, item, waiting},
};
use crate::{
    StoreError, Tx, identity, json,
    log::AuditEntry,
    rights::{
        facts,
        grant::{self, NewGrant},
        scene::Scene,
        telling::Telling,
    },
};

/// What somebody says to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    pub item: i64,
    pub keep: bool,
    /// Needed where it is removed.
    pub why: String,
}

/// Why a campaign did not begin or an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AttestationError {
    #[error("{}", words(.0))]
    Faults(Vec<CampaignFault>),
    #[error("there is no review {0}; look at the list of reviews")]
    NoSuchCampaign(i64),
    #[error("the review has no line {0}; open its page again")]
    NoSuchItem(i64),
    #[error("line {item}: {}", .why.say(Language::English))]
    Refused { item: i64, why: AttestationRefusal },
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn words(faults: &[CampaignFault]) -> String {
    faults.iter().map(|fault| fault.say(Language::English)).collect::<Vec<_>>().join("; ")
}

/// Begins a campaign: writes down what everybody has, and tells those who are to answer.
pub async fn begin(
    tx: &mut Tx,
    cvr: &Cvr,
    plan: &CampaignPlan,
    by: &str,
    telling: Option<Telling<'_>>,
) -> Result<Campaign, AttestationError> {
    let (scene, items) = look_through(tx, cvr, plan).await?;
    let row = tx.row("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM campaign", &[]).await?;
    let id = CampaignId(row.map(|row| row.int("id")).transpose()?.unwrap_or(1));
    let now = tx.now();
    let campaign = Campaign { id, plan: plan.clone(), begun_at: now, begun_by: by.to_owned(), closed: None };
    let sql = "INSERT INTO campaign (id, organisation, plan, begun_at, begun_by) VALUES ($1, $2, $3, $4, $5)";
    let values = [id.0.into(), cvr.to_string().into(), json::text(plan).into(), now.into(), by.into()];
    tx.execute_one(sql, &values).await?;
    insert(tx, id, &items).await?;
    let people: BTreeSet<IdentityId> = items.iter().map(|item| item.identity).collect();
    let detail = json!({ "campaign": id, "name": plan.name, "covers": plan.covers, "due": plan.due,
        "removal": plan.removal, "people": people.len(), "items": items.len() });
    tx.audit(AuditEntry::of(by, "attestation.begun", cvr).detail(detail)).await?;
    if let Some(telling) = telling {
        tell_reviewers(tx, cvr, &scene, &campaign, &items, telling, None).await?;
    }
    Ok(campaign)
}

/// What a campaign would look through if it began now.
pub async fn preview(tx: &mut Tx, cvr: &Cvr, plan: &CampaignPlan) -> Result<Vec<Item>, AttestationError> {
    look_through(tx, cvr, plan).await.map(|(_, items)| items)
}

async fn look_through(
    tx: &mut Tx,
    cvr: &Cvr,
    plan: &CampaignPlan,
) -> Result<(Scene, Vec<Item>), AttestationError> {
    let scene = Scene::load(tx, cvr).await?;
    let units = facts::names(tx, cvr).await?.folded_units;
    let faults = plan.faults(scene.today, &units, |key| scene.policy().bundles.contains_key(key));
    if !faults.is_empty() {
        return Err(AttestationError::Faults(faults));
    }
    let before = before(tx, cvr).await?;
    let rulebook = scene.rulebook(scene.policy());
    let people = scene
        .people
        .iter()
        .map(|one| (&one.facts, scene.entitlements.grants_of(one.facts.identity), &one.rights.held));
    let items = items(&plan.covers, &rulebook, &scene.chart(), &before, people);
    if items.is_empty() {
        return Err(AttestationError::Faults(vec![CampaignFault::Nothing]));
    }
    Ok((scene, items))
}

/// Takes answers. One that may not be given refuses all of them. Answering anew replaces the answer before.
pub async fn answer(
    tx: &mut Tx,
    cvr: &Cvr,
    id: CampaignId,
    by: &Reviewer,
    answers: &[NewAnswer],
) -> Result<usize, AttestationError> {
    let campaign = one(tx, cvr, id).await?.ok_or(AttestationError::NoSuchCampaign(id.0))?;
    let acts_for = acts_for(tx, cvr, by).await?;
    let mut said: BTreeMap<IdentityId, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let mut taken = 0;
    for new in answers {
        let item = item(tx, id, new.item).await?.ok_or(AttestationError::NoSuchItem(new.item))?;
        let refused = |why| AttestationError::Refused { item: new.item, why };
        item.may_answer(by, &acts_for, campaign.closed.is_some()).map_err(refused)?;
        if by.identities.is_empty() && identity::is_called(tx, item.identity, &by.name).await? {
            return Err(refused(AttestationRefusal::Own));
        }
        if !new.keep && new.why.trim().is_empty() {
            return Err(refused(AttestationRefusal::NoReason));
        }
        if item.answer.as_ref().is_some_and(|old| old.keep == new.keep) {
            continue;
        }
        let withdrawal = follow(tx, cvr, &campaign, &item, by, new).await?;
        write_answer(tx, id, by, new, withdrawal).await?;
        let (kept, removed) = said.entry(item.identity).or_default();
        if new.keep { kept } else { removed }.push(item.subject.for_log());
        taken += 1;
    }
    for (identity, (kept, removed)) in said {
        let detail = json!({ "campaign": id, "kept": kept, "removed": removed });
        let entry = AuditEntry::of(&by.name, "attestation.answered", cvr).subject(&identity.to_string());
        tx.audit(entry.detail(detail)).await?;
    }
    Ok(taken)
}

/// Takes away what is removed, and gives back what was removed before and is kept now.
async fn follow(
    tx: &mut Tx,
    cvr: &Cvr,
    campaign: &Campaign,
    item: &Item,
    by: &Reviewer,
    new: &NewAnswer,
) -> Result<Option<GrantId>, StoreError> {
    if let Some(withdrawal) = item.answer.as_ref().and_then(|old| old.withdrawal) {
        grant::end(tx, cvr, withdrawal, &by.name, "kept after all").await?;
    }
    if new.keep || !item.managed {
        return Ok(None);
    }
    let withdrawal = NewGrant {
        identity: item.identity,
        granted: item.subject.clone(),
        from: Some(campaign.plan.removed_from(danish_date(tx.now()))),
        until: None,
        why: format!("{}: {}", campaign.plan.name, new.why.trim()),
        case: None,
        origin: GrantOrigin::Withdrawn,
        by: by.name.clone(),
        approved_by: vec![by.name.clone()],
    };
    grant::give(tx, cvr, &withdrawal).await.map(Some)
}

async fn write_answer(
    tx: &mut Tx,
    id: CampaignId,
    by: &Reviewer,
    new: &NewAnswer,
    withdrawal: Option<GrantId>,
) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE attestation SET keep = $3, answered_by = $4, answered_identity = $5, answered_at = $6, why = $7,
                   withdrawal = $8 WHERE campaign = $1 AND item = $2";
    let values = [
        id.0.into(),
        new.item.into(),
        new.keep.into(),
        by.name.as_str().into(),
        by.identities.first().map(|identity| identity.0).into(),
        now.into(),
        new.why.trim().into(),
        withdrawal.map(|withdrawal| withdrawal.0).into(),
    ];
    tx.execute_one(sql, &values).await
}

/// Gives what waits for somebody, or for the rights administrators, to somebody else or to them. Not what that one has
/// themselves, and not what whoever hands over has: nobody chooses who reviews them. Says how much that is.
pub async fn hand_over(
    tx: &mut Tx,
    cvr: &Cvr,
    id: CampaignId,
    (from, to): (Option<IdentityId>, Option<IdentityId>),
    by: &Reviewer,
) -> Result<u64, AttestationError> {
    let campaign = one(tx, cvr, id).await?.ok_or(AttestationError::NoSuchCampaign(id.0))?;
    let mut handed = 0;
    for item in waiting(tx, id).await? {
        let own = to == Some(item.identity) || by.identities.contains(&item.identity);
        let theirs = item.reviewer == from && !own;
        if theirs && to != from && campaign.closed.is_none() {
            let sql = "UPDATE attestation SET reviewer = $3 WHERE campaign = $1 AND item = $2";
            tx.execute_one(sql, &[id.0.into(), item.number.into(), to.map(|one| one.0).into()]).await?;
            handed += 1;
        }
    }
    if handed > 0 {
        let detail = json!({ "campaign": id, "from": from, "to": to, "items": handed });
        tx.audit(AuditEntry::of(&by.name, "attestation.handed-over", cvr).detail(detail)).await?;
    }
    Ok(handed)
}

/// Ends a campaign. What nobody answered stays as it is, and the report says so. `None`: it is closed already.
pub async fn close(tx: &mut Tx, cvr: &Cvr, id: CampaignId, by: &str) -> Result<Option<Progress>, StoreError> {
    let Some(Campaign { closed: None, .. }) = one(tx, cvr, id).await? else { return Ok(None) };
    let people = facts::everybody(tx, cvr).await?;
    let here = people.iter().filter(|one| one.facts.here).map(|one| one.facts.identity).collect();
    note_departed(tx, id, &here).await?;
    let now = tx.now();
    let sql = "UPDATE campaign SET closed_at = $2, closed_by = $3 WHERE id = $1";
    tx.execute_one(sql, &[id.0.into(), now.into(), by.into()]).await?;
    let whole = total(&progress(tx, id).await?);
    let Progress { people, items, kept, removed, departed } = whole;
    let detail = json!({ "campaign": id, "people": people, "items": items, "kept": kept, "removed": removed,
        "departed": departed, "unanswered": whole.left() });
    tx.audit(AuditEntry::of(by, "attestation.closed", cvr).detail(detail)).await?;
    Ok(Some(whole))
}
