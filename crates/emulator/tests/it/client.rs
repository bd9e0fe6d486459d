//! A caller of a world in process, who holds every exchange against the contract.

use emulator::contract::{check_request, check_response};
use emulator::world::Employee;
use emulator::{
    ApiRequest, ApiResponse, CertificateDemand, Exchange, Fault, OrganisationSettings, PortalAction,
    PortalRequest, World,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

pub const CVR: &str = "90000001";
pub const CPR: &str = "6101900000";

pub struct Client {
    pub world: World,
    pub now: Timestamp,
    pub token: String,
    seed: u64,
}

/// A JSON answer of the emulator, or none.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub text: String,
    pub delay_ms: u64,
    pub retry_after_seconds: Option<u64>,
}

impl Answer {
    pub fn text_of(&self, name: &str) -> String {
        self.body[name].as_str().unwrap().to_owned()
    }
}

impl Client {
    pub fn light() -> Self {
        Self::new(OrganisationSettings::light(CVR, "Ærø Kommune"))
    }

    pub fn local_idp() -> Self {
        Self::new(OrganisationSettings::local_idp(CVR, "Ærø Kommune"))
    }

    pub fn new(settings: OrganisationSettings) -> Self {
        let mut world = World::new();
        world.set_certificate_demand(CertificateDemand::TokenOnly);
        world.add_organisation(settings);
        let mut client =
            Self { world, now: "2026-11-20T08:00:00Z".parse().unwrap(), token: String::new(), seed: 1 };
        client.sign_in();
        client
    }

    pub fn sign_in(&mut self) {
        let answer = self.post("administration/idmlogin/tls/authenticate", &json!({}));
        self.token = answer.text_of("accessToken");
    }

    pub fn exchange(&mut self, request: &ApiRequest) -> Exchange {
        let seed = &mut self.seed;
        self.world.handle(request, self.now, &mut |bytes| fill(seed, bytes))
    }

    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> ApiRequest {
        ApiRequest {
            certificate_cvr: Some(CVR.to_owned()),
            certificate_fingerprint: None,
            method: method.to_owned(),
            path: format!("/api/{path}"),
            bearer: Some(self.token.clone()),
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        }
    }

    /// The answer, after both it and its request were checked.
    pub fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path, body);
        check_request(method, &request.path, &request.body).unwrap();
        self.unchecked(&request)
    }

    /// For requests that are wrong on purpose; the answer must be right all the same.
    pub fn unchecked(&mut self, request: &ApiRequest) -> Answer {
        let Exchange::Answer { response, delay_ms } = self.exchange(request) else {
            panic!("the connection broke")
        };
        let ApiResponse { status, content_type, body, retry_after_seconds } = response;
        check_response(&request.method, &request.path, status, content_type, &body).unwrap();
        let text = String::from_utf8(body).unwrap();
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            delay_ms,
            retry_after_seconds,
        }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    pub fn put(&mut self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body))
    }

    pub fn create(&mut self, body: &Value) -> Answer {
        let request = self.request("POST", "administration/identity/employee", Some(body));
        self.unchecked(&request)
    }

    /// A user who was created as the organisation's variant needs it.
    pub fn created(&mut self, user_name: &str) -> Uuid {
        let light = self.world.organisations().all(|settings| settings.variant == emulator::Variant::Light);
        let wish = if light { light_wish() } else { local_wish(user_name) };
        let answer = self.create(&wish);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["employeeUuid"].as_str().unwrap().parse().unwrap()
    }

    pub fn active(&mut self, user_name: &str) -> Uuid {
        let uuid = self.created(user_name);
        if self.employee(uuid).status == emulator::world::Status::Pending {
            self.portal(PortalAction::Activate, uuid).unwrap();
        }
        uuid
    }

    pub fn suspended(&mut self, user_name: &str) -> Uuid {
        let uuid = self.active(user_name);
        assert_eq!(self.act(uuid, "suspend"), 204);
        uuid
    }

    /// A PUT without body: `suspend`, `reactivate`.
    pub fn act(&mut self, uuid: Uuid, action: &str) -> u16 {
        self.call("PUT", &format!("administration/identity/employee/{uuid}/{action}"), None).status
    }

    pub fn employee(&self, uuid: Uuid) -> Employee {
        self.world.employee(CVR, uuid).unwrap().clone()
    }

    pub fn portal(&mut self, action: PortalAction, uuid: Uuid) -> Result<(), emulator::world::PortalError> {
        let fields = serde_json::Map::new();
        self.portal_with(&PortalRequest { organisation: CVR.to_owned(), action, uuid, fields, right: None })
    }

    pub fn portal_with(&mut self, request: &PortalRequest) -> Result<(), emulator::world::PortalError> {
        let seed = &mut self.seed;
        self.world.portal(request, self.now, &mut |bytes| fill(seed, bytes))
    }

    pub fn fault(&mut self, fault: Fault) {
        self.world.set_faults(vec![fault]).unwrap();
    }

    pub fn wait(&mut self, milliseconds: i64) {
        self.now += SignedDuration::from_millis(milliseconds);
        self.world.advance(self.now);
    }
}

pub fn employee_path(uuid: Uuid) -> String {
    format!("administration/identity/employee/{uuid}")
}

pub fn light_wish() -> Value {
    json!({
        "identityProfile": {
            "status": "Pending",
            "registeredIal": "Low",
            "targetIal": "Low",
            "givenName": "Åse",
            "surname": "Prøvesen",
            "emailAddress": "aase@kommune.example",
            "cprNumber": CPR,
            "rid": null,
        },
        "identityAuthenticators": { "authenticatorTypes": ["PrivateNemIdMitId"] },
    })
}

pub fn local_wish(user_name: &str) -> Value {
    let mut wish = light_wish();
    wish["identityProfile"]["registeredIal"] = json!("Substantial");
    wish["identityProfile"]["targetIal"] = json!("Substantial");
    wish["identityAuthenticators"] = json!({
        "authenticatorTypes": ["LocalIdentityProvider"],
        "subjectNameId": format!("{user_name}@kommune.example"),
    });
    wish
}

/// The same bytes in every run.
fn fill(seed: &mut u64, bytes: &mut [u8]) {
    for byte in bytes {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *byte = seed.to_be_bytes()[1];
    }
}
