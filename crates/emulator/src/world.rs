//! MitID Erhverv as a state machine: all organisations with their users, the calls of the IdM API, what
//! people do in the portal, and the faults that were asked for.
//!
//! It has no socket, clock or randomness of its own. Time comes with each call, and so do random bytes:
//! the same inputs give the same world, which is what a seeded simulation needs. A call is first decided
//! (`decide`, looks only) and then its changes are applied (`commit`, the one place that alters state);
//! whoever wants the state to outlive the process keeps the changes.

mod access;
mod catalogue;
mod change;
mod control;
mod cpr;
mod decide;
mod dice;
mod distort;
mod employee;
mod faults;
mod input;
mod log;
mod operation;
mod organisation;
mod portal;
mod reply;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use change::{Event, Kind, Planned, Session};
use decide::Call;
use dice::Dice;
use faults::Strike;
use log::RequestLog;
use operation::{Age, Route};
use organisation::Organisation;
use reply::Refusal;

pub use access::{ApiRequest, CertificateDemand};
pub use catalogue::p_numbers;
pub use change::Change;
pub use control::{ClockError, ResetError, SeedError};
pub use cpr::CprNumber;
pub use employee::{
    Activation, AssignedRole, Authenticator, AuthenticatorKind, Employee, Level, Scope, ScopeKind, Status,
};
pub use faults::{Fault, FaultError, FaultKind};
pub use log::RequestEntry;
pub use operation::Operation;
pub use organisation::{Mail, OrganisationSettings, Variant};
pub use portal::{PortalAction, PortalError, PortalRequest, PortalRight};
pub use reply::ApiResponse;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct World {
    organisations: BTreeMap<String, Organisation>,
    tokens: BTreeMap<String, Session>,
    faults: Vec<Fault>,
    clock_shift_seconds: i64,
    planned: BTreeMap<u64, Planned>,
    next_planned: u64,
    requests: RequestLog,
    certificate_demand: CertificateDemand,
    /// Kept only for who asked for it with [`World::record_changes`].
    #[serde(skip)]
    journal: Option<Vec<Change>>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    Answer {
        response: ApiResponse,
        delay_ms: u64,
    },
    /// The connection breaks and nothing has happened.
    BrokenBefore,
    /// The connection breaks without an answer, but the call takes effect: it has, or will at `late_until`.
    BrokenAfter {
        delay_ms: u64,
        late_until: Option<Timestamp>,
    },
}

impl World {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an organisation without people, or gives an existing one other settings.
    pub fn add_organisation(&mut self, settings: OrganisationSettings) {
        let existing = self.organisations.get(&settings.cvr).cloned();
        let mut organisation = existing.unwrap_or_else(|| Organisation::new(settings.clone()));
        organisation.settings = settings;
        self.commit(Kind::Organisation(Box::new(organisation)));
    }

    pub fn set_certificate_demand(&mut self, demand: CertificateDemand) {
        self.certificate_demand = demand;
    }

    /// Answers one request. `now` is real time; the clock of the world may be shifted against it.
    pub fn handle(
        &mut self,
        request: &ApiRequest,
        now: Timestamp,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Exchange {
        self.advance(now);
        let now = self.clock(now);
        let mut dice = Dice::new(random);
        let route = Route::find(&request.method, &request.path);
        let strike = self.strike(route.as_ref(), &mut dice);
        let exchange = match &route {
            Some(route) => self.exchange(request, route, &strike, now, &mut dice),
            None => Exchange::Answer { response: Refusal::NotFound.into(), delay_ms: 0 },
        };
        self.note(request, route.as_ref(), &exchange, &strike, now);
        exchange
    }

    /// Lets everything happen that is due: delayed activations and the effects of broken calls.
    pub fn advance(&mut self, now: Timestamp) {
        let now = self.clock(now);
        while let Some(due) = self.next_due(now) {
            self.commit(Kind::Settled { sequence: due.sequence });
            match &due.event {
                Event::Activation { uuid } => self.activate_due(&due.cvr, *uuid),
                Event::Call { operation, arguments, body, seed } => {
                    let mut random = dice::seeded(*seed);
                    let route =
                        Route { operation: *operation, age: Age::Current, arguments: arguments.clone() };
                    // Nobody waits for the answer, so a refusal is nobody's business either.
                    drop(self.perform(&due.cvr, &route, body, due.at, &mut Dice::new(&mut random)));
                }
            }
        }
    }

    /// From now on every change is kept for [`World::take_changes`].
    pub fn record_changes(&mut self) {
        self.journal.get_or_insert_default();
    }

    /// The changes since the last time, oldest first.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.journal.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Repeats a change that was taken from an equal world before.
    pub fn replay(&mut self, change: Change) {
        self.apply(change.0);
    }

    fn exchange(
        &mut self,
        request: &ApiRequest,
        route: &Route,
        strike: &Strike,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Exchange {
        let delay_ms = strike.delay_ms;
        let answer = |response| Exchange::Answer { response, delay_ms };
        let Some(fault) = &strike.fault else { return answer(self.respond(request, route, now, dice)) };
        match fault.kind {
            FaultKind::Refuse | FaultKind::ResetBefore => Exchange::BrokenBefore,
            FaultKind::Status500 => answer(Refusal::Server.into()),
            FaultKind::Status503 => {
                answer(Refusal::Unavailable { retry_after_seconds: fault.retry_after_seconds }.into())
            }
            FaultKind::Status401 => answer(Refusal::Unauthorized.into()),
            FaultKind::OptimisticConcurrency => answer(Refusal::OptimisticConcurrency.into()),
            FaultKind::LateEffect => self.postpone(request, route, now + fault.latency(), now, dice),
            FaultKind::LostAnswer => {
                self.respond(request, route, now, dice);
                Exchange::BrokenAfter { delay_ms, late_until: None }
            }
            FaultKind::Status500After => {
                self.respond(request, route, now, dice);
                answer(Refusal::Server.into())
            }
            _ => answer(distort::distort(self.respond(request, route, now, dice), fault, dice)),
        }
    }

    fn respond(
        &mut self,
        request: &ApiRequest,
        route: &Route,
        now: Timestamp,
        dice: &mut Dice,
    ) -> ApiResponse {
        let outcome = match route.operation {
            Operation::AuthenticateTls => self.issue_token(request, now, dice),
            _ => self
                .authorised(request, now)
                .and_then(|cvr| self.perform(&cvr, route, &request.body, now, dice)),
        };
        outcome.unwrap_or_else(ApiResponse::from)
    }

    fn perform(
        &mut self,
        cvr: &str,
        route: &Route,
        body: &[u8],
        now: Timestamp,
        dice: &mut Dice,
    ) -> Result<ApiResponse, Refusal> {
        let organisation = self.organisations.get(cvr).ok_or(Refusal::Forbidden)?;
        if route.age == Age::Old && !organisation.settings.legacy {
            return Err(Refusal::NotFound);
        }
        let mut call = Call { organisation, arguments: &route.arguments, body, now, dice };
        let decision = decide::decide(route.operation, &mut call)?;
        for change in decision.changes {
            self.commit(change);
        }
        if let Some((at, event)) = decision.later {
            self.plan(at, cvr, event);
        }
        Ok(decision.reply)
    }

    /// The connection breaks now, the effect comes later: unless the call would be refused at the door.
    fn postpone(
        &mut self,
        request: &ApiRequest,
        route: &Route,
        at: Timestamp,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Exchange {
        let operation = route.operation;
        if let Ok(cvr) = self.authorised(request, now) {
            let (arguments, body) = (route.arguments.clone(), request.body.clone());
            self.plan(at, &cvr, Event::Call { operation, arguments, body, seed: dice.number() });
        }
        Exchange::BrokenAfter { delay_ms: 0, late_until: Some(at) }
    }

    fn strike(&mut self, route: Option<&Route>, dice: &mut Dice) -> Strike {
        let Some(route) = route else { return Strike::default() };
        let strike = faults::strike(&mut self.faults, route.operation, dice);
        if strike.counted {
            self.commit(Kind::Faults(self.faults.clone()));
        }
        strike
    }

    fn note(
        &mut self,
        request: &ApiRequest,
        route: Option<&Route>,
        exchange: &Exchange,
        strike: &Strike,
        now: Timestamp,
    ) {
        let slow = || (strike.delay_ms > 0).then_some(FaultKind::Slow);
        let organisation = request.certificate_cvr.clone().or_else(|| {
            request
                .bearer
                .as_ref()
                .and_then(|token| self.tokens.get(token))
                .map(|session| session.cvr.clone())
        });
        let entry = RequestEntry {
            sequence: self.requests.next_sequence(),
            time: now,
            organisation,
            certificate: request.certificate_fingerprint.clone(),
            operation: route.map(|route| route.operation),
            method: request.method.clone(),
            path: cpr::masked(&request.path),
            status: match exchange {
                Exchange::Answer { response, .. } => Some(response.status),
                _ => None,
            },
            ms: strike.delay_ms,
            fault: strike.fault.as_ref().map(|fault| fault.kind).or_else(slow),
        };
        self.commit(Kind::Request(entry));
    }

    fn activate_due(&mut self, cvr: &str, uuid: uuid::Uuid) {
        let employee = self.organisations.get(cvr).and_then(|organisation| organisation.employees.get(&uuid));
        if let Some(employee) = employee.filter(|employee| employee.status == Status::Pending) {
            let employee = Box::new(Employee { status: Status::Active, ..employee.clone() });
            self.commit(Kind::Employee { cvr: cvr.to_owned(), employee });
        }
    }

    fn plan(&mut self, at: Timestamp, cvr: &str, event: Event) {
        let planned = Planned { at, sequence: self.next_planned, cvr: cvr.to_owned(), event };
        self.commit(Kind::Planned(planned));
    }

    fn next_due(&self, now: Timestamp) -> Option<Planned> {
        let due = self.planned.values().filter(|planned| planned.at <= now);
        due.min_by_key(|planned| (planned.at, planned.sequence)).cloned()
    }

    /// The time in this world.
    pub(crate) fn clock(&self, now: Timestamp) -> Timestamp {
        now.checked_add(SignedDuration::from_secs(self.clock_shift_seconds)).unwrap_or(now)
    }

    fn commit(&mut self, change: Kind) {
        if let Some(journal) = &mut self.journal {
            journal.push(Change(change.clone()));
        }
        self.apply(change);
    }

    fn apply(&mut self, change: Kind) {
        match change {
            Kind::Organisation(organisation) => {
                self.organisations.insert(organisation.settings.cvr.clone(), *organisation);
            }
            Kind::Employee { cvr, employee } => self.within(&cvr, |organisation| organisation.put(*employee)),
            Kind::EmployeeGone { cvr, deleted } => {
                self.within(&cvr, |organisation| organisation.remove(deleted));
            }
            Kind::Mail { cvr, mail } => self.within(&cvr, |organisation| organisation.mailbox.push(mail)),
            Kind::Group { cvr, uuid, group } => self.within(&cvr, |organisation| {
                organisation.groups.remove(&uuid);
                organisation.groups.extend(group.map(|group| (uuid, group)));
            }),
            Kind::Token { token, session } => {
                self.tokens.insert(token, session);
            }
            Kind::Faults(faults) => self.faults = faults,
            Kind::ClockShift { seconds } => self.clock_shift_seconds = seconds,
            Kind::Planned(planned) => {
                self.next_planned = planned.sequence + 1;
                self.planned.insert(planned.sequence, planned);
            }
            Kind::Settled { sequence } => {
                self.planned.remove(&sequence);
            }
            Kind::Request(entry) => self.requests.push(entry),
        }
    }

    fn within(&mut self, cvr: &str, change: impl FnOnce(&mut Organisation)) {
        if let Some(organisation) = self.organisations.get_mut(cvr) {
            change(organisation);
        }
    }
}
