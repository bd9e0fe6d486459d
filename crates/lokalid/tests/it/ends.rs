//! How programs end, asked or killed, and that nobody has to wait for those that did.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use testkit::Database;

use crate::served::serve;
use crate::world::{Emulator, Folder, LIGHT, PEOPLE, lokalid, until};

const NEW: usize = 6;

/// People that are to be created, so that there is something to push.
fn add_people(folder: &Folder) {
    folder.edit("people.csv", |text| {
        let row = |number: usize| {
            let (day, user) = (61 + number, format!("ny{number:04}"));
            format!("{user};{day}02701111;Ny;Holm;{user}@noerreby.example;;;;;;2020-01-01;\n")
        };
        text.to_owned() + &(0..NEW).map(row).collect::<String>()
    });
}

/// Every answer comes so late.
fn slow(emulator: &Emulator, latency_ms: u64) {
    emulator.faults(&json!([{ "operation": "*", "kind": "slow", "latency_ms": latency_ms }]));
}

fn is_under_way(folder: &Folder) -> bool {
    folder.status(LIGHT)["outbox"]["running"].as_i64().unwrap_or(0) > 0
}

/// Ended as asked: the database is one file, nothing is left of the program, and everything goes on from there.
fn assert_closed(folder: &Folder) {
    let databases: Vec<String> =
        folder.names().into_iter().filter(|name| name.starts_with("lokalid.db")).collect();
    assert_eq!(databases, ["lokalid.db"]);
    let keys = crate::world::names(&folder.path().join("keys"));
    assert_eq!(keys, ["checkpoints.jsonl", "lokalid.keys"]);
    folder.run(&["audit", "verify"]).expect(0);
}

fn assert_converged(folder: &Folder, emulator: &Emulator) {
    emulator.faults(&json!([]));
    // An effect that came late is looked for after a pause.
    until("it converges", || folder.run(&["apply"]).code == 0);
    assert!(folder.in_step());
    assert_eq!(emulator.employees().len(), PEOPLE + NEW, "nobody is there twice");
    assert_eq!(emulator.state(LIGHT)["deleted"], json!([]));
}

#[test]
fn words_that_nobody_can_take_end_the_program_without_a_panic() {
    let folder = Folder::light();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let told = lokalid(folder.path(), &["status"]).stdout(full).output().unwrap();
    let said = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(1), "{said}");
    assert!(said.starts_with("lokalid: standard output cannot be written: No space left"), "{said}");

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let told = lokalid(folder.path(), &["status"]).stdout(writer).output().unwrap();
    assert_eq!((told.status.code(), told.stderr.as_slice()), (Some(1), b"".as_slice()));
}

#[test]
fn nobody_else_can_read_the_database() {
    let folder = Folder::light();
    let mode = fs::metadata(folder.path().join("lokalid.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_emulator_ends_when_a_service_manager_asks() {
    let folder = Folder::light();
    let free = "127.0.0.1:0";
    let mut emulator = folder.start(&["emulator", "--dir", ".", "--api", free, "--control", free]);
    emulator.lines(2);
    assert_eq!(emulator.stop(), 0);
    let _again = folder.emulator();
    folder.run(&["apply"]).expect(0);
}

#[test]
fn serve_ends_while_mitid_erhverv_is_down() {
    let folder = Folder::light();
    add_people(&folder);
    folder.run(&["source", "import"]).expect(0);
    folder.run(&["suspend", "anne0000", "--why", "there is something to send"]);
    let (serving, _) = serve(&folder);
    until("serve has tried", || folder.status(LIGHT)["outbox"] != json!({}));
    assert_eq!(serving.stop(), 0);
    assert_closed(&folder);
}

#[test]
fn serve_ends_while_mitid_erhverv_does_not_answer() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    add_people(&folder);
    slow(&emulator, 150);
    queue_by_killing(&folder, &emulator);
    slow(&emulator, 600_000);
    let (serving, _) = serve(&folder);
    until("serve sends", || is_under_way(&folder));
    assert_eq!(serving.stop(), 0);
    assert_closed(&folder);
    assert_eq!(folder.status(LIGHT)["outbox"]["running"], json!(null), "what it held is given back");
    assert_converged(&folder, &emulator);
}

#[test]
fn serve_ends_in_the_middle_of_a_push() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    add_people(&folder);
    slow(&emulator, 150);
    queue_by_killing(&folder, &emulator);
    let (serving, _) = serve(&folder);
    let before = emulator.writes().len();
    until("serve sends", || emulator.writes().len() > before || folder.status(LIGHT)["outbox"] == json!({}));
    assert_eq!(serving.stop(), 0);
    assert_closed(&folder);
    assert_converged(&folder, &emulator);
}

fn queue_by_killing(folder: &Folder, emulator: &Emulator) {
    let before = emulator.writes().len();
    let mut apply = folder.start(&["apply"]);
    until("apply sends", || apply.has_ended() || emulator.writes().len() > before);
    apply.kill();
}

/// Without a word from the dead its leases would last ten minutes.
fn killed_in_the_middle_nobody_waits(folder: &Folder, beside: bool) {
    let emulator = folder.emulator();
    let living = beside.then(|| serve(folder));
    add_people(folder);
    emulator.faults(&json!([{ "operation": "createEmployee", "kind": "slow", "latency_ms": 20_000 }]));
    let apply = folder.start(&["apply"]);
    until("apply sends", || is_under_way(folder));
    apply.kill();
    assert_converged(folder, &emulator);
    if let Some((serving, _)) = living {
        assert_eq!(serving.stop(), 0);
    }
}

#[test]
fn what_a_killed_program_held_is_free_at_once() {
    killed_in_the_middle_nobody_waits(&Folder::light(), false);
}

#[test]
fn what_a_killed_program_held_is_free_at_once_beside_a_living_one() {
    killed_in_the_middle_nobody_waits(&Folder::light(), true);
}

#[test]
fn what_a_killed_program_held_is_free_at_once_on_postgresql() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for beside in [false, true] {
        let Some(database) = runtime.block_on(Database::postgres()) else { return };
        let folder = Folder::light();
        folder.run(&["copy-database", &database.address()]).expect(0).says(&["rows of"]);
        let own = format!("database = \"{}\"", database.address());
        folder.edit("lokalid.toml", |text| text.replacen("database = \"sqlite:lokalid.db\"", &own, 1));
        killed_in_the_middle_nobody_waits(&folder, beside);
        folder.run(&["audit", "verify"]).expect(0);
        runtime.block_on(database.remove());
    }
}
