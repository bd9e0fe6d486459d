//! The emulated MitID Erhverv behind mutual TLS, with what its control interface shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use domain::{Clock, Variant};
use emulator::{
    CertificateAuthority, CertificateDemand, Emulator, EmulatorOptions, IssueRequest, OrganisationSettings,
    Running, issue_system_certificate,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sync::api::{
    Client, ClientCertificate, ClientOptions, CreateTemplate, OperationTable,
    https::{HttpsTransport, Limits, ServerTrust},
};
use tempfile::TempDir;

pub const CVR: &str = "90000001";

/// Operations that change nothing though they are no GET.
const READING_POSTS: [&str; 2] = ["authenticateTls", "searchEmployees"];

/// A running emulator and the certificate that opens it.
pub struct Door {
    running: Running,
    certificate: ClientCertificate,
    folder: TempDir,
}

/// What MitID Erhverv shows of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub given_name: String,
    pub surname: String,
    pub email: String,
    pub status: String,
}

/// Certificates are valid around this moment; TLS looks at the clock of the machine.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "certificates are checked against the clock of the machine"
    )]
    Timestamp::now()
}

impl Door {
    pub async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let running = Emulator::start(options(&folder)).await.unwrap();
        let certificates = folder.path().join("emulator/certificates");
        let mut authority = CertificateAuthority::open(&certificates, now()).unwrap();
        fs::write(folder.path().join("root.pem"), authority.root_pem()).unwrap();
        let certificate = certificate(&mut authority);
        Self { running, certificate, folder }
    }

    pub fn client(&self, clock: Arc<dyn Clock>) -> Client {
        let address = format!("https://localhost:{}", self.running.api_addr().port());
        let trust = ServerTrust::File(self.folder.path().join("root.pem"));
        let transport = HttpsTransport::new(&address, &self.certificate, &trust, Limits::default()).unwrap();
        let options = ClientOptions {
            operations: OperationTable::default(),
            create_template: CreateTemplate::standard(Variant::Light),
        };
        Client::new(Arc::new(transport), options, clock)
    }

    async fn employees(&self) -> Vec<Value> {
        let state = self.control("state").await;
        state["organisations"][0]["employees"].as_array().unwrap().clone()
    }

    /// Everybody who is there, by CPR number. Nobody is there twice.
    pub async fn shown(&self) -> BTreeMap<String, Shown> {
        let employees = self.employees().await;
        let shown: BTreeMap<String, Shown> =
            employees.iter().map(|one| (text(one, "cprNumber"), shown(one))).collect();
        assert_eq!(shown.len(), employees.len(), "nobody is there twice");
        shown
    }

    pub async fn uuid(&self, cpr: &str) -> String {
        let employees = self.employees().await;
        text(employees.iter().find(|one| one["cprNumber"] == cpr).unwrap(), "uuid")
    }

    /// The rights that the person with this CPR number holds in the whole organisation, by their numbers.
    pub async fn rights(&self, cpr: &str) -> BTreeSet<u128> {
        let employees = self.employees().await;
        let employee = employees.iter().find(|one| one["cprNumber"] == cpr).unwrap();
        let number = |role: &Value| {
            assert_eq!(role["scope"], json!({ "type": "Cvr", "value": CVR }));
            text(role, "uuid").parse::<uuid::Uuid>().unwrap().as_u128() & 0xffff
        };
        employee["roles"].as_array().unwrap().iter().map(number).collect()
    }

    /// Everybody who waits follows the link of the mail.
    pub async fn activate_all(&self) {
        for one in self.employees().await.iter().filter(|one| one["status"] == "Pending") {
            let request = json!({ "organisation": CVR, "action": "activate", "uuid": one["uuid"] });
            let url = format!("http://{}/_emulator/portal", self.running.control_addr());
            let answer = reqwest::Client::new().post(url).json(&request).send().await.unwrap();
            assert!(answer.status().is_success(), "{}", answer.status());
        }
    }

    /// The number of the last call.
    pub async fn last_call(&self) -> u64 {
        let calls = self.control("requests").await;
        calls.as_array().unwrap().last().map_or(0, |call| call["sequence"].as_u64().unwrap())
    }

    /// The calls after that one that changed something, by their names in the contract.
    pub async fn changes_since(&self, sequence: u64) -> Vec<String> {
        let calls = self.control(&format!("requests?since={sequence}")).await;
        let calls = calls.as_array().unwrap().iter();
        let operations = calls.filter(|call| call["method"] != "GET").map(|call| text(call, "operation"));
        operations.filter(|operation| !READING_POSTS.contains(&operation.as_str())).collect()
    }

    async fn control(&self, path: &str) -> Value {
        let url = format!("http://{}/_emulator/{path}", self.running.control_addr());
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }
}

fn options(folder: &TempDir) -> EmulatorOptions {
    let mut seed = 1u64;
    EmulatorOptions {
        dir: folder.path().to_owned(),
        api: "127.0.0.1:0".parse().unwrap(),
        control: "127.0.0.1:0".parse().unwrap(),
        organisations: vec![OrganisationSettings::light(CVR, "Ærø Kommune")],
        certificate_demand: CertificateDemand::All,
        clock: Box::new(now),
        random: Box::new(move |octets| {
            for octet in octets {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *octet = seed.to_be_bytes()[0];
            }
        }),
    }
}

fn certificate(authority: &mut CertificateAuthority) -> ClientCertificate {
    let request = IssueRequest {
        cvr: CVR.to_owned(),
        name: "Lokalid".to_owned(),
        organisation: "Ærø Kommune".to_owned(),
        not_before: now() - SignedDuration::from_hours(1),
        not_after: now() + SignedDuration::from_hours(24),
        password: "kodeord".to_owned(),
    };
    let p12 = issue_system_certificate(authority, &request).unwrap().p12;
    ClientCertificate::from_pkcs12(&p12, "kodeord", "system.p12".as_ref()).unwrap()
}

fn shown(employee: &Value) -> Shown {
    Shown {
        given_name: text(employee, "givenName"),
        surname: text(employee, "surname"),
        email: text(employee, "emailAddress"),
        status: text(employee, "status"),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
