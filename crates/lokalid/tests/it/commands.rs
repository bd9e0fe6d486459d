//! Plan, apply, status, outbox, match, source, suspend, doctor, init: exit codes and the JSON that scripts read.

use serde_json::{Value, json};

use crate::world::{Folder, LIGHT, PEOPLE};

/// The names of an object's members, in order.
fn members(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn a_plan_is_shown_and_sends_nothing() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    folder.edit("people.csv", |text| text.replacen(";Jensen;", ";Juhl;", 1));
    folder.remove_people(|place| place == 7);
    let left = folder.read("people.csv").lines().count() - 1;
    assert_eq!(left, PEOPLE - 1);

    let plan = folder.run(&["plan", "--json"]).expect(0).json();
    let fixed = ["cost_dkk", "counts", "held", "made_at", "observed_at", "operations", "plan"];
    assert_eq!(members(&plan), fixed);
    assert_eq!(plan["counts"], json!({ "update-draft": 1, "delete": 1 }));
    assert_eq!(plan["cost_dkk"], 0);
    assert!(plan["made_at"].is_string() && plan["observed_at"].is_string());
    let operations = plan["operations"].as_array().unwrap();
    for operation in operations {
        let fixed = ["fields", "id", "kind", "organisation", "reason", "user_name"];
        assert_eq!(members(operation), fixed);
        assert_eq!(operation["organisation"], LIGHT);
    }
    let change = operations.iter().find(|one| one["kind"] == "update-draft").unwrap();
    assert_eq!(change["user_name"], "anne0000");
    assert_eq!(change["fields"], json!(["surname"]));
    assert_eq!(change["reason"], "changed in source `payroll`");

    folder.run(&["plan"]).expect(0).says(&[
        "1 delete",
        "1 update-draft",
        "MitID Erhverv was last read",
        "anne0000",
    ]);
    assert_eq!(emulator.writes(), Vec::<String>::new());
}

#[test]
fn a_plan_needs_no_mitid_erhverv_and_says_when_that_was_read() {
    let folder = Folder::light();
    folder.run(&["plan"]).expect(0).says(&["nothing to do"]);
    let ran = folder.run(&["plan", "--read", "--json"]).expect(1);
    assert_eq!(ran.json()["operations"], json!([]));
    assert!(ran.err.contains("could not be read") && ran.err.contains("It was last read"), "{}", ran.err);
    folder.run(&["apply"]).expect(1).says(&["MitID Erhverv could not be read"]);
    assert_eq!(folder.status(LIGHT)["in_step"], true);
}

#[test]
fn apply_brings_a_day_of_changes_in_step() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("activate", "ole0001", &json!({}));
    emulator.portal("activate", "inge0002", &json!({}));
    folder.edit("people.csv", |text| {
        let text = text.replacen(";Jensen;anne0000@", ";Juhl;anne0000@", 1);
        let row = "ny0100;6102850111;Ny;Holm;ny0100@noerreby.example;;;;;;2020-01-01;\n";
        text.replacen("inge0002@noerreby", "inge.to@noerreby", 1) + row
    });
    folder.run(&["apply"]).expect(0).says(&["90123456: in step."]);
    assert_eq!(emulator.employee("anne0000")["surname"], "Juhl");
    assert!(emulator.has("inge.to") && emulator.has("ny0100"));
    let sent = emulator.writes().len();
    folder.run(&["apply"]).expect(0).says(&["90123456: in step."]);
    assert_eq!(emulator.writes().len(), sent, "there was nothing left to do");
}

#[test]
fn what_the_portal_changed_is_shown_and_ours_is_written_again() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("edit", "anne0000", &json!({ "surname": "Portal" }));
    let plan = folder.run(&["plan", "--json", "--read"]).expect(0).json();
    assert_eq!(plan["operations"][0]["fields"], json!(["surname"]));
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("anne0000")["surname"], "Jensen");
}

#[test]
fn status_says_how_every_organisation_stands() {
    let folder = Folder::both();
    let status = folder.run(&["status", "--json"]).expect(0).json();
    let organisations = status["organisations"].as_array().unwrap();
    assert_eq!((members(&status), organisations.len()), (vec!["organisations"], 2));
    let fixed = [
        "certificate_days",
        "cvr",
        "drift",
        "environment",
        "in_step",
        "last_full_read",
        "last_source_read",
        "name",
        "outbox",
        "people",
        "questions",
        "unmanaged",
        "variant",
    ];
    for one in organisations {
        assert_eq!(members(one), fixed);
        assert_eq!((&one["environment"], &one["in_step"]), (&json!("emulator"), &json!(true)));
        assert_eq!((&one["drift"], &one["questions"], &one["unmanaged"]), (&json!(0), &json!(0), &json!(0)));
        assert_eq!(one["outbox"], json!({}));
        assert!(one["certificate_days"].as_i64().unwrap() > 1000);
    }
    assert_eq!(
        (&organisations[0]["variant"], &organisations[1]["variant"]),
        (&json!("light"), &json!("local-idp"))
    );
    assert_eq!(organisations[0]["people"]["pending"], PEOPLE);
    let one = folder.run(&["--organisation", LIGHT, "status", "--json"]).expect(0).json();
    assert_eq!(one["organisations"].as_array().unwrap().len(), 1);
    folder
        .run(&["status", "--organisation", "91000000"])
        .expect(1)
        .says(&["91000000 is not in the configuration"]);
}

#[test]
fn a_parked_operation_is_shown_tried_again_and_given_up() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let good = folder.read("lokalid.toml");
    // An address that is not the contract's is refused for good.
    let elsewhere =
        "[organisation.operations.createEmployee]\npath = \"/administration/identity/nobody\"\n\n";
    let source = "[[organisation.source]]";
    folder.write("lokalid.toml", good.replacen(source, &format!("{elsewhere}{source}"), 1));
    folder.edit("people.csv", |text| {
        let row = |user: &str, cpr: &str| {
            format!("{user};{cpr};Ny;Holm;{user}@noerreby.example;;;;;;2020-01-01;\n")
        };
        text.to_owned() + &row("ny0100", "6102850111") + &row("ny0101", "6202850112")
    });
    folder.run(&["apply"]).expect(1).says(&["Parked operations: 2", "lokalid outbox"]);
    assert_eq!(folder.status(LIGHT)["outbox"], json!({ "parked": 2 }));
    let outbox = folder.run(&["outbox", "--json"]).expect(0).json();
    let parked = outbox["operations"].as_array().unwrap();
    let fixed = [
        "answer",
        "attempts",
        "id",
        "kind",
        "next_try",
        "organisation",
        "reason",
        "state",
        "user_name",
        "why",
    ];
    assert_eq!(members(&parked[0]), fixed);
    assert_eq!((&parked[0]["state"], &parked[0]["kind"]), (&json!("parked"), &json!("create")));

    folder.run(&["outbox"]).expect(0).says(&["parked", "createEmployee"]);
    let id = |user: &str| {
        let found = parked.iter().find(|one| one["user_name"] == json!(user));
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    folder.run(&["outbox", "give-up", &id("ny0101"), "--why", "not ours", "--as", "Bo"]).expect(0);
    folder.run(&["outbox", "retry", &id("ny0100"), "--as", "Bo"]).expect(0).says(&["is tried again"]);
    folder.write("lokalid.toml", good);
    folder.run(&["apply"]).expect(0).says(&["not in step. People who are not: 1"]);
    assert!(emulator.has("ny0100") && !emulator.has("ny0101"), "what was given up is not planned again");
}

#[test]
fn the_outbox_refuses_what_is_not_in_it() {
    let folder = Folder::light();
    assert_eq!(folder.run(&["outbox", "--json"]).expect(0).json(), json!({ "operations": [] }));
    folder.run(&["outbox"]).expect(0).says(&["The outbox is empty."]);
    folder.run(&["outbox", "retry", "99-1"]).expect(1).says(&["no waiting or parked operation 99-1"]);
    folder.run(&["outbox", "give-up", "99-1", "--why", "x"]).expect(1).says(&["99-1"]);
    folder.run(&["outbox", "give-up", "99-1"]).expect(2);
    folder.run(&["outbox", "retry", "that one"]).expect(2);
}

#[test]
fn a_shared_address_is_a_question_that_an_answer_ends() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    folder.edit("people.csv", |text| {
        text.to_owned() + "ny0100;6102850111;Ny;Holm;anne0000@noerreby.example;;;;;;2020-01-01;\n"
    });
    folder.run(&["apply"]).expect(0).says(&["People who are not: 1", "wait for an answer: 1"]);
    let questions = folder.run(&["match", "--json"]).expect(0).json();
    let question = &questions["questions"][0];
    let fixed = [
        "asked_at",
        "can_be_answered",
        "candidates",
        "kind",
        "organisation",
        "question",
        "text",
        "user_name",
    ];
    assert_eq!(members(question), fixed);
    assert_eq!(question["user_name"], "ny0100");
    assert_eq!(emulator.employees().len(), PEOPLE, "nobody is created while the question waits");

    let number = question["question"].to_string();
    folder.run(&["match", &number, "--yes", "--no"]).expect(2);
    folder.run(&["match", "--yes"]).expect(2);
    folder.run(&["match", "4711", "--yes"]).expect(1).says(&["4711"]);
    folder
        .run(&["match", &number, "--yes", "--why", "a post box", "--as", "Bo"])
        .expect(0)
        .says(&["is answered"]);
    folder.run(&["match"]).expect(0).says(&["No question waits."]);
    assert_eq!(emulator.employees().len(), PEOPLE, "an answer sends nothing by itself");
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employees().len(), PEOPLE + 1);
}

#[test]
fn sources_are_checked_and_imported_without_sending() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let check = folder.run(&["source", "check", "--json"]).expect(0).json();
    assert_eq!(check["sources"][0]["people"], PEOPLE);
    assert_eq!(check["sources"][0]["ok"], true);
    folder.remove_people(|place| place > 26);
    folder.run(&["source", "import"]).expect(0).says(&["0 new,", "3 left"]);
    assert_eq!(emulator.writes(), Vec::<String>::new());
    assert_eq!(folder.status(LIGHT)["outbox"], json!({}));
}

#[test]
fn broken_rows_are_skipped_only_where_that_is_asked_for() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    folder.edit("people.csv", |text| text.replacen("6201500100", "not a number", 1));
    let before = folder.status(LIGHT);
    folder.run(&["source", "import"]).expect(1).says(&["row 3, column \"cpr\"", "Nothing was changed."]);
    assert_eq!(folder.status(LIGHT), before);
    folder.run(&["source", "import", "--skip-broken"]).expect(0).says(&["skipped, row 3", "1 rows skipped"]);
    let plan = folder.run(&["plan", "--json"]).expect(1).json();
    assert_eq!(plan["operations"], json!([]), "a broken row is no leaver");
    assert!(emulator.has("ole0001"));
}

#[test]
fn init_writes_a_configuration_once() {
    let folder = Folder::empty();
    folder.run(&["init"]).expect(0).says(&["lokalid.toml and keys"]);
    assert_eq!(folder.names(), ["keys", "lokalid.toml"]);
    let written = (folder.read("lokalid.toml"), folder.read("keys/lokalid.keys"));
    folder.run(&["init"]).expect(1).says(&["is there already; it is left as it is"]);
    assert_eq!((folder.read("lokalid.toml"), folder.read("keys/lokalid.keys")), written);
    folder.run(&["init", "--config", "other.toml"]).expect(0).says(&["are kept"]);
    folder.run(&["doctor"]).expect(1).says(&["WRONG"]);
}

#[test]
fn a_command_line_that_is_wrong_ends_with_2() {
    let folder = Folder::light();
    let wrong: [&[&str]; 7] = [
        &["frobnicate"],
        &[],
        &["plan", "--jsn"],
        &["suspend", "anne0000"],
        &["status", "--organisation", "123"],
        &["apply", "--approve", "7"],
        &["sign-in-link", "--as", "Bo", "--role", "king"],
    ];
    for arguments in wrong {
        let ran = folder.run(arguments).expect(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{}", ran.command);
    }
}

#[test]
fn the_configuration_is_named_from_elsewhere() {
    let folder = Folder::light();
    let elsewhere = Folder::empty();
    elsewhere.run(&["status"]).expect(1).says(&["there is no lokalid.toml", "lokalid init", "--config"]);
    let file = folder.path().join("lokalid.toml").display().to_string();
    let status = elsewhere.run(&["--config", &file, "status", "--json"]).expect(0).json();
    assert_eq!(status["organisations"][0]["in_step"], true);
    assert!(elsewhere.names().is_empty(), "paths are relative to the configuration");
}

#[test]
fn a_name_or_reason_that_the_log_needs_is_not_blank() {
    let folder = Folder::light();
    for arguments in [
        &["sign-in-link", "--as", " "][..],
        &["suspend", "anne0000", "--why", ""],
        &["reactivate", "anne0000", "--why", " "],
        &["outbox", "give-up", "1-1", "--why", ""],
    ] {
        folder.run(arguments).expect(2).says(&["it is blank; the log needs it"]);
    }
    folder.run(&["demo", "--people", "0"]).expect(2).says(&["from 1 on"]);
}

#[test]
fn a_stop_that_nobody_answered_is_not_called_one() {
    let folder = Folder::light();
    let ran = folder.run(&["suspend", "anne0000", "--why", "test"]).expect(1);
    assert!(
        ran.out.contains("Stopped here: ") && !ran.out.contains("Stopped in MitID Erhverv"),
        "{}",
        ran.out
    );
    let waiting = folder.run(&["outbox"]).expect(0).says(&["suspend", "anne0000"]);
    assert!(waiting.out.contains("MitID Erhverv cannot be reached at https://localhost:"), "{}", waiting.out);
    let _emulator = folder.emulator();
    folder.run(&["apply"]);
    assert_eq!(folder.status(LIGHT)["outbox"], json!({}));
}
