//! Through the real door: mutual TLS with certificates that look like OCES3, on loopback.

use std::{fs, path::PathBuf, time::Duration};

use emulator::{
    CertificateAuthority, CertificateDemand, Emulator, EmulatorOptions, IssueRequest, Running,
    issue_system_certificate,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sync::api::{
    ClientCertificate, Failure,
    https::{HttpsTransport, Limits, ServerTrust},
};
use tempfile::TempDir;

use super::*;
use crate::direct::fault;

/// Certificates are valid around this moment; TLS looks at the clock of the machine.
fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "certificates are checked against the clock of the machine"
    )]
    Timestamp::now()
}

/// A running emulator and what a client needs to reach it.
struct Door {
    folder: TempDir,
    running: Running,
    authority: CertificateAuthority,
}

impl Door {
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let mut seed = 1u64;
        let options = EmulatorOptions {
            dir: folder.path().to_owned(),
            api: "127.0.0.1:0".parse().unwrap(),
            control: "127.0.0.1:0".parse().unwrap(),
            organisations: vec![OrganisationSettings::light(CVR, "Ærø Kommune")],
            certificate_demand: CertificateDemand::All,
            clock: Box::new(now),
            random: Box::new(move |octets| {
                for octet in octets {
                    seed =
                        seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    *octet = seed.to_be_bytes()[0];
                }
            }),
        };
        let running = Emulator::start(options).await.unwrap();
        let authority =
            CertificateAuthority::open(&folder.path().join("emulator/certificates"), now()).unwrap();
        let door = Self { folder, running, authority };
        fs::write(door.root(), door.authority.root_pem()).unwrap();
        door
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    fn trust(&self) -> ServerTrust {
        ServerTrust::File(self.root())
    }

    fn address(&self) -> String {
        format!("https://localhost:{}", self.running.api_addr().port())
    }

    fn client(&self, certificate: &ClientCertificate, trust: &ServerTrust, limits: Limits) -> Client {
        let transport = HttpsTransport::new(&self.address(), certificate, trust, limits).unwrap();
        client_over(transport)
    }

    /// The certificates of the calls so far, by their fingerprints.
    async fn callers(&self) -> Vec<String> {
        let url = format!("http://{}/_emulator/requests?since=0", self.running.control_addr());
        let calls: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let calls = calls.as_array().unwrap().iter();
        calls.map(|call| call["certificate"].as_str().unwrap().to_owned()).collect()
    }

    async fn break_with(&self, faults: Value) {
        let url = format!("http://{}/_emulator/faults", self.running.control_addr());
        let answer = reqwest::Client::new().put(url).json(&faults).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}

fn client_over(transport: HttpsTransport) -> Client {
    let clock = Arc::new(ManualClock::at("2026-11-20T08:00:00Z"));
    Client::new(Arc::new(transport), options(Variant::Light), clock)
}

fn certificate_of(
    authority: &mut CertificateAuthority,
    from_hours: i64,
    until_hours: i64,
) -> ClientCertificate {
    let request = IssueRequest {
        cvr: CVR.to_owned(),
        name: "Lokalid".to_owned(),
        organisation: "Ærø Kommune".to_owned(),
        not_before: now() + SignedDuration::from_hours(from_hours),
        not_after: now() + SignedDuration::from_hours(until_hours),
        password: "kodeord".to_owned(),
    };
    let p12 = issue_system_certificate(authority, &request).unwrap().p12;
    ClientCertificate::from_pkcs12(&p12, "kodeord", "system.p12".as_ref()).unwrap()
}

fn sentence<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
    match result {
        Err(Failure::Retry { why, .. }) => why.sentence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_changes_its_certificate_between_two_calls() {
    let mut door = Door::open().await;
    let old = certificate_of(&mut door.authority, -1, 24);
    let new = certificate_of(&mut door.authority, -1, 48);
    let expired = certificate_of(&mut door.authority, -2, -1);
    let client = door.client(&old, &door.trust(), Limits::default());
    client.search(0).await.unwrap();
    let trust = door.trust();
    let transport = |certificate| {
        Arc::new(HttpsTransport::new(&door.address(), certificate, &trust, Limits::default()).unwrap())
    };
    client.reconnect(transport(&new));
    client.search(0).await.unwrap();
    let callers = door.callers().await;
    let (old, new) = (&old.facts().fingerprint, &new.facts().fingerprint);
    assert_eq!(callers, [old, old, new, new].map(Clone::clone), "each with a token of its own");

    // One that is refused is told apart from a server that is not there; `forged` is of a stranger who calls himself by
    // the authority's name, so that only the signature is wrong.
    let forged = certificate_of(&mut CertificateAuthority::create(now()).unwrap(), -1, 24);
    let request = ApiRequest {
        method: http::Method::POST,
        path: "/api/administration/idmlogin/tls/authenticate".to_owned(),
        bearer: None,
        body: None,
    };
    for shown in [&expired, &forged] {
        let broken = transport(shown).send(&request).await.err();
        assert!(matches!(broken, Some(Broken::NotAdmitted(_))), "{broken:?}");
    }
    let sent = transport(&expired);
    door.running.stop().await;
    let broken = sent.send(&request).await.err();
    assert!(matches!(broken, Some(Broken::BeforeSending(_))), "{broken:?}");
}

#[tokio::test]
async fn people_are_created_and_found_through_mutual_tls() {
    let mut door = Door::open().await;
    let certificate = certificate_of(&mut door.authority, -1, 24);
    let client = door.client(&certificate, &door.trust(), Limits::default());
    let uuid = client.perform(&create(person())).await.unwrap().created.unwrap();
    let [seen] = client.search(0).await.unwrap().try_into().unwrap();
    assert_eq!((seen.uuid, seen.cpr), (uuid, person().cpr));
    assert_eq!(client.employee(unknown()).await, Err(Failure::Gone));

    // The connection breaks after the effect: nobody may believe that nothing happened.
    door.break_with(fault("createEmployee", "lost_answer", 1)).await;
    let lost = client.perform(&create(person())).await.unwrap_err();
    assert!(matches!(lost, Failure::Unknown { .. }), "{lost:?}");
    assert_eq!(client.search(0).await.unwrap().len(), 2);
    door.break_with(fault("searchEmployees", "lost_answer", 1)).await;
    assert!(sentence(client.search(0).await).contains("the connection broke before the answer came"));

    let short = Limits { most_octets: 300, ..Limits::default() };
    let said = sentence(door.client(&certificate, &door.trust(), short).search(0).await);
    assert_eq!(said, "the answer is longer than 300 octets: it was not read");
    door.running.stop().await;
    assert!(sentence(client.search(0).await).contains("MitID Erhverv"));
}

#[tokio::test]
async fn nobody_is_believed_and_nobody_let_in_without_the_right_certificate() {
    let mut door = Door::open().await;
    let certificate = certificate_of(&mut door.authority, -1, 24);
    let mut stranger = CertificateAuthority::create(now()).unwrap();

    let wrong_root = door.folder.path().join("wrong.pem");
    fs::write(&wrong_root, stranger.root_pem()).unwrap();
    let client = door.client(&certificate, &ServerTrust::File(wrong_root), Limits::default());
    let said = sentence(client.search(0).await);
    assert!(said.contains("the server's certificate or TLS is not accepted"), "{said}");

    for refused in [certificate_of(&mut stranger, -1, 24), certificate_of(&mut door.authority, -48, -24)] {
        let client = door.client(&refused, &door.trust(), Limits::default());
        let said = sentence(client.search(0).await);
        assert!(said.contains("the server refused our certificate"), "{said}");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn silence_is_a_failure_too() {
    let mut door = Door::open().await;
    let certificate = certificate_of(&mut door.authority, -1, 24);
    door.break_with(serde_json::json!([{ "operation": "*", "kind": "slow", "latency_ms": 600_000 }])).await;
    let impatient = Limits { answer: Duration::from_millis(300), ..Limits::default() };
    let client = door.client(&certificate, &door.trust(), impatient);
    assert!(sentence(client.search(0).await).contains("did not answer in time"));

    let nobody =
        HttpsTransport::new("https://localhost:1", &certificate, &door.trust(), Limits::default()).unwrap();
    assert!(
        sentence(client_over(nobody).search(0).await)
            .starts_with("MitID Erhverv cannot be reached at https://")
    );
    door.running.stop().await;
}

#[tokio::test]
async fn a_file_of_authorities_that_holds_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut authority = CertificateAuthority::create(now()).unwrap();
    let certificate = certificate_of(&mut authority, -1, 24);
    let file = folder.path().join("root.pem");
    for content in [None, Some(""), Some("no certificate")] {
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let trust = ServerTrust::File(file.clone());
        let refused = HttpsTransport::new("https://localhost:1", &certificate, &trust, Limits::default());
        let said = refused.err().unwrap().to_string();
        assert!(said.contains("root.pem") && said.contains("PEM"), "{said}");
    }
}
