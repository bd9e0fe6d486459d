//! A certificate is rolled over: in the console while `serve` runs, and on the command line.

use std::fs;
use std::path::Path;

use emulator::{CertificateAuthority, IssueRequest, issue_system_certificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::http;
use crate::served::{Visitor, serve};
use crate::world::{Emulator, Folder, LIGHT, files, lokalid, until};

const PASSWORD: &str = "sesam luk dig op";
const PAGE: &str = "/settings/certificates";

fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
    Timestamp::now()
}

/// A certificate of the folder's emulator, as the portal hands it out.
fn issue(folder: &Folder, cvr: &str, name: &str, days: [i64; 2]) -> Vec<u8> {
    let certificates = folder.path().join("emulator/certificates");
    let mut authority = CertificateAuthority::open(&certificates, now()).unwrap();
    let [from, to] = days.map(|days| now() + SignedDuration::from_hours(24 * days));
    let request = IssueRequest {
        cvr: cvr.to_owned(),
        name: name.to_owned(),
        organisation: "Nørreby Kommune".to_owned(),
        not_before: from,
        not_after: to,
        password: PASSWORD.to_owned(),
    };
    issue_system_certificate(&mut authority, &request).unwrap().p12
}

/// Writes `new.p12` and `new.password`.
fn hand_out(folder: &Folder, p12: &[u8]) {
    folder.write("new.p12", p12);
    folder.write("new.password", format!("{PASSWORD}\n"));
}

const ADD: [&str; 5] = ["certificate", "add", "new.p12", "--password-file", "new.password"];

/// Those of the organisation, the one in use first.
fn certificates(folder: &Folder) -> Vec<Value> {
    let list = folder.run(&["certificate", "list", "--json"]).expect(0).json();
    list["organisations"][0]["certificates"].as_array().unwrap().clone()
}

fn fingerprint(folder: &Folder, place: usize) -> String {
    certificates(folder)[place]["fingerprint"].as_str().unwrap().to_owned()
}

/// The certificate of the last call.
fn last_caller(emulator: &Emulator) -> Value {
    let calls = http::get(emulator.control, "/_emulator/requests?since=0").json();
    calls.as_array().unwrap().last().unwrap()["certificate"].clone()
}

fn change_somebody(folder: &Folder, from: &str, to: &str) {
    folder.edit("people.csv", |text| {
        text.replacen(&format!(";{from};ole0001@"), &format!(";{to};ole0001@"), 1)
    });
}

#[test]
fn a_running_console_rolls_over_and_the_old_one_is_not_needed_any_more() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let p12 = issue(&folder, LIGHT, "Lokalid 2", [-1, 700]);
    let (serving, _) = serve(&folder);
    let link = folder
        .run(&["sign-in-link", "--as", "Mette Holm", "--role", "technical-administrator"])
        .expect(0)
        .out;
    let visitor = Visitor::by_link(&link);
    let old = fingerprint(&folder, 0);

    let wrong = visitor.upload(PAGE, "forkert", &p12);
    let refused = finished(&visitor, &wrong);
    assert!(refused.contains("Adgangskoden åbner ikke filen"), "{refused}");
    let right = visitor.upload(PAGE, PASSWORD, &p12);
    let ready = finished(&visitor, &right);
    assert!(ready.contains("kontrolleret og klar") && ready.contains("Lokalid 2"), "{ready}");
    assert_eq!(fingerprint(&folder, 0), old, "nothing changes by itself");
    assert!(folder.status(LIGHT)["certificate_days"].as_i64().unwrap() > 1000);

    let address = ready.split('"').find(|part| part.starts_with(PAGE) && part.ends_with("/use")).unwrap();
    assert_eq!(visitor.post(address, &[]).status, 303);
    let new = fingerprint(&folder, 0);
    assert_ne!(new, old);
    assert!((690..=700).contains(&folder.status(LIGHT)["certificate_days"].as_i64().unwrap()));
    until("serve calls with the new one", || {
        visitor.post("/settings/test", &[]);
        last_caller(&emulator) == json!(new)
    });

    // The old one can be put back, and the new one again, with nobody restarted.
    folder.run(&["certificate", "use", &old[..12]]).expect(0);
    until("serve calls with the old one", || {
        visitor.post("/settings/test", &[]);
        last_caller(&emulator) == json!(old)
    });
    folder.run(&["certificate", "use", &new[..12]]).expect(0);
    assert_eq!(serving.stop(), 0);

    // Without the old file everything goes on.
    fs::remove_dir_all(folder.path().join("certificates")).unwrap();
    folder.edit("lokalid.toml", |text| {
        let kept = text.lines().filter(|line| !line.starts_with("certificate"));
        kept.collect::<Vec<_>>().join("\n") + "\n"
    });
    change_somebody(&folder, "Madsen", "Juhl");
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("ole0001")["surname"], json!("Juhl"));
    assert_eq!(last_caller(&emulator), json!(new));
    folder.run(&["certificate", "remove", &new]).expect(1).says(&["in use", "take another one into use"]);
}

#[test]
fn an_apply_that_takes_long_goes_on_with_the_new_one() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    hand_out(&folder, &issue(&folder, LIGHT, "Lokalid 2", [-1, 700]));
    folder.run(&ADD).expect(0);
    let new = fingerprint(&folder, 1);
    folder.edit("people.csv", |text| text.replace(";Jensen;", ";Juhl;").replace(";Madsen;", ";Holm;"));
    folder.edit("lokalid.toml", |text| {
        text.replacen("[[organisation]]", "[schedule]\nat_once = 1\n\n[[organisation]]", 1)
    });
    emulator.faults(
        &json!([{ "operation": "updateDraftProfile", "kind": "slow", "rate": 1.0, "latency_ms": 1500 }]),
    );
    let applying = folder.start(&["apply"]);
    until("it has begun to send", || !emulator.writes().is_empty());
    folder.run(&["certificate", "use", &new]).expect(0);
    assert_eq!(applying.wait(), 0);
    assert_eq!(last_caller(&emulator), json!(new));
}

/// The certificate page once the job behind this answer is done.
fn finished(visitor: &Visitor, answer: &http::Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let job = answer.header("location");
    let mut page = String::new();
    until("the certificate is looked at", || {
        page = visitor.get(&job).text();
        page.contains("Se resultatet")
    });
    let next = page.split('"').find(|part| part.contains("?looked=")).unwrap().to_owned();
    visitor.get(&next).text()
}

#[test]
fn the_command_line_refuses_what_can_never_be_used_and_changes_nothing() {
    let folder = Folder::light();
    let _emulator = folder.emulator();
    folder.run(&["status"]).expect(0);
    let before = certificates(&folder);
    let refused = |says: &[&str]| {
        folder.run(&ADD).expect(1).says(says);
        assert_eq!(certificates(&folder), before, "nothing changed");
    };
    hand_out(&folder, b"-----BEGIN CERTIFICATE-----");
    refused(&["no PKCS#12 file"]);
    hand_out(&folder, &vec![0x30; 70_000]);
    refused(&["new.p12 has 70000 octets"]);
    let good = issue(&folder, LIGHT, "Lokalid 2", [-1, 700]);
    hand_out(&folder, &good);
    folder.write("new.password", "forkert");
    refused(&["The password does not open the file."]);
    hand_out(&folder, &issue(&folder, "90654321", "Lokalid 2", [-1, 700]));
    refused(&["CVR number 90654321 and not to 90123456"]);
    hand_out(&folder, &issue(&folder, LIGHT, "Lokalid 2", [-30, -1]));
    refused(&["The certificate expired on"]);
    hand_out(&folder, &fs::read(folder.path().join(format!("certificates/{LIGHT}.p12"))).unwrap());
    fs::copy(
        folder.path().join(format!("certificates/{LIGHT}.password")),
        folder.path().join("new.password"),
    )
    .unwrap();
    folder.run(&ADD).expect(1).says(&["The certificate is here already."]);
    folder.run(&["certificate", "use", "abc"]).expect(1).says(&["no certificate has the fingerprint abc"]);
    folder
        .run(&["certificate", "add", "nowhere.p12", "--password-file", "new.password"])
        .expect(1)
        .says(&["nowhere.p12"]);
    let from_file = before[0]["fingerprint"].as_str().unwrap();
    folder.run(&["certificate", "remove", from_file]).expect(1).says(&["in use"]);
}

#[test]
fn one_that_mitid_erhverv_cannot_be_asked_about_is_kept_and_used_later() {
    let folder = Folder::light();
    let p12 = issue(&folder, LIGHT, "Lokalid 2", [-1, 700]);
    hand_out(&folder, &p12);
    folder
        .run(&ADD)
        .expect(1)
        .says(&["so the certificate was not tried there", "It is kept, but cannot be used yet"]);
    let new = fingerprint(&folder, 1);
    folder.run(&["certificate", "use", &new]).expect(1);
    let emulator = folder.emulator();
    folder.run(&["certificate", "use", &new]).expect(0).says(&["Every call is made with it from now on"]);
    change_somebody(&folder, "Madsen", "Juhl");
    folder.run(&["apply"]).expect(0);
    assert_eq!(last_caller(&emulator), json!(new));
    // The file of lokalid.toml lies beside it now, is put back, and the new one removed.
    let old = fingerprint(&folder, 1);
    folder.run(&["certificate", "remove", &old]).expect(1).says(&["lokalid.toml"]);
    folder.run(&["certificate", "use", &old]).expect(0);
    folder.run(&["certificate", "remove", &new]).expect(0).says(&["removed, with its key"]);
    folder.run(&["apply"]).expect(0);
    assert_eq!(certificates(&folder).len(), 1);
}

#[test]
fn an_expired_one_is_said_to_be_with_the_way_out_and_nothing_switches_by_itself() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    hand_out(&folder, &issue(&folder, LIGHT, "Lokalid 2", [-1, 700]));
    folder.run(&ADD).expect(0).says(&["ok     MitID Erhverv accepts it"]);
    folder.write(&format!("certificates/{LIGHT}.p12"), issue(&folder, LIGHT, "Gammel", [-30, -1]));
    folder.write(&format!("certificates/{LIGHT}.password"), PASSWORD);
    let way_out = ["Another certificate is ready (Lokalid 2", "lokalid certificate use"];
    folder.run(&["doctor"]).expect(1).says(&["the certificate expired on"]).says(&way_out);
    folder.run(&["certificate", "list"]).expect(0).says(&["the certificate expired on"]).says(&way_out);
    folder.run(&["apply"]).expect(1).says(&["the certificate expired on"]);

    // The console comes up all the same, says so, and gets the installation going again.
    let (serving, _) = serve(&folder);
    let link =
        folder.run(&["sign-in-link", "--as", "Mette", "--role", "technical-administrator"]).expect(0).out;
    let visitor = Visitor::by_link(&link);
    until("the page says so", || visitor.get(PAGE).text().contains("Certifikatet i brug udløb"));
    let page = visitor.get(PAGE).text();
    assert!(page.contains("Lokalid 2 er klar og kan tages i brug"), "{page}");
    assert!(visitor.get("/").text().contains("Certifikatet i brug virker ikke"));
    let address = page.split('"').find(|part| part.ends_with("/use")).unwrap();
    assert_eq!(visitor.post(address, &[]).status, 303);
    change_somebody(&folder, "Madsen", "Juhl");
    visitor.post("/sources/payroll/read", &[]);
    until("serve works again", || emulator.employee("ole0001")["surname"] == json!("Juhl"));
    assert!(!visitor.get(PAGE).text().contains("Certifikatet skal skiftes"));
    assert_eq!(serving.stop(), 0);
    folder.run(&["doctor"]).expect(0);
}

#[test]
fn neither_password_nor_key_is_in_any_file_page_or_word() {
    let folder = Folder::light();
    let _emulator = folder.emulator();
    let p12 = issue(&folder, LIGHT, "Lokalid 2", [-1, 700]);
    let outside = tempfile::tempdir().unwrap();
    let (file, password) = (outside.path().join("new.p12"), outside.path().join("new.password"));
    fs::write(&file, &p12).unwrap();
    fs::write(&password, PASSWORD).unwrap();
    let (file, password) = (file.display().to_string(), password.display().to_string());
    let hunt = |what: &str, octets: &[u8]| {
        let finds = |needle: &[u8]| octets.windows(needle.len()).any(|window| window == needle);
        assert!(!finds(PASSWORD.as_bytes()), "{what} holds the password");
        assert!(!p12.chunks_exact(64).any(finds), "{what} holds the file");
    };
    let said = |arguments: &[&str]| {
        let output = lokalid(folder.path(), arguments).env("LOKALID_LOG", "trace").output().unwrap();
        hunt(&format!("standard output of {arguments:?}"), &output.stdout);
        hunt(&format!("standard error of {arguments:?}"), &output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    };
    said(&["certificate", "add", &file, "--password-file", &password]);
    said(&["certificate", "list"]);
    said(&["certificate", "list", "--json"]);
    let new = fingerprint(&folder, 1);
    said(&["certificate", "use", &new]);
    said(&["apply"]);
    said(&["audit", "export", "log.jsonl"]);
    said(&["backup", "kept.db"]);
    let (serving, _) = serve(&folder);
    let link =
        folder.run(&["sign-in-link", "--as", "Mette", "--role", "organisation-administrator"]).expect(0).out;
    let visitor = Visitor::by_link(&link);
    let page = finished(&visitor, &visitor.upload(PAGE, PASSWORD, &p12));
    assert!(page.contains("Certifikatet er her i forvejen."), "{page}");
    for address in [PAGE, "/settings", "/log", "/jobs/1", "/"] {
        let answer = visitor.get(address);
        hunt(address, &answer.body);
        hunt(address, answer.head.as_bytes());
    }
    search(folder.path(), &hunt);
    assert_eq!(serving.stop(), 0);
    search(folder.path(), &hunt);
}

/// Every file of the folder, that of the open database too.
fn search(folder: &Path, hunt: &impl Fn(&str, &[u8])) {
    for file in files(folder) {
        // A file of the database may be gone again by now.
        if let Ok(octets) = fs::read(&file) {
            hunt(&file.display().to_string(), &octets);
        }
    }
}
