//! Tables `campaign` and `attestation`: reviews of what people have, what was looked through, and who said what to it.
//!
//! What is looked through is written when a campaign begins and is never added to. What is removed becomes a grant that
//! takes away from the day that the campaign names, so it rides plan, guard and outbox like everything else.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{
    Cvr, GrantId, IdentityId, Language, Notice, danish_date,
    rights::{
        GrantOrigin, Granted,
        attestation::{
            Answer, AttestationRefusal, Before, Campaign, CampaignFault, CampaignId, CampaignPlan, Closed,
            Item, Kept, Reviewer, items,
        },
        request::Chart,
    },
};
use serde_json::json;

use crate::{
    Keys, Row, StoreError, Tx, Value, identity, json,
    log::AuditEntry,
    mail::{self, NewMail},
    rights::{
        facts,
        grant::{self, NewGrant},
        request::{Scene, Telling, administrators, emails, name_of},
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

/// How far those are whose it is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub people: i64,
    pub items: i64,
    pub kept: i64,
    pub removed: i64,
    pub departed: i64,
}

/// What the day's round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attended {
    /// Things that moved to somebody else.
    pub moved: usize,
    pub letters: usize,
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

impl Progress {
    /// What nobody has answered yet.
    pub fn left(&self) -> i64 {
        self.items - self.kept - self.removed - self.departed
    }
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
    let entitlements = &scene.entitlements;
    let units = facts::names(tx, cvr).await?.folded_units;
    let faults = plan.faults(scene.today, &units, |key| entitlements.policy.bundles.contains_key(key));
    if !faults.is_empty() {
        return Err(AttestationError::Faults(faults));
    }
    let before = before(tx, cvr).await?;
    let everybody = scene.people.iter().map(|one| (&one.facts, &one.rights.held));
    let rulebook = entitlements.rulebook(&entitlements.policy, scene.today, everybody);
    let people = scene
        .people
        .iter()
        .map(|one| (&one.facts, entitlements.grants_of(one.facts.identity), &one.rights.held));
    let items = items(&plan.covers, &rulebook, &scene.chart(), &before, people);
    if items.is_empty() {
        return Err(AttestationError::Faults(vec![CampaignFault::Nothing]));
    }
    Ok((scene, items))
}

async fn insert(tx: &mut Tx, id: CampaignId, items: &[Item]) -> Result<(), StoreError> {
    const COLUMNS: [&str; 11] = [
        "campaign", "item", "identity", "subject", "managed", "label", "unit", "title", "grounds", "since",
        "reviewer",
    ];
    let rows = items.iter().map(|item| {
        vec![
            id.0.into(),
            item.number.into(),
            item.identity.0.into(),
            json::text(&item.subject).into(),
            item.managed.into(),
            item.label.as_str().into(),
            Value::Text(item.unit.clone()),
            Value::Text(item.title.clone()),
            json::text(&item.grounds).into(),
            json::text(&item.since).into(),
            item.reviewer.map(|reviewer| reviewer.0).into(),
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("attestation", &COLUMNS, rows.into_iter(), None).await.map(drop)
}

/// What was kept the last time, whichever campaign that was.
async fn before(tx: &mut Tx, cvr: &Cvr) -> Result<Before, StoreError> {
    let sql = "SELECT a.identity, a.subject, a.unit, a.title, a.answered_by, a.answered_at
               FROM attestation a JOIN campaign c ON c.id = a.campaign
               WHERE c.organisation = $1 AND a.keep ORDER BY a.answered_at, a.campaign, a.item";
    let read = |_: &Keys, row: &Row| {
        let kept = Kept {
            on: danish_date(row.timestamp("answered_at")?),
            by: row.text("answered_by")?.to_owned(),
            unit: row.optional_text("unit")?.map(str::to_owned),
            title: row.optional_text("title")?.map(str::to_owned),
        };
        let subject: Granted = json::read(row, "subject")?;
        Ok(((IdentityId(row.uuid("identity")?), subject), kept))
    };
    let kept = tx.read_rows(sql, &[cvr.to_string().into()], read).await?;
    Ok(Before(kept.into_iter().collect()))
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

/// Everybody whose part somebody may take today: themselves, and those who are away and named them.
async fn acts_for(tx: &mut Tx, cvr: &Cvr, by: &Reviewer) -> Result<HashSet<IdentityId>, StoreError> {
    let today = danish_date(tx.now());
    let mut acts_for = HashSet::new();
    let sql = "SELECT absent.id FROM substitute s
               JOIN identity me ON me.organisation = s.organisation AND me.user_key = s.stands_in
               JOIN identity absent ON absent.organisation = s.organisation AND absent.user_key = s.absent
               WHERE s.organisation = $1 AND me.id = $2 AND s.from_day <= $3 AND s.until_day >= $3
                   AND absent.presence <> 'left'";
    for me in &by.identities {
        let here = "SELECT id FROM identity WHERE id = $1 AND presence <> 'left'";
        if tx.row(here, &[me.0.into()]).await?.is_none() {
            continue;
        }
        acts_for.insert(*me);
        for row in tx.rows(sql, &[cvr.to_string().into(), me.0.into(), today.into()]).await? {
            acts_for.insert(IdentityId(row.uuid("id")?));
        }
    }
    Ok(acts_for)
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

/// The sum; people are those of each part, who may be the same.
pub fn total(parts: &[(Option<IdentityId>, Progress)]) -> Progress {
    parts.iter().fold(Progress::default(), |sum, (_, part)| Progress {
        people: sum.people + part.people,
        items: sum.items + part.items,
        kept: sum.kept + part.kept,
        removed: sum.removed + part.removed,
        departed: sum.departed + part.departed,
    })
}

/// The day's round through all open campaigns: people who left, reviewers who left, steps upwards, reminders.
pub async fn attend(tx: &mut Tx, cvr: &Cvr, telling: Option<Telling<'_>>) -> Result<Attended, StoreError> {
    let open = open(tx, cvr).await?;
    let mut attended = Attended::default();
    if open.is_empty() {
        return Ok(attended);
    }
    let scene = Scene::load(tx, cvr).await?;
    let here: HashSet<IdentityId> =
        scene.people.iter().filter(|one| one.facts.here).map(|one| one.facts.identity).collect();
    for campaign in open {
        note_departed(tx, campaign.id, &here).await?;
        let waiting = waiting(tx, campaign.id).await?;
        let (moved, letters) = escalate(tx, cvr, &scene, &campaign, waiting, telling).await?;
        attended.moved += moved;
        attended.letters += letters;
        if let (Some(days), Some(telling)) = (campaign.plan.reminder(scene.today), telling) {
            let waiting = self::waiting(tx, campaign.id).await?;
            attended.letters +=
                tell_reviewers(tx, cvr, &scene, &campaign, &waiting, telling, Some(days)).await?;
        }
    }
    Ok(attended)
}

/// Those who had left when it was last looked at.
async fn departed(tx: &mut Tx, id: CampaignId) -> Result<Vec<IdentityId>, StoreError> {
    let sql = "SELECT DISTINCT identity FROM attestation WHERE campaign = $1 AND departed";
    let rows = tx.rows(sql, &[id.0.into()]).await?;
    rows.iter().map(|row| Ok(IdentityId(row.uuid("identity")?))).collect()
}

/// Leaves out who has left, and takes in again who is back.
async fn note_departed(tx: &mut Tx, id: CampaignId, here: &HashSet<IdentityId>) -> Result<(), StoreError> {
    let gone: BTreeSet<IdentityId> = waiting(tx, id)
        .await?
        .into_iter()
        .map(|item| item.identity)
        .filter(|one| !here.contains(one))
        .collect();
    for identity in gone {
        let sql =
            "UPDATE attestation SET departed = TRUE WHERE campaign = $1 AND identity = $2 AND keep IS NULL";
        tx.execute(sql, &[id.0.into(), identity.0.into()]).await?;
    }
    for identity in departed(tx, id).await?.into_iter().filter(|one| here.contains(one)) {
        let sql = "UPDATE attestation SET departed = FALSE WHERE campaign = $1 AND identity = $2";
        tx.execute(sql, &[id.0.into(), identity.0.into()]).await?;
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
async fn tell_reviewers(
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
    let notice = |manager: String| Notice::AttestationEscalated {
        manager,
        absent_manager: name_of(scene, from),
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
    for (identity, email) in emails(tx, cvr, &to).await? {
        let notice = notice(name_of(scene, identity));
        let mail = NewMail { to: &email, notice: &notice, language: telling.language, dedupe };
        letters += usize::from(mail::queue(tx, cvr, &mail).await?);
    }
    Ok(letters)
}

const CAMPAIGN: &str = "id, plan, begun_at, begun_by, closed_at, closed_by";

pub async fn one(tx: &mut Tx, cvr: &Cvr, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let sql = format!("SELECT {CAMPAIGN} FROM campaign WHERE organisation = $1 AND id = $2");
    tx.row(&sql, &[cvr.to_string().into(), id.0.into()]).await?.as_ref().map(read_campaign).transpose()
}

/// Those that are not closed, the oldest first.
pub async fn open(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Campaign>, StoreError> {
    let sql =
        format!("SELECT {CAMPAIGN} FROM campaign WHERE organisation = $1 AND closed_at IS NULL ORDER BY id");
    tx.rows(&sql, &[cvr.to_string().into()]).await?.iter().map(read_campaign).collect()
}

/// All of them, the newest first.
pub async fn recent(tx: &mut Tx, cvr: &Cvr, limit: i64, offset: i64) -> Result<Vec<Campaign>, StoreError> {
    let sql = format!(
        "SELECT {CAMPAIGN} FROM campaign WHERE organisation = $1 ORDER BY id DESC LIMIT $2 OFFSET $3"
    );
    let values = [cvr.to_string().into(), limit.into(), offset.into()];
    tx.rows(&sql, &values).await?.iter().map(read_campaign).collect()
}

/// How many there are and were.
pub async fn count(tx: &mut Tx, cvr: &Cvr) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM campaign WHERE organisation = $1";
    let row = tx.row(sql, &[cvr.to_string().into()]).await?;
    row.map(|row| row.int("n")).transpose().map(Option::unwrap_or_default)
}

fn read_campaign(row: &Row) -> Result<Campaign, StoreError> {
    let closed = match (row.optional_timestamp("closed_at")?, row.optional_text("closed_by")?) {
        (Some(at), Some(by)) => Some(Closed { at, by: by.to_owned() }),
        _ => None,
    };
    Ok(Campaign {
        id: CampaignId(row.int("id")?),
        plan: json::read(row, "plan")?,
        begun_at: row.timestamp("begun_at")?,
        begun_by: row.text("begun_by")?.to_owned(),
        closed,
    })
}

/// How far everybody is, by whose it is to answer now; nobody's are the rights administrators'.
pub async fn progress(
    tx: &mut Tx,
    id: CampaignId,
) -> Result<Vec<(Option<IdentityId>, Progress)>, StoreError> {
    let sql = "SELECT reviewer, COUNT(DISTINCT identity) AS people, COUNT(*) AS items,
                   COUNT(CASE WHEN keep THEN 1 END) AS kept, COUNT(CASE WHEN NOT keep THEN 1 END) AS removed,
                   COUNT(CASE WHEN departed THEN 1 END) AS departed
               FROM attestation WHERE campaign = $1 GROUP BY reviewer ORDER BY reviewer";
    let rows = tx.rows(sql, &[id.0.into()]).await?;
    let read = |row: &Row| {
        let progress = Progress {
            people: row.int("people")?,
            items: row.int("items")?,
            kept: row.int("kept")?,
            removed: row.int("removed")?,
            departed: row.int("departed")?,
        };
        Ok((row.optional_uuid("reviewer")?.map(IdentityId), progress))
    };
    rows.iter().map(read).collect()
}

const ITEM: &str =
    "item, identity, subject, managed, label, unit, title, grounds, since, reviewer, level, keep,
    answered_by, answered_identity, answered_at, why, withdrawal, departed";

/// Everything that was looked through, in the order of people.
pub async fn all(tx: &mut Tx, id: CampaignId) -> Result<Vec<Item>, StoreError> {
    let sql = format!("SELECT {ITEM} FROM attestation WHERE campaign = $1 ORDER BY item");
    tx.read_rows(&sql, &[id.0.into()], |_: &Keys, row: &Row| read_item(row)).await
}

/// What still waits for an answer.
async fn waiting(tx: &mut Tx, id: CampaignId) -> Result<Vec<Item>, StoreError> {
    let sql = format!(
        "SELECT {ITEM} FROM attestation WHERE campaign = $1 AND keep IS NULL AND NOT departed ORDER BY item"
    );
    tx.read_rows(&sql, &[id.0.into()], |_: &Keys, row: &Row| read_item(row)).await
}

async fn item(tx: &mut Tx, id: CampaignId, number: i64) -> Result<Option<Item>, StoreError> {
    let sql = format!("SELECT {ITEM} FROM attestation WHERE campaign = $1 AND item = $2");
    tx.row(&sql, &[id.0.into(), number.into()]).await?.as_ref().map(read_item).transpose()
}

/// What is theirs to answer in one campaign, in the order of people; never their own.
pub async fn of_reviewer(
    tx: &mut Tx,
    cvr: &Cvr,
    id: CampaignId,
    by: &Reviewer,
) -> Result<Vec<Item>, StoreError> {
    let acts_for = acts_for(tx, cvr, by).await?;
    items_for(tx, id, by, &acts_for).await
}

async fn items_for(
    tx: &mut Tx,
    id: CampaignId,
    by: &Reviewer,
    acts_for: &HashSet<IdentityId>,
) -> Result<Vec<Item>, StoreError> {
    let mut rows = Vec::new();
    let sql = format!("SELECT {ITEM} FROM attestation WHERE campaign = $1 AND reviewer = $2");
    for reviewer in acts_for {
        rows.extend(tx.rows(&sql, &[id.0.into(), reviewer.0.into()]).await?);
    }
    if by.rights_administrator {
        let sql = format!("SELECT {ITEM} FROM attestation WHERE campaign = $1 AND reviewer IS NULL");
        rows.extend(tx.rows(&sql, &[id.0.into()]).await?);
    }
    let mut items = rows.iter().map(read_item).collect::<Result<Vec<_>, _>>()?;
    items.retain(|item| !by.identities.contains(&item.identity));
    items.sort_by_key(|item| item.number);
    Ok(items)
}

/// Open campaigns in which something is theirs to answer, with the number of people who still wait for it.
pub async fn open_for(tx: &mut Tx, cvr: &Cvr, by: &Reviewer) -> Result<Vec<(Campaign, usize)>, StoreError> {
    let acts_for = acts_for(tx, cvr, by).await?;
    let mut found = Vec::new();
    for campaign in open(tx, cvr).await? {
        let items = items_for(tx, campaign.id, by, &acts_for).await?;
        let waiting = items.iter().filter(|item| item.waits()).map(|item| item.identity);
        let people: HashSet<IdentityId> = waiting.collect();
        if !items.is_empty() {
            found.push((campaign, people.len()));
        }
    }
    Ok(found)
}

fn read_item(row: &Row) -> Result<Item, StoreError> {
    let answer = match (row.optional_bool("keep")?, row.optional_timestamp("answered_at")?) {
        (Some(keep), Some(at)) => Some(Answer {
            keep,
            by: row.optional_text("answered_by")?.unwrap_or_default().to_owned(),
            identity: row.optional_uuid("answered_identity")?.map(IdentityId),
            at,
            why: row.optional_text("why")?.unwrap_or_default().to_owned(),
            withdrawal: row.optional_uuid("withdrawal")?.map(GrantId),
        }),
        _ => None,
    };
    Ok(Item {
        number: row.int("item")?,
        identity: IdentityId(row.uuid("identity")?),
        subject: json::read(row, "subject")?,
        managed: row.bool("managed")?,
        label: row.text("label")?.to_owned(),
        unit: row.optional_text("unit")?.map(str::to_owned),
        title: row.optional_text("title")?.map(str::to_owned),
        grounds: json::read(row, "grounds")?,
        since: json::read(row, "since")?,
        reviewer: row.optional_uuid("reviewer")?.map(IdentityId),
        level: i32::try_from(row.int("level")?).map_err(|_| row.broken("level", "is no count"))?,
        answer,
        departed: row.bool("departed")?,
    })
}
