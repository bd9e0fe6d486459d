//! What stands in the tables `campaign` and `attestation`, and how far everybody is.

use std::collections::HashSet;

use domain::{
    Cvr, GrantId, IdentityId, danish_date,
    rights::{
        Granted,
        attestation::{Answer, Before, Campaign, CampaignId, Closed, Item, Kept, Reviewer},
    },
};

use crate::{Keys, Row, StoreError, Tx, Value, json};

/// How far those are whose it is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub people: i64,
    pub items: i64,
    pub kept: i64,
    pub removed: i64,
    pub departed: i64,
}

impl Progress {
    /// What nobody has answered yet.
    pub fn left(&self) -> i64 {
        self.items - self.kept - self.removed - self.departed
    }
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

pub(super) async fn insert(tx: &mut Tx, id: CampaignId, items: &[Item]) -> Result<(), StoreError> {
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
pub(super) async fn before(tx: &mut Tx, cvr: &Cvr) -> Result<Before, StoreError> {
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

/// What was removed and must be taken away in MitID Erhverv, since Lokalid does not look after it.
pub async fn removed_by_hand(tx: &mut Tx, id: CampaignId) -> Result<Vec<Item>, StoreError> {
    let sql = format!(
        "SELECT {ITEM} FROM attestation WHERE campaign = $1 AND NOT keep AND NOT managed ORDER BY item"
    );
    tx.read_rows(&sql, &[id.0.into()], |_: &Keys, row: &Row| read_item(row)).await
}

/// What still waits for an answer.
pub(super) async fn waiting(tx: &mut Tx, id: CampaignId) -> Result<Vec<Item>, StoreError> {
    let sql = format!(
        "SELECT {ITEM} FROM attestation WHERE campaign = $1 AND keep IS NULL AND NOT departed ORDER BY item"
    );
    tx.read_rows(&sql, &[id.0.into()], |_: &Keys, row: &Row| read_item(row)).await
}

pub(super) async fn item(tx: &mut Tx, id: CampaignId, number: i64) -> Result<Option<Item>, StoreError> {
    let sql = format!("SELECT {ITEM} FROM attestation WHERE campaign = $1 AND item = $2");
    tx.row(&sql, &[id.0.into(), number.into()]).await?.as_ref().map(read_item).transpose()
}

/// Everybody whose part somebody may take today: themselves, and those who are away and named them.
pub(super) async fn acts_for(
    tx: &mut Tx,
    cvr: &Cvr,
    by: &Reviewer,
) -> Result<HashSet<IdentityId>, StoreError> {
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
