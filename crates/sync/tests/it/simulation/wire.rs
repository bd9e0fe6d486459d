//! The way to MitID Erhverv without a socket, and a witness of everything that happens there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::Cvr;
use emulator::{
    Exchange, Fault, OrganisationSettings, PortalAction, PortalRequest, World,
    world::{Employee, Operation, PortalRight, RequestEntry},
};
use futures::{FutureExt as _, future::BoxFuture};
use jiff::SignedDuration;
use serde_json::{Map, Value};
use sync::api::{ApiRequest, ApiResponse, Broken, Transport};
use uuid::Uuid;

use super::{dice::Dice, entitlements, time::Time};

/// The world, with the clock that it shares with the program.
pub struct Wire {
    time: Arc<Time>,
    dice: Dice,
    cvr: String,
    world: Mutex<World>,
    witness: Mutex<Witness>,
}

/// What was seen happening that must not happen, and what is needed to see it.
#[derive(Default)]
struct Witness {
    /// Everybody who ever was there, with the digits of the CPR number.
    known: BTreeMap<Uuid, String>,
    /// The numbers of those whom there ever was a reason to stop.
    may_be_stopped: BTreeSet<String>,
    faults: Vec<String>,
    calls: Vec<Call>,
}

/// One call that reached MitID Erhverv.
#[derive(Clone)]
pub struct Call {
    pub operation: Operation,
    pub uuid: Option<Uuid>,
    pub status: Option<u16>,
}

impl Wire {
    pub fn new(time: Arc<Time>, cvr: &Cvr, seed: u64) -> Self {
        let cvr = cvr.to_string();
        let mut world = World::new();
        world.add_organisation(OrganisationSettings::light(&cvr, "Ærø Kommune"));
        // The same numbers as elsewhere would give two identities one UUID.
        let dice = Dice::new(!seed);
        Self { time, dice, cvr, world: Mutex::new(world), witness: Mutex::default() }
    }

    /// People who were there before this program was.
    pub fn seed(&self, employees: &[Employee]) {
        self.world.lock().unwrap().seed(&self.cvr, employees).unwrap();
        let known = employees.iter().map(|one| (one.uuid, cpr_of(one)));
        self.witness.lock().unwrap().known.extend(known);
    }

    pub fn break_with(&self, faults: Vec<Fault>) {
        self.world.lock().unwrap().set_faults(faults).unwrap();
    }

    pub fn may_be_stopped(&self, digits: String) {
        self.witness.lock().unwrap().may_be_stopped.insert(digits);
    }

    /// What somebody does in the portal, where the status of the identity allows it.
    pub fn portal(
        &self,
        action: PortalAction,
        uuid: Uuid,
        fields: Map<String, Value>,
        right: Option<PortalRight>,
    ) {
        let request = PortalRequest { organisation: self.cvr.clone(), action, uuid, fields, right };
        let mut world = self.world.lock().unwrap();
        let now = self.time.peek();
        // A refusal is the portal's business.
        drop(world.portal(&request, now, &mut |octets| self.dice.fill(octets)));
        self.look(&world);
    }

    pub fn employees(&self) -> Vec<Employee> {
        let mut world = self.world.lock().unwrap();
        world.advance(self.time.peek());
        self.look(&world);
        world.employees(&self.cvr).cloned().collect()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.witness.lock().unwrap().calls.clone()
    }

    pub fn writes(&self) -> usize {
        self.calls().iter().filter(|call| call.operation.is_write()).count()
    }

    /// What must not have happened and did.
    pub fn faults(&self) -> Vec<String> {
        self.witness.lock().unwrap().faults.clone()
    }

    /// Sees who is new: nobody may be who is there already.
    fn look(&self, world: &World) {
        let mut witness = self.witness.lock().unwrap();
        for employee in world.employees(&self.cvr) {
            if witness.known.contains_key(&employee.uuid) {
                continue;
            }
            let cpr = cpr_of(employee);
            if world.employees(&self.cvr).any(|other| other.uuid != employee.uuid && cpr_of(other) == cpr) {
                let at = self.time.peek();
                witness.faults.push(format!("{} {} created twice by {at}", employee.given_name, cpr));
            }
            witness.known.insert(employee.uuid, cpr);
        }
    }

    /// Sees what was called. Only those may be stopped whom there ever was a reason to stop.
    fn look_at_call(&self, path: &str, entry: &RequestEntry) {
        self.time.tell(|| format!("{} {path} {:?} {:?}", entry.method, entry.status, entry.fault));
        let Some(operation) = entry.operation else { return };
        let uuid = path.split('/').find_map(|part| part.parse().ok());
        let mut witness = self.witness.lock().unwrap();
        witness.calls.push(Call { operation, uuid, status: entry.status });
        let stops = matches!(operation, Operation::SuspendEmployee | Operation::DeleteEmployee);
        let cpr = uuid.and_then(|uuid| witness.known.get(&uuid).cloned()).unwrap_or_default();
        if stops && !witness.may_be_stopped.contains(&cpr) {
            witness.faults.push(format!("somebody was stopped without a reason by {} {path}", entry.method));
        }
    }

    /// What nobody looks after is neither given nor taken, and the right that counts in production units never counts in
    /// the whole organisation.
    fn look_at_rights(&self, request: &ApiRequest) {
        let body = request.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let Some(body) = body.filter(|body| body.get("roleUuids").is_some()) else { return };
        let rights: Vec<Uuid> = serde_json::from_value(body.pointer("/roleUuids").unwrap().clone()).unwrap();
        let whole = body.pointer("/scope/type").and_then(Value::as_str) == Some("Cvr");
        let widened = whole && rights.iter().any(|right| entitlements::number_of(*right) == 3);
        let touched = rights.contains(&entitlements::left_alone());
        if touched || (widened && request.method == "POST") {
            let fault = format!("{} {} of rights that must not be: {body}", request.method, request.path);
            self.witness.lock().unwrap().faults.push(fault);
        }
    }

    fn exchange(&self, request: &ApiRequest) -> Result<ApiResponse, Broken> {
        self.look_at_rights(request);
        let asked = emulator::ApiRequest {
            certificate_cvr: Some(self.cvr.clone()),
            certificate_fingerprint: None,
            method: request.method.to_string(),
            path: request.path.clone(),
            bearer: request.bearer.as_ref().map(|token| token.expose().to_owned()),
            body: request.body.clone().unwrap_or_default(),
        };
        let mut world = self.world.lock().unwrap();
        let exchange = world.handle(&asked, self.time.peek(), &mut |octets| self.dice.fill(octets));
        self.look(&world);
        let sequence = self.witness.lock().unwrap().calls.len() as u64;
        world.requests(sequence).iter().for_each(|entry| self.look_at_call(&request.path, entry));
        match exchange {
            Exchange::Answer { response, delay_ms } => {
                self.time.advance(SignedDuration::from_millis(i64::try_from(delay_ms).unwrap()));
                let retry_after = response.retry_after_seconds.map(Duration::from_secs);
                Ok(ApiResponse { status: response.status, retry_after, body: response.body })
            }
            Exchange::BrokenBefore => Err(Broken::BeforeSending("refused".to_owned())),
            Exchange::BrokenAfter { .. } => Err(Broken::AfterSending("lost".to_owned())),
        }
    }
}

impl Transport for Wire {
    fn send<'a>(&'a self, request: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>> {
        async move {
            if self.time.call() {
                std::future::pending::<()>().await;
            }
            let answer = self.exchange(request);
            if self.time.call() {
                std::future::pending::<()>().await;
            }
            answer
        }
        .boxed()
    }
}

pub fn cpr_of(employee: &Employee) -> String {
    employee.cpr_number.as_ref().map(|cpr| cpr.as_str().to_owned()).unwrap_or_default()
}
