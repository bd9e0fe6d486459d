//! `doctor`: every step by itself, in plain words, with what to do; nothing is changed by it.

use std::fs;

use serde_json::{Value, json};

use crate::world::{Folder, LIGHT, free_port};

/// What `doctor --json` found, by step; several findings of one step stand in their order.
struct Report(Value);

fn examine(folder: &Folder, code: i32) -> Report {
    let report = folder.run(&["doctor", "--json"]).expect(code).json();
    assert_eq!(report["ok"], json!(code == 0));
    assert!(!report["inferred"].as_array().unwrap().is_empty());
    for finding in report["findings"].as_array().unwrap() {
        let members: Vec<&str> = finding.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["advice", "ok", "step", "what", "words"]);
        assert!(finding["words"].as_str().is_some_and(|words| !words.is_empty()), "{finding}");
    }
    Report(report)
}

impl Report {
    fn of(&self, step: &str) -> Vec<&Value> {
        self.0["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["step"] == json!(step))
            .collect()
    }

    /// Whether the step is good, wrong or not known, the worst of its findings first.
    fn verdict(&self, step: &str) -> Value {
        let found = self.of(step);
        assert!(!found.is_empty(), "no step {step}: {}", self.0);
        let is = |verdict: &Value| found.iter().any(|finding| finding["ok"] == *verdict);
        [json!(false), Value::Null, json!(true)].into_iter().find(is).unwrap()
    }

    #[track_caller]
    fn is(&self, verdict: &Value, steps: &[&str]) {
        for step in steps {
            assert_eq!(self.verdict(step), *verdict, "{step}: {:?}", self.of(step));
        }
    }

    #[track_caller]
    fn says(&self, step: &str, parts: &[&str]) {
        let said: Vec<String> =
            self.of(step).iter().map(|one| format!("{} {}", one["words"], one["advice"])).collect();
        let said = said.join("\n");
        for part in parts {
            assert!(said.contains(part), "{step} does not say {part:?}: {said}");
        }
    }
}

const LOCAL: [&str; 11] = [
    "configuration",
    "disk",
    "database",
    "certificate",
    "certificate-kind",
    "certificate-cvr",
    "certificate-environment",
    "certificate-days",
    "source",
    "style-sheet",
    "dns",
];
const REMOTE: [&str; 6] = ["tcp", "tls", "clock", "token", "right", "operation"];

#[test]
fn everything_is_looked_at_and_nothing_is_changed() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let report = examine(&folder, 0);
    report.is(&json!(true), &LOCAL);
    report.is(&json!(true), &REMOTE);
    let operations: Vec<&str> =
        report.of("operation").iter().filter_map(|one| one["what"].as_str()?.split(' ').nth(1)).collect();
    let reads = [
        "listSeNumbers",
        "listProductionUnits",
        "listCategorizedRoles",
        "searchEmployees",
        "getEmployee",
        "listAuthenticators",
        "listIdentityRoles",
    ];
    assert_eq!(operations, reads);
    report.says("certificate-cvr", &[LIGHT]);
    report.says("certificate-days", &["days left, until"]);
    report.says("source", &["30 people"]);
    report.says("disk", &["MB free (", "%) at /"]);
    assert_eq!(emulator.writes(), Vec::<String>::new());
    folder.run(&["doctor"]).expect(0).says(&[
        "ok     90123456 TLS: ",
        "Inferred parts of the contract",
        "create_template",
    ]);
}

#[test]
fn without_mitid_erhverv_the_steps_behind_it_are_not_known() {
    let folder = Folder::light();
    folder.point_to(free_port());
    let report = examine(&folder, 1);
    report.is(&json!(true), &LOCAL);
    report.is(&json!(false), &["tcp"]);
    report.is(&Value::Null, &["clock", "token", "right", "operation"]);
    report.says("tcp", &["takes no connection", "firewall"]);
    report.says("clock", &["could not be compared"]);
    folder.run(&["doctor"]).expect(1).says(&[
        "WRONG  90123456 TCP",
        "?      clock",
        "What to do: Check name look-up",
    ]);
}

#[test]
fn a_name_that_nobody_has_and_a_server_that_nobody_vouches_for() {
    let folder = Folder::light();
    let _emulator = folder.emulator();
    let good = folder.read("lokalid.toml");
    folder.write("lokalid.toml", good.replacen("https://localhost:", "https://nowhere.invalid:", 1));
    let report = examine(&folder, 1);
    report.is(&json!(false), &["dns"]);
    report.says("dns", &["nowhere.invalid cannot be looked up", "resolv.conf"]);

    folder.write("lokalid.toml", &good);
    // Another emulator's root, of a folder of its own.
    let other = Folder::empty();
    let free = "127.0.0.1:0";
    let mut process = other.start(&["emulator", "--dir", ".", "--api", free, "--control", free]);
    process.lines(2);
    let root = "emulator/certificates/root.pem";
    folder.write("other.pem", fs::read(other.path().join(root)).unwrap());
    folder.edit("lokalid.toml", |text| text.replacen(root, "other.pem", 1));
    let report = examine(&folder, 1);
    report.is(&json!(true), &["dns", "tcp"]);
    report.is(&json!(false), &["tls"]);
    report.is(&Value::Null, &["clock", "token"]);
    report.says("tls", &["certificate", "server_authorities"]);
}

#[test]
fn a_clock_that_is_wrong() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.shift_clock(40);
    examine(&folder, 0).says("clock", &["agrees with MitID Erhverv's to within 60 seconds"]);
    emulator.shift_clock(600);
    let report = examine(&folder, 1);
    report.is(&json!(false), &["clock"]);
    report.says("clock", &["seconds behind MitID Erhverv's", "suspended at the wrong time", "set-ntp"]);
    emulator.shift_clock(-7_200);
    examine(&folder, 1).says("clock", &["seconds ahead of MitID Erhverv's"]);
}

#[test]
fn a_certificate_without_its_right() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.faults(&json!([{ "operation": "authenticateTls", "kind": "status_401" }]));
    let report = examine(&folder, 1);
    report.is(&json!(true), &["tls", "clock", "certificate"]);
    report.is(&json!(false), &["token", "right"]);
    report.is(&Value::Null, &["operation"]);
    report.says("right", &["Access to IdM services in MitID Erhverv", "opened for this CVR number"]);
}

#[test]
fn an_operation_that_is_answered_otherwise() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.faults(&json!([{ "operation": "listSeNumbers", "kind": "garbage_200" }]));
    let report = examine(&folder, 1);
    report.is(&json!(true), &["token", "right"]);
    let wrong: Vec<_> = report.of("operation").into_iter().filter(|one| one["ok"] == json!(false)).collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0]["what"], "90123456 listSeNumbers");
    report.says("operation", &["different from what was inferred"]);
}

#[test]
fn sources_and_databases_that_are_gone() {
    let folder = Folder::light();
    let _emulator = folder.emulator();
    fs::remove_file(folder.path().join("people.csv")).unwrap();
    let report = examine(&folder, 1);
    report.is(&json!(false), &["source"]);
    report.is(&json!(true), &["token"]);
    report.says("source", &["people.csv cannot be read"]);
    folder.write("lokalid.db", "no database");
    let report = examine(&folder, 1);
    report.is(&json!(false), &["database"]);
    report.is(&json!(true), &["disk"]);
    report.says("organisations", &["because the database does not open"]);
}
