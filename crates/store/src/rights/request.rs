//! Table `request`: what people asked for, and who said what to it.
//!
//! Asking and deciding check here what the domain says, in the transaction that writes it: between a page and its form
//! somebody else may have decided. Mail to those who must act is queued in the same transaction.

use std::collections::BTreeSet;

use domain::{
    Cvr, IdentityId, Language, Notice, danish_date,
    rights::{
        Bundle, GrantOrigin, Granted, Key, Missing,
        request::{
            Approvers, Chart, Decision, Party, Refusal, Request, RequestId, RequestState, may_ask,
            stands_against,
        },
    },
};
use jiff::civil::Date;
use serde_json::json;

use crate::{
    Keys, Row, StoreError, Tx, Value, identity, json,
    log::AuditEntry,
    rights::{
        facts::Person,
        grant::{self, NewGrant},
        scene::Scene,
        telling::{Telling, administrators, called, name_of},
    },
};

/// A request that somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    pub identity: IdentityId,
    pub bundle: Key,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub why: String,
    pub case: Option<String>,
    pub asked_by: Party,
}

/// Why a request was not made or not decided.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("there is no bundle `{0}`; look at the list of bundles")]
    NoSuchBundle(Key),
    #[error("there is no such person; look at the list of people")]
    NoSuchPerson,
    #[error("there is no request {0}; look at the list of requests")]
    NoSuchRequest(i64),
    #[error("{}", .0.say(Language::English))]
    Refused(Refusal),
    #[error("the bundle cannot be given to this person: {}", words(.0))]
    StandsAgainst(Vec<Missing>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn words(missing: &[Missing]) -> String {
    missing.iter().map(|one| one.say(Language::English)).collect::<Vec<_>>().join("; ")
}

/// What requests are judged by.
impl Scene {
    fn somebody(&self, identity: IdentityId) -> Result<&Person, RequestError> {
        self.person(identity).ok_or(RequestError::NoSuchPerson)
    }

    pub fn bundle(&self, key: &Key) -> Result<&Bundle, RequestError> {
        self.policy().bundles.get(key).ok_or_else(|| RequestError::NoSuchBundle(key.clone()))
    }

    /// What stands against the bundle as things are now.
    fn stands_against(&self, person: &Person, bundle: &Key) -> Vec<Missing> {
        let grants = self.entitlements.grants_of(person.facts.identity);
        stands_against(&self.rulebook(self.policy()), &person.facts, grants, &person.rights.held, bundle)
    }

    /// Whose yes a request needs.
    pub fn approvers(&self, chart: &Chart<'_>, request: &Request) -> Result<Approvers, RequestError> {
        let bundle = self.bundle(&request.bundle)?;
        let person = self.somebody(request.identity)?;
        Ok(chart.approvers(bundle, &person.facts, &request.asked_by))
    }
}

/// Makes a request, if this party may ask for it and nothing stands against it, and tells those who must decide.
pub async fn ask(
    tx: &mut Tx,
    cvr: &Cvr,
    new: &NewRequest,
    telling: Option<Telling<'_>>,
) -> Result<Request, RequestError> {
    let scene = Scene::load(tx, cvr).await?;
    let bundle = scene.bundle(&new.bundle)?;
    let person = scene.somebody(new.identity)?;
    if let (Some(from), Some(until)) = (new.from, new.until)
        && until < from
    {
        return Err(RequestError::Refused(Refusal::EndBeforeStart));
    }
    may_ask(bundle, &new.asked_by, &person.facts, &scene.chart()).map_err(RequestError::Refused)?;
    let against = scene.stands_against(person, &new.bundle);
    if !against.is_empty() {
        return Err(RequestError::StandsAgainst(against));
    }
    let same = "SELECT 1 FROM request WHERE identity = $1 AND bundle = $2 AND state = 'waiting'";
    if tx.row(same, &[new.identity.0.into(), new.bundle.as_str().into()]).await?.is_some() {
        return Err(RequestError::Refused(Refusal::AlreadyWaits));
    }
    let request = insert(tx, cvr, new).await?;
    let approvers = scene.approvers(&scene.chart(), &request)?;
    tell_approvers(tx, cvr, &scene, &request, &approvers, telling, None).await?;
    Ok(request)
}

async fn insert(tx: &mut Tx, cvr: &Cvr, new: &NewRequest) -> Result<Request, StoreError> {
    let row = tx.row("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM request", &[]).await?;
    let id = row.map(|row| row.int("id")).transpose()?.unwrap_or(1);
    let now = tx.now();
    let sql = "INSERT INTO request (id, organisation, identity, bundle, from_day, until_day, why, case_number, asked_by,
                   asked_at, state, decisions)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', '[]')";
    let values = [
        id.into(),
        cvr.to_string().into(),
        new.identity.0.into(),
        new.bundle.as_str().into(),
        new.from.into(),
        new.until.into(),
        new.why.as_str().into(),
        Value::Text(new.case.clone()),
        json::text(&new.asked_by).into(),
        now.into(),
    ];
    tx.execute_one(sql, &values).await?;
    let detail = json!({ "request": id, "bundle": new.bundle, "why": new.why, "case": new.case,
        "from": new.from, "until": new.until });
    let entry = AuditEntry::of(&new.asked_by.name, "request.made", cvr).subject(&new.identity.to_string());
    tx.audit(entry.detail(detail)).await?;
    Ok(Request {
        id: RequestId(id),
        identity: new.identity,
        bundle: new.bundle.clone(),
        from: new.from,
        until: new.until,
        why: new.why.clone(),
        case: new.case.clone(),
        asked_by: new.asked_by.clone(),
        asked_at: now,
        state: RequestState::Waiting,
        decisions: Vec::new(),
    })
}

/// Takes a decision, if it is this party's to take. Enough yes become a grant; who asked is told.
pub async fn decide(
    tx: &mut Tx,
    cvr: &Cvr,
    id: RequestId,
    party: &Party,
    approved: bool,
    why: &str,
    telling: Option<Telling<'_>>,
) -> Result<Request, RequestError> {
    let mut request = one(tx, cvr, id).await?.ok_or(RequestError::NoSuchRequest(id.0))?;
    let scene = Scene::load(tx, cvr).await?;
    let approvers = scene.approvers(&scene.chart(), &request)?;
    let as_approver = request.may_decide(party, &approvers).map_err(RequestError::Refused)?;
    if party.identity.is_none() && identity::is_called(tx, request.identity, &party.name).await? {
        return Err(RequestError::Refused(Refusal::OwnRequest));
    }
    if approved {
        let person = scene.somebody(request.identity)?;
        if !person.facts.here {
            return Err(RequestError::Refused(Refusal::Departed));
        }
        let against = scene.stands_against(person, &request.bundle);
        if !against.is_empty() {
            return Err(RequestError::StandsAgainst(against));
        }
    }
    let at = tx.now();
    let decision = Decision { by: party.clone(), as_approver, approved, why: why.to_owned(), at };
    request.decide(decision, &approvers);
    write_decisions(tx, &request).await?;
    let detail = json!({ "request": id, "approved": approved, "why": why, "as": as_approver });
    let entry = AuditEntry::of(&party.name, "request.decided", cvr).subject(&request.identity.to_string());
    tx.audit(entry.detail(detail)).await?;
    if request.state == RequestState::Approved {
        give(tx, cvr, &request).await?;
    }
    if request.state != RequestState::Waiting {
        tell_asker(tx, cvr, &scene, &request, party, why, telling).await?;
    }
    Ok(request)
}

async fn write_decisions(tx: &mut Tx, request: &Request) -> Result<(), StoreError> {
    let now = tx.now();
    let settled = (request.state != RequestState::Waiting).then_some(now);
    let sql = "UPDATE request SET state = $2, decisions = $3, settled_at = $4 WHERE id = $1";
    let values = [
        request.id.0.into(),
        json::word(&request.state).into(),
        json::text(&request.decisions).into(),
        settled.into(),
    ];
    tx.execute_one(sql, &values).await
}

async fn give(tx: &mut Tx, cvr: &Cvr, request: &Request) -> Result<(), StoreError> {
    let new = NewGrant {
        identity: request.identity,
        granted: Granted::Bundle(request.bundle.clone()),
        from: request.from,
        until: request.until,
        why: request.why.clone(),
        case: request.case.clone(),
        origin: GrantOrigin::Requested,
        by: request.asked_by.name.clone(),
        approved_by: request.decisions.iter().map(|decision| decision.by.name.clone()).collect(),
    };
    grant::give(tx, cvr, &new).await.map(drop)
}

/// Whoever asked does not want it any more. `false`: it is settled, or somebody else's.
pub async fn withdraw(tx: &mut Tx, cvr: &Cvr, id: RequestId, party: &Party) -> Result<bool, StoreError> {
    let Some(mut request) = one(tx, cvr, id).await? else { return Ok(false) };
    if !request.is_asked_by(party) || request.state != RequestState::Waiting {
        return Ok(false);
    }
    request.state = RequestState::Withdrawn;
    write_decisions(tx, &request).await?;
    let entry = AuditEntry::of(&party.name, "request.withdrawn", cvr).subject(&request.identity.to_string());
    tx.audit(entry.detail(json!({ "request": id }))).await?;
    Ok(true)
}

/// Whose yes a waiting request needs, for its page.
pub async fn approvers_of(tx: &mut Tx, cvr: &Cvr, request: &Request) -> Result<Approvers, RequestError> {
    let scene = Scene::load(tx, cvr).await?;
    scene.approvers(&scene.chart(), request)
}

/// Reminds those who have not decided for so many days; each is reminded once for each such stretch.
pub async fn remind(
    tx: &mut Tx,
    cvr: &Cvr,
    after_days: i64,
    telling: Telling<'_>,
) -> Result<usize, RequestError> {
    let scene = Scene::load(tx, cvr).await?;
    let chart = scene.chart();
    let mut reminded = 0;
    for request in waiting(tx, cvr, 1_000).await? {
        let days = tx.now().duration_since(request.asked_at).as_hours() / 24;
        let stretch = days / after_days.max(1);
        // A bundle or a person that is gone needs no reminder.
        if let (true, Ok(approvers)) = (stretch > 0, scene.approvers(&chart, &request)) {
            tell_approvers(tx, cvr, &scene, &request, &approvers, Some(telling), Some(stretch)).await?;
            reminded += 1;
        }
    }
    Ok(reminded)
}

async fn tell_approvers(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
    request: &Request,
    approvers: &Approvers,
    telling: Option<Telling<'_>>,
    stretch: Option<i64>,
) -> Result<(), StoreError> {
    let Some(telling) = telling else { return Ok(()) };
    let said: Vec<Option<IdentityId>> = request.decisions.iter().map(|one| one.by.identity).collect();
    let mut told: Vec<IdentityId> = approvers.managers.iter().chain(&approvers.owners).copied().collect();
    if approvers.administrators {
        told.extend(administrators(tx, cvr, scene).await?);
    }
    told.sort();
    told.dedup();
    let person = name_of(tx, scene, request.identity).await?;
    for identity in told.into_iter().filter(|one| !said.contains(&Some(*one))) {
        let (approver, person) = (name_of(tx, scene, identity).await?, person.clone());
        let bundle = called(&scene.entitlements, &Granted::Bundle(request.bundle.clone()));
        let address = format!("{}/rights/requests/{}", telling.console, request.id.0);
        let (requester, why) = (request.asked_by.name.clone(), request.why.clone());
        let (from, until) = (request.from, request.until);
        let notice = if stretch.is_none() {
            Notice::RequestWaits { approver, requester, person, bundle, why, from, until, address }
        } else {
            let since = danish_date(request.asked_at);
            Notice::RequestReminder { approver, requester, person, bundle, why, from, until, since, address }
        };
        let dedupe = format!("request-{}-{}", request.id.0, stretch.unwrap_or_default());
        telling.queue(tx, cvr, identity, &notice, &dedupe).await?;
    }
    Ok(())
}

async fn tell_asker(
    tx: &mut Tx,
    cvr: &Cvr,
    scene: &Scene,
    request: &Request,
    by: &Party,
    why: &str,
    telling: Option<Telling<'_>>,
) -> Result<(), StoreError> {
    let Some(telling) = telling else { return Ok(()) };
    let told: BTreeSet<IdentityId> =
        request.asked_by.identity.into_iter().chain([request.identity]).collect();
    let notice = Notice::RequestDecided {
        requester: request.asked_by.name.clone(),
        person: name_of(tx, scene, request.identity).await?,
        bundle: called(&scene.entitlements, &Granted::Bundle(request.bundle.clone())),
        approved: request.state == RequestState::Approved,
        by: by.name.clone(),
        why: why.to_owned(),
        address: format!("{}/rights/requests/{}", telling.console, request.id.0),
    };
    let dedupe = format!("request-{}", request.id.0);
    for identity in told {
        telling.queue(tx, cvr, identity, &notice, &dedupe).await?;
    }
    Ok(())
}

const COLUMNS: &str =
    "id, identity, bundle, from_day, until_day, why, case_number, asked_by, asked_at, state, decisions";

pub async fn one(tx: &mut Tx, cvr: &Cvr, id: RequestId) -> Result<Option<Request>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM request WHERE organisation = $1 AND id = $2");
    tx.row(&sql, &[cvr.to_string().into(), id.0.into()]).await?.as_ref().map(read).transpose()
}

/// Those that wait, the oldest first.
pub async fn waiting(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<Request>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM request WHERE organisation = $1 AND state = 'waiting' ORDER BY id LIMIT $2"
    );
    tx.rows(&sql, &[cvr.to_string().into(), limit.into()]).await?.iter().map(read).collect()
}

/// All of them, the newest first.
pub async fn recent(tx: &mut Tx, cvr: &Cvr, limit: i64, offset: i64) -> Result<Vec<Request>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM request WHERE organisation = $1 ORDER BY id DESC LIMIT $2 OFFSET $3");
    let values = [cvr.to_string().into(), limit.into(), offset.into()];
    tx.read_rows(&sql, &values, |_: &Keys, row: &Row| read(row)).await
}

/// Those that are about one person, the newest first.
pub async fn of(tx: &mut Tx, identity: IdentityId, limit: i64) -> Result<Vec<Request>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM request WHERE identity = $1 ORDER BY id DESC LIMIT $2");
    tx.rows(&sql, &[identity.0.into(), limit.into()]).await?.iter().map(read).collect()
}

pub(crate) fn read(row: &Row) -> Result<Request, StoreError> {
    let bundle = row.text("bundle")?.parse().map_err(|_| row.broken("bundle", "is no key"))?;
    Ok(Request {
        id: RequestId(row.int("id")?),
        identity: IdentityId(row.uuid("identity")?),
        bundle,
        from: row.optional_date("from_day")?,
        until: row.optional_date("until_day")?,
        why: row.text("why")?.to_owned(),
        case: row.optional_text("case_number")?.map(str::to_owned),
        asked_by: json::read(row, "asked_by")?,
        asked_at: row.timestamp("asked_at")?,
        state: json::from_word(row, "state")?,
        decisions: json::read(row, "decisions")?,
    })
}
