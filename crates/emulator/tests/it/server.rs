//! The running emulator over real sockets: mutual TLS, broken connections, control, pages, and what is
//! left after it was killed.

use std::path::Path;

use emulator::{
    CertificateAuthority, CertificateDemand, Emulator, EmulatorOptions, IssueRequest, OrganisationSettings,
    Running, issue_system_certificate,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Certificate, Identity, StatusCode};
use serde_json::{Value, json};

use crate::certificates::order;
use crate::client::{CVR, light_wish};

const TOKEN: &str = "administration/idmlogin/tls/authenticate";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_its_certificate_works_and_others_do_not_get_in() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::All).await;
    let token = token(&running, &client(folder.path(), Some(order(CVR, now())))).await;
    assert_eq!(token.status(), StatusCode::OK);
    let stranger =
        token_call(&running, &client(folder.path(), Some(order("90000009", now())))).await.unwrap();
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN);

    let expired = IssueRequest { not_after: now() - SignedDuration::from_secs(60), ..order(CVR, now()) };
    assert!(token_call(&running, &client(folder.path(), Some(expired))).await.is_err());
    assert!(token_call(&running, &client(folder.path(), None)).await.is_err());
    let elsewhere = tempfile::tempdir().unwrap();
    CertificateAuthority::open(&certificates(elsewhere.path()), now()).unwrap();
    let root = root(folder.path());
    let foreign = identity(elsewhere.path(), &order(CVR, now()));
    let foreign = builder(root).identity(foreign).build().unwrap();
    assert!(token_call(&running, &foreign).await.is_err(), "issued by another CA");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_demand_a_connection_needs_no_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::Off).await;
    assert_eq!(token(&running, &client(folder.path(), None)).await.status(), StatusCode::OK);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_gives_no_answer_and_the_next_call_works() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::All).await;
    let caller = Caller::new(&running, folder.path()).await;
    for (kind, people) in [("reset_before", 0), ("refuse", 0), ("lost_answer", 1)] {
        control(
            &running,
            "PUT",
            "faults",
            &json!([{ "operation": "createEmployee", "kind": kind, "count": 1 }]),
        )
        .await;
        let error = caller.create().await.err().unwrap();
        assert!(error.status().is_none(), "{kind}: {error}");
        assert_eq!(employees(&running).await.len(), people, "{kind}");
    }
    assert_eq!(caller.create().await.unwrap().status(), StatusCode::OK);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_a_kill_and_a_half_written_line_is_not_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::All).await;
    let caller = Caller::new(&running, folder.path()).await;
    for _ in 0..5 {
        assert_eq!(caller.create().await.unwrap().status(), StatusCode::OK);
    }
    // What lies on disk while the emulator runs is what a kill would leave.
    copy_tree(folder.path(), copy.path());
    let before = employees(&running).await;
    running.stop().await;
    let journal =
        std::fs::read_dir(copy.path().join("emulator")).unwrap().flatten().map(|entry| entry.path());
    let journal =
        journal.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "jsonl")).unwrap();
    let mut torn = std::fs::read(&journal).unwrap();
    torn.extend_from_slice(b"{\"employee\":{\"cvr\"");
    std::fs::write(&journal, torn).unwrap();

    let again = start(copy.path(), CertificateDemand::All).await;
    assert_eq!(employees(&again).await, before);
    let still = Caller { base: base(&again), ..caller };
    assert_eq!(
        still.create().await.unwrap().status(),
        StatusCode::OK,
        "certificate and token are good still"
    );
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_and_a_second_emulator_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::All).await;
    let error =
        Emulator::start(options(folder.path(), CertificateDemand::All)).await.err().unwrap().to_string();
    assert!(error.contains("another emulator"), "{error}");
    running.stop().await;
    std::fs::write(folder.path().join("emulator/state.json"), "{").unwrap();
    let error =
        Emulator::start(options(folder.path(), CertificateDemand::All)).await.err().unwrap().to_string();
    assert!(error.contains("state.json"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_port_stays_on_loopback() {
    let folder = tempfile::tempdir().unwrap();
    let open = EmulatorOptions {
        control: "0.0.0.0:0".parse().unwrap(),
        ..options(folder.path(), CertificateDemand::All)
    };
    assert!(Emulator::start(open).await.is_err());
    let running = start(folder.path(), CertificateDemand::All).await;
    let url = format!("http://{}/_emulator/state", running.control_addr());
    let rebound = plain().get(&url).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN);
    let foreign = plain().post(&url).header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_interface_refuses_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::All).await;
    let cases = [
        ("PUT", "faults", json!([{ "operation": "makeCoffee", "kind": "slow" }])),
        ("POST", "reset", json!({ "organisation": "90000009" })),
        ("POST", "clock", json!({ "shift_seconds": i64::MAX })),
        ("POST", "portal", json!({ "organisation": CVR, "action": "delete", "uuid": uuid::Uuid::nil() })),
        ("POST", "seed", json!({ "organisation": "90000009", "employees": [] })),
    ];
    for (method, path, body) in cases {
        let response = send(&running, method, path, &body).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let error: Value = response.json().await.unwrap();
        assert!(error["error"].as_str().unwrap().len() > 20, "{path}: {error}");
    }
    control(&running, "POST", "clock", &json!({ "shift_seconds": 60 })).await;
    control(&running, "POST", "reset", &json!({ "organisation": null })).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_activates_on_the_page_and_an_administrator_acts() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), CertificateDemand::All).await;
    let caller = Caller::new(&running, folder.path()).await;
    caller.create().await.unwrap();
    let state: Value = send(&running, "GET", "state", &json!({})).await.json().await.unwrap();
    let link = state["organisations"][0]["mailbox"][0]["link"].as_str().unwrap().to_owned();
    let uuid = employees(&running).await[0]["uuid"].as_str().unwrap().to_owned();

    let user = format!("/organisation/{CVR}/user/{uuid}");
    for path in ["/", &format!("/organisation/{CVR}"), &format!("/organisation/{CVR}/mailbox"), &user, &link]
    {
        let danish = page(&running, path).await;
        assert!(danish.contains("<html lang=\"da\">") && danish.contains("<title>"), "{path}");
        let english = page(&running, &format!("{path}?sprog=en")).await;
        assert!(english.contains("<html lang=\"en\">"), "{path}");
    }
    let done = submit(&running, &link, &[]).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert_eq!(employees(&running).await[0]["status"], "Active");
    assert_eq!(submit(&running, &link, &[]).await.status(), StatusCode::CONFLICT, "used");

    submit(&running, &format!("{user}/edit"), &[("surname", "Ny & <b>")]).await;
    assert!(page(&running, &user).await.contains("Ny &#38; &#60;b&#62;"), "escaped");
    let right = state["organisations"][0]["catalogue"][0]["uuid"].as_str().unwrap();
    let fields = [("right", right), ("scopeType", "Cvr"), ("scopeValue", CVR)];
    submit(&running, &format!("{user}/grant"), &fields).await;
    assert_eq!(employees(&running).await[0]["roles"][0]["uuid"], right);
    submit(&running, &format!("{user}/revoke"), &fields).await;
    submit(&running, &format!("{user}/suspend"), &[]).await;
    assert_eq!(employees(&running).await[0]["status"], "Suspended");
    submit(&running, &format!("{user}/delete"), &[]).await;
    assert_eq!(employees(&running).await.len(), 0);
    running.stop().await;
}

#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Caller {
    async fn new(running: &Running, folder: &Path) -> Self {
        Self::at(running.api_addr().port(), folder).await
    }

    pub async fn at(port: u16, folder: &Path) -> Self {
        let http = client(folder, Some(order(CVR, now())));
        let base = format!("https://localhost:{port}/api");
        let answer = http.post(format!("{base}/{TOKEN}")).json(&json!({})).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        Self { http, base, token: answer["accessToken"].as_str().unwrap().to_owned() }
    }

    pub async fn create(&self) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/administration/identity/employee", self.base);
        self.http.post(url).bearer_auth(&self.token).json(&light_wish()).send().await
    }
}

pub async fn start(folder: &Path, demand: CertificateDemand) -> Running {
    Emulator::start(options(folder, demand)).await.unwrap()
}

pub fn options(folder: &Path, certificate_demand: CertificateDemand) -> EmulatorOptions {
    EmulatorOptions {
        dir: folder.to_owned(),
        api: "127.0.0.1:0".parse().unwrap(),
        control: "127.0.0.1:0".parse().unwrap(),
        organisations: vec![OrganisationSettings::light(CVR, "Ærø Kommune")],
        certificate_demand,
        clock: Box::new(now),
        random: Box::new(|bytes| aws_lc_rs::rand::fill(bytes).unwrap()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "TLS judges certificates by the real clock, so these tests run on it"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn certificates(folder: &Path) -> std::path::PathBuf {
    folder.join("emulator/certificates")
}

fn root(folder: &Path) -> Certificate {
    let pem = std::fs::read(certificates(folder).join("root.pem")).unwrap();
    Certificate::from_pem(&pem).unwrap()
}

fn identity(folder: &Path, request: &IssueRequest) -> Identity {
    let mut authority = CertificateAuthority::open(&certificates(folder), now()).unwrap();
    let issued = issue_system_certificate(&mut authority, request).unwrap();
    Identity::from_pem((issued.key_pem + &issued.chain_pem).as_bytes()).unwrap()
}

fn builder(root: Certificate) -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([root])
}

fn client(folder: &Path, request: Option<IssueRequest>) -> reqwest::Client {
    let builder = builder(root(folder));
    match request {
        Some(request) => builder.identity(identity(folder, &request)).build().unwrap(),
        None => builder.build().unwrap(),
    }
}

fn plain() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn base(running: &Running) -> String {
    format!("https://localhost:{}/api", running.api_addr().port())
}

async fn token_call(running: &Running, http: &reqwest::Client) -> reqwest::Result<reqwest::Response> {
    http.post(format!("{}/{TOKEN}", base(running))).json(&json!({})).send().await
}

async fn token(running: &Running, http: &reqwest::Client) -> reqwest::Response {
    token_call(running, http).await.unwrap()
}

async fn send(running: &Running, method: &str, path: &str, body: &Value) -> reqwest::Response {
    let url = format!("http://{}/_emulator/{path}", running.control_addr());
    plain().request(method.parse().unwrap(), url).json(body).send().await.unwrap()
}

async fn control(running: &Running, method: &str, path: &str, body: &Value) {
    let response = send(running, method, path, body).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
}

pub async fn employees(running: &Running) -> Vec<Value> {
    let state: Value = send(running, "GET", "state", &json!({})).await.json().await.unwrap();
    state["organisations"][0]["employees"].as_array().unwrap().clone()
}

async fn page(running: &Running, path: &str) -> String {
    let response = plain().get(format!("http://{}{path}", running.control_addr())).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    response.text().await.unwrap()
}

async fn submit(running: &Running, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let origin = format!("http://{}", running.control_addr());
    let request = plain().post(format!("{origin}{path}")).header("origin", &origin);
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.join("&"))
        .send()
        .await
        .unwrap()
}

fn encoded(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
