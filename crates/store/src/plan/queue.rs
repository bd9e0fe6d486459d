//! The one way into the outbox: what the guard passed goes in, what the plan no longer wants comes out.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::guard::Passed;
use domain::{Action, Cvr, IdentityId, Operation, OperationId, Organisation};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    StoreError, Tx, json,
    log::AuditEntry,
    plan::{PlanRecord, waves::number_waves},
};

pub(crate) const OPERATION: &str = "operation";

/// Puts operations that the guard passed into the outbox, and withdraws what the plan no longer wants.
///
/// The plan was made from what was stored at `as_of`: a subject that something happened to since is left for the
/// next plan. What a plan of the whole organisation does not hold is no longer wanted. Says how many operations are
/// new in the outbox.
pub async fn enqueue(
    tx: &mut Tx,
    organisation: &Organisation,
    record: &PlanRecord,
    operations: &[Operation],
    passed: &Passed,
    as_of: Timestamp,
    coverage: Coverage<'_>,
) -> Result<usize, StoreError> {
    let mut open = open_operations(tx, &organisation.cvr).await?;
    let changed_since = changed_since(tx, &organisation.cvr, as_of).await?;
    let wanted: HashSet<Vec<u8>> = operations.iter().map(|one| digest(tx, one)).collect();
    if let Coverage::Organisation { undecided } = coverage {
        let undecided = undecided.iter().map(ToString::to_string).collect();
        withdraw_unwanted(tx, &mut open, &Wanted { digests: &wanted, undecided, as_of }).await?;
    }
    let unsettled: HashSet<String> = open
        .iter()
        .filter(|(_, ones)| ones.iter().any(Open::is_unsettled))
        .map(|(subject, _)| subject.clone())
        .collect();
    let there: HashSet<&Vec<u8>> = open.values().flatten().map(|one| &one.digest).collect();
    let mut chosen = Vec::new();
    for place in passed.operations() {
        let Some(operation) = operations.get(*place) else { continue };
        let urgent = matches!(operation.action, Action::Suspend(_));
        let subject = operation.subject();
        let waits = changed_since.contains(&subject) || (unsettled.contains(&subject) && !urgent);
        if !waits && !there.contains(&digest(tx, operation)) {
            chosen.push((*place, operation));
        }
    }
    let news = chosen.len();
    let overtaken = overtaken(tx, &mut open, operations, passed, &chosen).await?;
    chosen.extend(overtaken);
    chosen.sort_by_key(|(place, _)| *place);
    insert(tx, organisation, record, &chosen).await?;
    Ok(news)
}

/// What waits already and must now come after something new of the same subject: it is taken out, to be put in again
/// behind. A profile that was refused because the user is suspended would else wait for ever before the reactivation.
async fn overtaken<'a>(
    tx: &mut Tx,
    open: &mut HashMap<String, Vec<Open>>,
    operations: &'a [Operation],
    passed: &Passed,
    chosen: &[(usize, &Operation)],
) -> Result<Vec<(usize, &'a Operation)>, StoreError> {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, operation) in chosen {
        let subject = operation.subject();
        if open.contains_key(&subject) {
            first.entry(subject).or_insert(*place);
        }
    }
    let mut overtaken = Vec::new();
    for place in passed.operations() {
        let Some(operation) = operations.get(*place) else { continue };
        let subject = operation.subject();
        if first.get(&subject).is_none_or(|first| first >= place) {
            continue;
        }
        let digest = digest(tx, operation);
        let waits = open.get_mut(&subject).into_iter().flatten().find(|one| one.digest == digest);
        if let Some(waits) = waits.filter(|one| one.can_be_withdrawn()) {
            withdraw(tx, waits).await?;
            overtaken.push((*place, operation));
        }
    }
    Ok(overtaken)
}

/// What a plan covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage<'a> {
    /// Everybody but those of whom nothing could be decided: what is on its way for them goes on.
    Organisation { undecided: &'a BTreeSet<IdentityId> },
    /// One named identity.
    Identity,
}

/// What is on its way already for one subject.
struct Open {
    id: OperationId,
    digest: Vec<u8>,
    kind: String,
    state: String,
    unwanted: bool,
    /// It may have had its effect.
    sent: bool,
    created_at: Timestamp,
}

/// Subjects whose operation was settled, or whose wish changed, after the plan's situation was read.
async fn changed_since(tx: &mut Tx, cvr: &Cvr, as_of: Timestamp) -> Result<HashSet<String>, StoreError> {
    let sql = "SELECT subject FROM operation WHERE organisation = $1 AND settled_at >= $2
               UNION SELECT id AS subject FROM identity WHERE organisation = $1 AND changed_at > $2";
    let rows = tx.rows(sql, &[cvr.to_string().into(), as_of.into()]).await?;
    rows.iter().map(|row| Ok(row.text("subject")?.to_owned())).collect()
}

async fn open_operations(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<String, Vec<Open>>, StoreError> {
    let sql =
        "SELECT subject, plan, number, digest, kind, state, unwanted, sent_at, created_at FROM operation
               WHERE organisation = $1 AND state IN ('waiting', 'running', 'unknown', 'parked')";
    let mut open: HashMap<String, Vec<Open>> = HashMap::new();
    for row in tx.rows(sql, &[cvr.to_string().into()]).await? {
        open.entry(row.text("subject")?.to_owned()).or_default().push(Open {
            id: crate::outbox::read_id(&row)?,
            digest: row.bytes("digest")?.to_vec(),
            kind: row.text("kind")?.to_owned(),
            state: row.text("state")?.to_owned(),
            unwanted: row.bool("unwanted")?,
            sent: row.optional_timestamp("sent_at")?.is_some(),
            created_at: row.timestamp("created_at")?,
        });
    }
    Ok(open)
}

/// What a plan says of everything that is on its way.
struct Wanted<'a> {
    digests: &'a HashSet<Vec<u8>>,
    /// Subjects that it says nothing of.
    undecided: HashSet<String>,
    as_of: Timestamp,
}

/// Withdraws what the plan does not want and what has surely had no effect. The rest of it is marked: whoever looks
/// for its effect must not send it again. What is wanted again loses the mark.
async fn withdraw_unwanted(
    tx: &mut Tx,
    open: &mut HashMap<String, Vec<Open>>,
    wanted: &Wanted<'_>,
) -> Result<(), StoreError> {
    let decided = open.iter_mut().filter(|(subject, _)| !wanted.undecided.contains(*subject));
    for one in decided.flat_map(|(_, ones)| ones).filter(|one| one.created_at < wanted.as_of) {
        let unwanted = !wanted.digests.contains(&one.digest);
        if unwanted && one.can_be_withdrawn() {
            withdraw(tx, one).await?;
        } else if unwanted != one.unwanted {
            mark(tx, one, unwanted).await?;
        }
    }
    for ones in open.values_mut() {
        ones.retain(|one| one.state != "withdrawn");
    }
    Ok(())
}

async fn withdraw(tx: &mut Tx, one: &mut Open) -> Result<(), StoreError> {
    let now = tx.now();
    "withdrawn".clone_into(&mut one.state);
    let sql = "UPDATE operation SET state = 'withdrawn', settled_at = $3 WHERE plan = $1 AND number = $2";
    tx.execute_one(sql, &[one.id.plan.0.into(), one.id.number.into(), now.into()]).await
}

/// A parked creation that is not wanted any more is looked for at once, because the next one waits for it.
async fn mark(tx: &mut Tx, one: &mut Open, unwanted: bool) -> Result<(), StoreError> {
    let now = tx.now();
    if unwanted && one.state == "parked" {
        "unknown".clone_into(&mut one.state);
    }
    let sql =
        "UPDATE operation SET unwanted = $3, state = $4, not_before = CASE WHEN state = $4 THEN not_before
                   ELSE $5 END WHERE plan = $1 AND number = $2";
    let (plan, number) = (one.id.plan.0.into(), one.id.number.into());
    tx.execute_one(sql, &[plan, number, unwanted.into(), one.state.as_str().into(), now.into()]).await
}

impl Open {
    fn is_unsettled(&self) -> bool {
        self.state == "running" || self.state == "unknown"
    }

    /// A creation whose answer was lost stays until it is known what became of it: a second one would make a second
    /// user. Of anything else the next read tells.
    fn can_be_withdrawn(&self) -> bool {
        match self.state.as_str() {
            "waiting" => true,
            "parked" => !(self.kind == "create" && self.sent),
            _ => false,
        }
    }
}

/// The same operation has the same digest in every plan.
fn digest(tx: &Tx, operation: &Operation) -> Vec<u8> {
    action_digest(tx, &operation.subject(), &operation.action)
}

pub(super) fn action_digest(tx: &Tx, subject: &str, action: &Action) -> Vec<u8> {
    tx.lookup_hash(OPERATION, json::text(&(subject, action)).as_bytes()).to_vec()
}

async fn insert(
    tx: &mut Tx,
    organisation: &Organisation,
    record: &PlanRecord,
    chosen: &[(usize, &Operation)],
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 19] = [
        "plan",
        "number",
        "organisation",
        "subject",
        "identity",
        "uuid",
        "label",
        "kind",
        "fields",
        "reason",
        "digest",
        "sealed_action",
        "urgent",
        "wave",
        "state",
        "unwanted",
        "attempts",
        "not_before",
        "created_at",
    ];
    if chosen.is_empty() {
        return finish_if_nothing(tx, record).await;
    }
    let now = tx.now();
    let waves = number_waves(organisation, chosen, record);
    let mut rows = Vec::with_capacity(chosen.len());
    for ((place, operation), wave) in chosen.iter().zip(&waves) {
        rows.push(vec![
            record.id.0.into(),
            i64::try_from(*place + 1).unwrap_or(i64::MAX).into(),
            organisation.cvr.to_string().into(),
            operation.subject().into(),
            operation.identity.map(|identity| identity.0).into(),
            operation.action.uuid().map(|uuid| uuid.0).into(),
            operation.label.as_str().into(),
            operation.action.kind().into(),
            json::text(&operation.fields).into(),
            json::text(&operation.reason).into(),
            digest(tx, operation).into(),
            json::seal(tx, OPERATION, &operation.action)?.into(),
            matches!(operation.action, Action::Suspend(_)).into(),
            (*wave).into(),
            "waiting".into(),
            false.into(),
            0_i64.into(),
            now.into(),
            now.into(),
        ]);
    }
    let inserted = rows.len();
    let rule = "(plan, number) DO NOTHING";
    tx.insert_many("operation", &COLUMNS, rows.into_iter(), Some(rule)).await?;
    let last = waves.iter().copied().max().unwrap_or(0);
    let sql = "UPDATE plan SET state = 'running', wave = CASE WHEN wave = 0 THEN 1 ELSE wave END,
                   waves = CASE WHEN waves < $2 THEN $2 ELSE waves END WHERE id = $1";
    tx.execute_one(sql, &[record.id.0.into(), last.max(1).into()]).await?;
    let detail = json!({ "plan": record.id, "operations": inserted });
    tx.audit(AuditEntry::of(record.origin.actor(), "plan.queued", &organisation.cvr).detail(detail)).await
}

/// A plan of which nothing was held and nothing had to be sent is done.
async fn finish_if_nothing(tx: &mut Tx, record: &PlanRecord) -> Result<(), StoreError> {
    if record.held.is_empty() {
        let sql = "UPDATE plan SET state = 'done' WHERE id = $1 AND state = 'open'";
        tx.execute(sql, &[record.id.0.into()]).await?;
    }
    Ok(())
}
