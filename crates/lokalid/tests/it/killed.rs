//! A real kill -9 of the program while it sends: started again it converges, nobody is there twice, nothing is lost.

use std::collections::BTreeSet;

use serde_json::json;

use crate::world::{Emulator, Folder, LIGHT, PEOPLE, until};

const NEW: usize = 20;

/// A day with joiners, changed names and leavers, on a line that is slow enough to be killed on.
fn prepare_day(folder: &Folder, emulator: &Emulator) {
    for user in folder.user_names().iter().take(4) {
        emulator.portal("activate", user, &json!({}));
    }
    folder.run(&["apply"]).expect(0);
    folder.remove_people(|place| place < 1);
    folder.edit("people.csv", |text| {
        let rows = (0..NEW).map(|number| {
            let (day, serial, user) = (61 + number, 1000 + number, format!("ny{number:04}"));
            format!("{user};{day}0270{serial};Ny;Holm;{user}@noerreby.example;;;;;;2020-01-01;\n")
        });
        let changed = text.replace(";Hansen;", ";Hansen-Lund;").replace(";Larsen;", ";Larsen-Lund;");
        changed + &rows.collect::<Vec<_>>().concat()
    });
    emulator.faults(&json!([{ "operation": "*", "kind": "slow", "latency_ms": 40 }]));
}

/// Kills `apply` as soon as it has sent so many more calls that change something.
fn kill_after(folder: &Folder, emulator: &Emulator, calls: usize) {
    let before = emulator.writes().len();
    let mut apply = folder.start(&["apply"]);
    until("the program sends", || apply.has_ended() || emulator.writes().len() >= before + calls);
    apply.kill();
}

/// Everything in step, everybody there once, and the log whole.
fn assert_converged(folder: &Folder, emulator: &Emulator) {
    emulator.faults(&json!([]));
    folder.run(&["apply"]).expect(0).says(&["90123456: in step."]);
    let employees = emulator.employees();
    let numbers: BTreeSet<String> = employees.iter().map(|one| one["cprNumber"].to_string()).collect();
    assert_eq!(employees.len(), PEOPLE + NEW, "the leaver is suspended");
    assert_eq!(numbers.len(), employees.len(), "nobody is there twice");
    assert_eq!(emulator.state(LIGHT)["deleted"], json!([]), "nobody was created twice and deleted again");
    assert_eq!(emulator.employee("anne0000")["status"], "Suspended");
    for one in &employees {
        assert!(!["Hansen", "Larsen"].contains(&one["surname"].as_str().unwrap()), "an operation was lost");
    }
    let status = folder.status(LIGHT);
    assert_eq!((&status["in_step"], &status["outbox"]), (&json!(true), &json!({})), "{status}");
    let sent = emulator.writes().len();
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.writes().len(), sent, "nothing was left to do");
    folder.run(&["audit", "verify"]).expect(0);
}

#[test]
fn killed_again_and_again_in_mid_run_it_converges() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    prepare_day(&folder, &emulator);
    for calls in [1, 2, 6, 5, 9] {
        kill_after(&folder, &emulator, calls);
    }
    assert_converged(&folder, &emulator);
}

#[test]
fn killed_before_it_sends_anything_it_converges() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    prepare_day(&folder, &emulator);
    kill_after(&folder, &emulator, 0);
    assert_converged(&folder, &emulator);
}

#[test]
fn killed_while_answers_are_lost_it_converges() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    prepare_day(&folder, &emulator);
    emulator.faults(&json!([
        { "operation": "*", "kind": "lost_answer", "count": 4, "latency_ms": 40 },
        { "operation": "*", "kind": "slow", "latency_ms": 40 },
    ]));
    kill_after(&folder, &emulator, 3);
    kill_after(&folder, &emulator, 4);
    assert_converged(&folder, &emulator);
}

#[test]
fn what_a_living_program_sends_is_not_taken_from_it() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    prepare_day(&folder, &emulator);
    let mut apply = folder.start(&["apply"]);
    until("the program sends", || emulator.writes().len() >= 8);
    // A second program at the same time, as somebody would by mistake.
    folder.run(&["apply"]);
    until("the first one ends", || apply.has_ended());
    assert_converged(&folder, &emulator);
}
