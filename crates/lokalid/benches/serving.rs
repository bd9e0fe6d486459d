//! What people wait for: a suspension among thousands of other operations, the start, and the memory of `serve`.
//!
//! Run by `cargo xtask bench`; `LOKALID_BENCH_WAITING` makes it smaller for a look.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement that cannot be made stops the run, and time is what is measured"
)]

mod common;
#[allow(dead_code, reason = "the tests of the binary use the rest")]
#[path = "../tests/it/http.rs"]
mod http;

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use common::{BINARY, Bench, LATENCY_MS, many, number, resident_kib};
use serde_json::{Value, json};

fn main() {
    let people = number("LOKALID_BENCH_WAITING", 10_000);
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::prepare(folder.path(), 200);
    println!("{people} people, {LATENCY_MS} ms a call");
    suspend_among_many(&bench, people);
    serve(&bench, people);
}

/// Orders the suspension of somebody while another process sends all the others.
fn suspend_among_many(bench: &Bench, people: usize) {
    let before = bench.folder.join("people.csv");
    let all = std::fs::read_to_string(&before).unwrap() + &without_heading(&many(&before, people));
    activate(bench, "anne0000");
    std::fs::write(&before, all).unwrap();
    bench.schedule(8, 7);
    bench.slow();
    let mut sending = Command::new(BINARY)
        .arg("--config")
        .arg(bench.folder.join("lokalid.toml"))
        .arg("apply")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let waiting = loop {
        let waiting = waiting(bench);
        // The first waves are through, and the bulk is under way.
        if waiting.0 > 0 && waiting.1 > 150 {
            break waiting.0;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let began = Instant::now();
    bench.lokalid(&["suspend", "anne0000", "--why", "bench"], 0);
    let took = began.elapsed();
    let met = if took <= Duration::from_secs(2) { "met" } else { "NOT met" };
    println!(
        "`suspend` with {waiting} operations waiting: {took:.2?}, remote stop included (asked 2 s: {met})"
    );
    sending.kill().unwrap();
    sending.wait().unwrap();
}

fn without_heading(csv: &str) -> String {
    csv.split_once('\n').unwrap().1.to_owned()
}

/// The user activates, and Lokalid reads that.
fn activate(bench: &Bench, user: &str) {
    let shown: Value = serde_json::from_str(&bench.lokalid(&["person", "show", user, "--json"], 0)).unwrap();
    let uuid =
        shown["mitid_erhverv"]["uuid"].as_str().unwrap_or_else(|| panic!("{user} is not linked: {shown}"));
    let state: Value = serde_json::from_str(body(&bench.post("GET", "/_emulator/state", ""))).unwrap();
    let action =
        json!({"organisation": state["organisations"][0]["cvr"], "action": "activate", "uuid": uuid});
    bench.post("POST", "/_emulator/portal", &action.to_string());
    bench.schedule(8, 0);
    bench.lokalid(&["apply"], 0);
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

/// Operations that wait and those that were done.
fn waiting(bench: &Bench) -> (u64, u64) {
    let status: Value = serde_json::from_str(&bench.lokalid(&["status", "--json"], 0)).unwrap();
    let organisation = &status["organisations"][0];
    let waiting = organisation["outbox"]["waiting"].as_u64().unwrap_or(0);
    let state: Value = serde_json::from_str(body(&bench.post("GET", "/_emulator/state", ""))).unwrap();
    let there = state["organisations"][0]["employees"].as_array().unwrap().len() as u64;
    (waiting, there.saturating_sub(200))
}

/// Sends what is left, starts on what is there, opens every page that is linked once, and looks at the memory.
fn serve(bench: &Bench, people: usize) {
    bench.post("PUT", "/_emulator/faults", "[]");
    bench.lokalid(&["apply"], 0);
    assert_eq!(waiting(bench).0, 0, "everything was sent");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = bench.folder.join("lokalid.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (head, tail) = text.split_once("http://localhost:").unwrap();
    let rest = tail.trim_start_matches(|digit: char| digit.is_ascii_digit());
    std::fs::write(&file, format!("{head}http://localhost:{port}{rest}")).unwrap();
    let (mut serving, took) = started(bench, port);
    let met = if took <= Duration::from_millis(300) { "met" } else { "NOT met" };
    println!("`serve` to its first answer with {people} people: {took:.2?} (asked 0.3 s: {met})");
    let visited = open_every_page(bench, port);
    // What a page left free is given back within a second.
    std::thread::sleep(Duration::from_secs(2));
    let mib = resident_now_kib(serving.id()) / 1024;
    let most = resident_kib(serving.id()) / 1024;
    let met = if mib <= 40 { "met" } else { "NOT met" };
    println!(
        "memory of `serve` after {visited} pages: {mib} MiB resident, {most} MiB at most (asked 40: {met})"
    );
    serving.kill().unwrap();
    serving.wait().unwrap();
}

fn started(bench: &Bench, port: u16) -> (Child, Duration) {
    let began = Instant::now();
    let serving = Command::new(BINARY)
        .arg("--config")
        .arg(bench.folder.join("lokalid.toml"))
        .arg("serve")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(http::get(port, "/health/live").status, 200);
    (serving, began.elapsed())
}

fn open_every_page(bench: &Bench, port: u16) -> usize {
    let link = bench.lokalid(&["sign-in-link", "--as", "Bench", "--role", "organisation-administrator"], 0);
    let path = link.trim().rsplit_once(&format!(":{port}")).unwrap().1.to_owned();
    let cookies = http::get(port, &path).cookies().join("; ");
    let mut seen = std::collections::BTreeSet::new();
    let mut waiting = vec!["/".to_owned(), "/people/export/csv".to_owned(), "/people/export/xlsx".to_owned()];
    while let Some(path) = waiting.pop() {
        if seen.len() > 60 || !seen.insert(path.clone()) {
            continue;
        }
        let answer = http::get_with(port, &path, &[("cookie", &cookies)]);
        assert!(answer.status < 500, "{path}: {}", answer.status);
        let page = answer.text();
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let inside =
            links.filter(|link| link.starts_with('/') && !link.starts_with("/static") && !link.contains('?'));
        let stays = inside.filter(|link| {
            !link.starts_with("/language") && !link.starts_with("/sign-") && !link.ends_with("/events")
        });
        waiting.extend(stays.map(|link| link.split('#').next().unwrap().to_owned()));
    }
    seen.len()
}

fn resident_now_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
