//! The other way to the service: straight into the emulator's state machine, with no socket and a clock that
//! the test moves. Every exchange is held against the contract.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::Clock;
use emulator::{
    Exchange, Fault, OrganisationSettings, PortalAction, PortalRequest, World,
    contract::{check_request, check_response},
    world::RequestEntry,
};
use futures::{FutureExt as _, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sync::api::{ApiRequest, ApiResponse, Broken, Transport};

pub const CVR: &str = "90000001";

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub fn at(time: &str) -> Self {
        Self(Mutex::new(time.parse().unwrap()))
    }

    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// One organisation in a world of its own.
pub struct Direct {
    world: Mutex<World>,
    clock: Arc<ManualClock>,
    seed: Mutex<u64>,
    outside_the_contract: AtomicBool,
    wire: Mutex<Wire>,
}

/// What is under way.
#[derive(Default)]
struct Wire {
    latency: Duration,
    under_way: usize,
    /// Of each call, its method, its path, and how many were under way with it when it began.
    begun: Vec<(String, String, usize)>,
}

impl Direct {
    pub fn new(settings: OrganisationSettings, clock: Arc<ManualClock>) -> Self {
        let mut world = World::new();
        world.add_organisation(settings);
        Self {
            world: Mutex::new(world),
            clock,
            seed: Mutex::new(1),
            outside_the_contract: AtomicBool::new(false),
            wire: Mutex::default(),
        }
    }

    pub fn break_with(&self, faults: Value) {
        let faults: Vec<Fault> = serde_json::from_value(faults).unwrap();
        self.world.lock().unwrap().set_faults(faults).unwrap();
    }

    /// From now on calls may be made that the contract no longer knows.
    pub fn outside_the_contract(&self) {
        self.outside_the_contract.store(true, Ordering::SeqCst);
    }

    /// What somebody does in the portal.
    pub fn portal(&self, action: PortalAction, uuid: uuid::Uuid) {
        let request = PortalRequest {
            organisation: CVR.to_owned(),
            action,
            uuid,
            fields: serde_json::Map::new(),
            right: None,
        };
        let mut world = self.world.lock().unwrap();
        world.portal(&request, self.clock.now(), &mut |octets| self.fill(octets)).unwrap();
    }

    /// The people of the organisation as they are.
    pub fn employees(&self) -> Vec<Value> {
        let state = self.world.lock().unwrap().state();
        state.pointer("/organisations/0/employees").and_then(Value::as_array).cloned().unwrap()
    }

    /// How often each operation was called, refused calls included.
    pub fn calls(&self, operation_id: &str) -> usize {
        let entries: Vec<RequestEntry> = self.world.lock().unwrap().requests(0);
        entries
            .iter()
            .filter(|entry| entry.operation.is_some_and(|operation| operation.id() == operation_id))
            .count()
    }

    /// From now on calls take so long, some longer and some less.
    pub fn take_time(&self, latency: Duration) {
        self.wire.lock().unwrap().latency = latency;
    }

    /// How many calls were under way when each gift of rights began, itself included.
    pub fn giving_at_once(&self) -> Vec<usize> {
        let wire = self.wire.lock().unwrap();
        let begun =
            wire.begun.iter().filter(|(method, path, _)| method == "POST" && path.ends_with("/roles"));
        begun.map(|(.., at_once)| *at_once).collect()
    }

    fn fill(&self, octets: &mut [u8]) {
        let mut seed = self.seed.lock().unwrap();
        for octet in octets {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *octet = seed.to_be_bytes()[0];
        }
    }

    fn begin(&self, request: &ApiRequest) -> Duration {
        let mut wire = self.wire.lock().unwrap();
        wire.under_way += 1;
        let at_once = wire.under_way;
        wire.begun.push((request.method.to_string(), request.path.clone(), at_once));
        // No two calls of a real service take equally long.
        let uneven = u32::try_from(wire.begun.len() * 7 % 10).unwrap_or_default();
        wire.latency / 5 * uneven
    }

    fn exchange(&self, request: &ApiRequest) -> Result<ApiResponse, Broken> {
        let body = request.body.clone().unwrap_or_default();
        let checked = !self.outside_the_contract.load(Ordering::SeqCst);
        if checked {
            check_request(request.method.as_str(), &request.path, &body).unwrap();
        }
        let asked = emulator::ApiRequest {
            certificate_cvr: Some(CVR.to_owned()),
            certificate_fingerprint: None,
            method: request.method.to_string(),
            path: request.path.clone(),
            bearer: request.bearer.as_ref().map(|token| token.expose().to_owned()),
            body,
        };
        let mut world = self.world.lock().unwrap();
        let undistorted = world.faults().is_empty();
        let answer = match world.handle(&asked, self.clock.now(), &mut |octets| self.fill(octets)) {
            Exchange::Answer { response, .. } => response,
            Exchange::BrokenBefore => return Err(Broken::BeforeSending("refused".to_owned())),
            Exchange::BrokenAfter { .. } => return Err(Broken::AfterSending("lost".to_owned())),
        };
        if checked && undistorted {
            let (status, kind) = (answer.status, answer.content_type);
            check_response(request.method.as_str(), &request.path, status, kind, &answer.body).unwrap();
        }
        let retry_after = answer.retry_after_seconds.map(Duration::from_secs);
        Ok(ApiResponse { status: answer.status, retry_after, body: answer.body })
    }
}

impl Transport for Direct {
    fn send<'a>(&'a self, request: &'a ApiRequest) -> BoxFuture<'a, Result<ApiResponse, Broken>> {
        async move {
            // Others get their turn, as they would while a call is on the wire.
            let latency = self.begin(request);
            tokio::task::yield_now().await;
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            self.wire.lock().unwrap().under_way -= 1;
            self.exchange(request)
        }
        .boxed()
    }
}

/// The next `count` calls of an operation are struck.
pub fn fault(operation: &str, kind: &str, count: u64) -> Value {
    json!([{ "operation": operation, "kind": kind, "count": count }])
}
