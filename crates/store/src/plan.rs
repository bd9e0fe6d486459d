//! Tables `plan` and `plan_part`: plans as they were made, and the one way into the outbox.
//!
//! A plan is written once and never changed; its operations are kept in sealed parts. [`enqueue`] takes what the
//! guard has passed and nothing else.

pub(crate) mod parts;
mod rejection;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::guard::{Held, Judgement, Origin, Passed};
use domain::{Action, Cvr, IdentityId, Operation, OperationId, Organisation, PlanId, Reason};
use jiff::Timestamp;
use serde_json::json;

use crate::{Row, StoreError, Tx, Value, json, log::AuditEntry};

pub use self::parts::{operations, operations_of_kind};
pub use self::rejection::{Rejection, reject};

pub(crate) const OPERATION: &str = "operation";

/// A plan that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlan<'a> {
    pub origin: Origin,
    pub observed_at: Option<Timestamp>,
    pub cost_dkk: u64,
    pub operations: &'a [Operation],
    pub judgement: &'a Judgement,
}

/// A plan as kept, without its operations.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRecord {
    pub id: PlanId,
    pub cvr: Cvr,
    pub made_at: Timestamp,
    pub origin: Origin,
    pub observed_at: Option<Timestamp>,
    pub cost_dkk: i64,
    pub counts: BTreeMap<String, i64>,
    pub held: Vec<Held>,
    /// Names what is held by its content; an approval counts for exactly this.
    pub held_digest: String,
    pub operation_count: i64,
    pub state: PlanState,
    /// The wave that may be sent, and how many there are.
    pub wave: i64,
    pub waves: i64,
    pub stopped: Option<String>,
    pub approved: Option<(String, String, Timestamp)>,
    pub rejected: Option<Rejection>,
    /// What it does and why, summed up.
    pub summary: Vec<Group>,
}

/// Operations of one kind for one sort of reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Group {
    pub kind: String,
    /// The reason of one of them.
    pub reason: Reason,
    pub count: i64,
    /// How many of them the guard held.
    pub held: i64,
}

impl PlanRecord {
    /// Whether something in it waits for a human to decide.
    pub fn waits_for_decision(&self) -> bool {
        !self.held.is_empty()
            && self.approved.is_none()
            && self.rejected.is_none()
            && matches!(self.state, PlanState::Open | PlanState::Running)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanState {
    /// Made; what the guard held waits for an approval.
    Open,
    /// Operations of it are in the outbox.
    Running,
    Done,
    /// A newer plan took its place.
    Superseded,
}

/// How many operations of each wave: the first ten, the next hundred, the rest.
const WAVES: [usize; 2] = [10, 100];

/// Keeps a plan and puts the older open ones of the organisation aside.
pub async fn save(tx: &mut Tx, cvr: &Cvr, plan: &NewPlan<'_>) -> Result<PlanRecord, StoreError> {
    let now = tx.now();
    let text = cvr.to_string();
    let row = tx.row("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM plan", &[]).await?;
    let id = PlanId(row.map(|row| row.int("id")).transpose()?.unwrap_or(1));
    let sql = "UPDATE plan SET state = 'superseded' WHERE organisation = $1 AND state = 'open'";
    tx.execute(sql, &[text.as_str().into()]).await?;
    let counts = parts::counts(plan.operations);
    let held_digest = held_digest(tx, plan);
    let rejected = match plan.origin {
        Origin::Order(_) => None,
        Origin::Timer | Origin::Person(_) => rejection::of_the_same(tx, cvr, &held_digest).await?,
    };
    tx.execute_one(
        "INSERT INTO plan (id, organisation, made_at, origin, observed_at, cost_dkk, counts, held, held_digest,
             operation_count, state, wave, waves, summary)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', 0, 0, $11)",
        &[
            id.0.into(),
            text.into(),
            now.into(),
            json::text(&plan.origin).into(),
            plan.observed_at.into(),
            i64::try_from(plan.cost_dkk).unwrap_or(i64::MAX).into(),
            json::text(&counts).into(),
            json::text(&plan.judgement.held).into(),
            held_digest.into(),
            i64::try_from(plan.operations.len()).unwrap_or(i64::MAX).into(),
            json::text(&summary(plan)).into(),
        ],
    )
    .await?;
    parts::save(tx, id, plan.operations).await?;
    if let Some(rejection) = &rejected {
        rejection::note(tx, id.0, rejection).await?;
    }
    let detail = json!({ "plan": id, "operations": counts, "held": plan.judgement.held_operations().len() });
    tx.audit(AuditEntry::of(plan.origin.actor(), "plan.made", cvr).detail(detail)).await?;
    one(tx, id).await?.ok_or(StoreError::Closed)
}

/// Content and rules of what is held, whatever the plan's number.
fn held_digest(tx: &Tx, plan: &NewPlan<'_>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for place in plan.judgement.held_operations() {
        if let Some(operation) = plan.operations.get(place) {
            lines.push(json::text(&(operation.identity, &operation.action)));
        }
    }
    lines.sort();
    let hash = tx.lookup_hash("held", lines.join("\n").as_bytes());
    crate::keys::hex(hash.get(..16).unwrap_or(&hash))
}

/// What a plan does and why, in the order of kinds and reasons.
fn summary(plan: &NewPlan<'_>) -> Vec<Group> {
    let held = plan.judgement.held_operations();
    let mut groups: BTreeMap<(&str, String), Group> = BTreeMap::new();
    for (place, operation) in plan.operations.iter().enumerate() {
        let kind = operation.action.kind();
        let group = groups.entry((kind, operation.reason.sort())).or_insert_with(|| Group {
            kind: kind.to_owned(),
            reason: operation.reason.clone(),
            count: 0,
            held: 0,
        });
        group.count += 1;
        group.held += i64::from(held.contains(&place));
    }
    groups.into_values().collect()
}

const COLUMNS: &str = "id, organisation, made_at, origin, observed_at, cost_dkk, counts, held, held_digest,
    operation_count, state, wave, waves, stopped, approved_by, approved_why, approved_at,
    rejected_by, rejected_why, rejected_at, summary";

pub async fn one(tx: &mut Tx, id: PlanId) -> Result<Option<PlanRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM plan WHERE id = $1");
    tx.row(&sql, &[id.0.into()]).await?.as_ref().map(read).transpose()
}

/// The newest plans first.
pub async fn recent(tx: &mut Tx, cvr: &Cvr, limit: i64, offset: i64) -> Result<Vec<PlanRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM plan WHERE organisation = $1 ORDER BY id DESC LIMIT $2 OFFSET $3");
    tx.rows(&sql, &[cvr.to_string().into(), limit.into(), offset.into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<PlanRecord, StoreError> {
    let approved = match (row.optional_text("approved_by")?, row.optional_timestamp("approved_at")?) {
        (Some(by), Some(at)) => {
            Some((by.to_owned(), row.optional_text("approved_why")?.unwrap_or_default().to_owned(), at))
        }
        _ => None,
    };
    Ok(PlanRecord {
        id: PlanId(row.int("id")?),
        cvr: crate::identity::read_cvr(row, "organisation")?,
        made_at: row.timestamp("made_at")?,
        origin: json::read(row, "origin")?,
        observed_at: row.optional_timestamp("observed_at")?,
        cost_dkk: row.int("cost_dkk")?,
        counts: json::read(row, "counts")?,
        held: json::read(row, "held")?,
        held_digest: row.text("held_digest")?.to_owned(),
        operation_count: row.int("operation_count")?,
        state: json::from_word(row, "state")?,
        wave: row.int("wave")?,
        waves: row.int("waves")?,
        stopped: row.optional_text("stopped")?.map(str::to_owned),
        approved,
        rejected: rejection::read(row)?,
        summary: json::read(row, "summary")?,
    })
}

/// Notes who approved what the plan held, and why.
pub async fn note_approval(tx: &mut Tx, record: &PlanRecord, by: &str, why: &str) -> Result<(), StoreError> {
    let now = tx.now();
    let sql = "UPDATE plan SET approved_by = $2, approved_why = $3, approved_at = $4 WHERE id = $1";
    tx.execute_one(sql, &[record.id.0.into(), by.into(), why.into(), now.into()]).await?;
    let detail = json!({ "plan": record.id, "why": why, "held": record.held_digest });
    tx.audit(AuditEntry::of(by, "plan.approved", &record.cvr).detail(detail)).await
}

/// Stops the waves of a plan, or lets a stopped one go on.
pub async fn stop(tx: &mut Tx, record: &PlanRecord, why: Option<&str>, by: &str) -> Result<(), StoreError> {
    let sql = "UPDATE plan SET stopped = $2 WHERE id = $1";
    tx.execute_one(sql, &[record.id.0.into(), Value::Text(why.map(str::to_owned))]).await?;
    let action = if why.is_some() { "plan.stopped" } else { "plan.resumed" };
    tx.audit(AuditEntry::of(by, action, &record.cvr).detail(json!({ "plan": record.id, "why": why }))).await
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
        let subject = subject(operation);
        let waits = changed_since.contains(&subject) || (unsettled.contains(&subject) && !urgent);
        if !waits && !there.contains(&digest(tx, operation)) {
            chosen.push((*place, operation));
        }
    }
    insert(tx, organisation, record, &chosen).await?;
    Ok(chosen.len())
}

/// What a plan covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage<'a> {
    /// Everybody but those of whom nothing could be decided: what is on its way for them goes on.
    Organisation { undecided: &'a BTreeSet<IdentityId> },
    /// One named identity.
    Identity,
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

/// What an operation is about: at most one open operation of a subject is sent at a time.
pub(crate) fn subject(operation: &Operation) -> String {
    match (operation.identity, operation.action.uuid()) {
        (Some(identity), _) => identity.to_string(),
        (None, Some(uuid)) => uuid.to_string(),
        (None, None) => operation.label.clone(),
    }
}

/// The same operation has the same digest in every plan.
pub(crate) fn digest(tx: &Tx, operation: &Operation) -> Vec<u8> {
    action_digest(tx, &subject(operation), &operation.action)
}

fn action_digest(tx: &Tx, subject: &str, action: &Action) -> Vec<u8> {
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
            subject(operation).into(),
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

/// The wave of each operation. Suspensions wait for no wave; operations of one identity go together.
fn number_waves(
    organisation: &Organisation,
    chosen: &[(usize, &Operation)],
    record: &PlanRecord,
) -> Vec<i64> {
    let first_contact = record.held.iter().any(|held| held.rule == domain::guard::Rule::FirstContact);
    let sent: Vec<&Operation> =
        chosen.iter().map(|(_, one)| *one).filter(|one| !matches!(one.action, Action::Suspend(_))).collect();
    let in_waves = first_contact || sent.len() > organisation.settings.wave_limit;
    let mut wave_of: HashMap<String, i64> = HashMap::new();
    let mut counted = 0_usize;
    let [first, second] = WAVES;
    let waves = chosen.iter().map(|(_, operation)| {
        if matches!(operation.action, Action::Suspend(_)) {
            return 0;
        }
        if !in_waves {
            return 1;
        }
        *wave_of.entry(subject(operation)).or_insert_with(|| {
            counted += 1;
            if counted <= first {
                1
            } else if counted <= first + second {
                2
            } else {
                3
            }
        })
    });
    waves.collect()
}

/// Lets the next wave go where the one before is through, stops where too much of it failed, and closes plans that
/// are through. Says whether anything changed.
pub async fn advance_waves(tx: &mut Tx, cvr: &Cvr) -> Result<bool, StoreError> {
    let sql = "SELECT p.id, p.wave, p.waves,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id AND o.wave = p.wave) AS total,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id AND o.wave = p.wave
                       AND o.state IN ('waiting', 'running', 'unknown')) AS busy,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id AND o.wave = p.wave
                       AND o.state = 'parked') AS parked,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id
                       AND o.state IN ('waiting', 'running', 'unknown', 'parked')) AS open
               FROM plan p WHERE p.organisation = $1 AND p.state = 'running' AND p.stopped IS NULL";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let mut changed = false;
    for row in &rows {
        let (id, wave, waves) = (row.int("id")?, row.int("wave")?, row.int("waves")?);
        let (total, parked) = (row.int("total")?, row.int("parked")?);
        if row.int("busy")? > 0 {
            continue;
        }
        if wave < waves && parked >= 2 && parked * 50 > total {
            let why = format!("{parked} of {total} in wave {wave} are parked");
            tx.execute_one("UPDATE plan SET stopped = $2 WHERE id = $1", &[id.into(), why.as_str().into()])
                .await?;
            tx.audit(
                AuditEntry::of("lokalid", "plan.stopped", cvr).detail(json!({ "plan": id, "why": why })),
            )
            .await?;
            changed = true;
        } else if wave < waves {
            tx.execute_one("UPDATE plan SET wave = wave + 1 WHERE id = $1", &[id.into()]).await?;
            changed = true;
        } else if row.int("open")? == 0 {
            tx.execute_one("UPDATE plan SET state = 'done' WHERE id = $1", &[id.into()]).await?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Keeps what the planner said of drift and of who is in step.
pub async fn note_assessment(
    tx: &mut Tx,
    cvr: &Cvr,
    assessment: &domain::Assessment,
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 6] = ["organisation", "identity", "field", "ours", "theirs", "found_at"];
    let now = tx.now();
    let text = cvr.to_string();
    crate::question::put(tx, cvr, "plan", &assessment.questions, Some(&assessment.raised)).await?;
    forget_given_up(tx, &text, &assessment.given_up).await?;
    let sql = "SELECT identity, field, ours, theirs, found_at FROM drift WHERE organisation = $1";
    let mut since: HashMap<(String, String), Timestamp> = HashMap::new();
    for row in tx.rows(sql, &[text.as_str().into()]).await? {
        since.insert(
            (row.text("identity")?.to_owned(), row.text("field")?.to_owned()),
            row.timestamp("found_at")?,
        );
    }
    if !since.is_empty() {
        tx.execute("DELETE FROM drift WHERE organisation = $1", &[text.as_str().into()]).await?;
    }
    let rows = assessment.drift.iter().map(|drift| {
        let key = (drift.identity.to_string(), drift.field.name().to_owned());
        let found = since.get(&key).copied().unwrap_or(now);
        vec![
            text.as_str().into(),
            drift.identity.0.into(),
            drift.field.name().into(),
            drift.ours.as_str().into(),
            drift.theirs.as_str().into(),
            found.into(),
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("drift", &COLUMNS, rows.into_iter(), Some("(identity, field) DO NOTHING")).await?;
    note_steps(tx, &text, assessment).await
}

/// What was given up and is no longer wanted is forgotten: if it is ever wanted again, it is planned again.
async fn forget_given_up(
    tx: &mut Tx,
    cvr: &str,
    still_wanted: &[(domain::IdentityId, Action)],
) -> Result<(), StoreError> {
    let rows = tx.rows("SELECT subject, digest FROM given_up WHERE organisation = $1", &[cvr.into()]).await?;
    let kept: HashSet<Vec<u8>> = still_wanted
        .iter()
        .map(|(identity, action)| action_digest(tx, &identity.to_string(), action))
        .collect();
    let sql = "DELETE FROM given_up WHERE organisation = $1 AND subject = $2 AND digest = $3";
    for row in rows.iter().filter(|row| row.bytes("digest").is_ok_and(|digest| !kept.contains(digest))) {
        tx.execute(sql, &[cvr.into(), row.text("subject")?.into(), row.bytes("digest")?.into()]).await?;
    }
    Ok(())
}

/// Changes only the rows whose state changed.
async fn note_steps(tx: &mut Tx, cvr: &str, assessment: &domain::Assessment) -> Result<(), StoreError> {
    let rows = tx.rows("SELECT id, in_step FROM identity WHERE organisation = $1", &[cvr.into()]).await?;
    let mut changed: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for row in &rows {
        let in_step = !assessment.out_of_step.contains(&domain::IdentityId(row.uuid("id")?));
        if in_step != row.bool("in_step")?
            && let Some(list) = changed.get_mut(usize::from(in_step))
        {
            list.push(row.text("id")?.to_owned());
        }
    }
    for (in_step, ids) in [false, true].into_iter().zip(changed) {
        for chunk in ids.chunks(200) {
            let marks: Vec<String> = (2..chunk.len() + 2).map(|number| format!("${number}")).collect();
            let sql = format!("UPDATE identity SET in_step = $1 WHERE id IN ({})", marks.join(", "));
            let values: Vec<Value> =
                std::iter::once(in_step.into()).chain(chunk.iter().map(|id| id.as_str().into())).collect();
            tx.execute(&sql, &values).await?;
        }
    }
    Ok(())
}
