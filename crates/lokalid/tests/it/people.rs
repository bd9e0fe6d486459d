//! One person: shown, written by hand, stopped and let in again.

use serde_json::json;

use crate::world::{Folder, LIGHT, LOCAL_IDP, PEOPLE};

const CPR: &str = "6102850111";

fn add(folder: &Folder, user: &str, cpr: &str) -> crate::world::Ran {
    let email = format!("{user}@noerreby.example");
    let arguments = [
        "person",
        "add",
        user,
        "--cpr-file",
        "-",
        "--given-name",
        "Hanne",
        "--surname",
        "Holm",
        "--email",
        &email,
    ];
    folder.run_with_input(&arguments, cpr)
}

#[test]
fn a_person_is_found_by_user_name_rid_and_uuid() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let there = emulator.employee("anne0000");
    for user in ["anne0000", "ANNE0000", there["rid"].as_str().unwrap(), there["uuid"].as_str().unwrap()] {
        let shown = folder.run(&["person", "show", user, "--json"]).expect(0).json();
        assert_eq!(shown["user_name"], "anne0000");
        assert_eq!(shown["mitid_erhverv"]["uuid"], there["uuid"]);
        assert_eq!(shown["cpr"], "610150-xxxx");
    }
    folder.run(&["person", "show", "anne0000"]).expect(0).says(&["user_name: anne0000", "in_step: true"]);
    folder.run(&["person", "show", "nobody"]).expect(1).says(&["nobody here is called nobody", "RID"]);
}

#[test]
fn somebody_is_added_changed_and_ended_by_hand() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    add(&folder, "hand01", CPR).expect(0);
    assert!(!emulator.has("hand01"), "writing a person sends nothing");
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("hand01")["cprNumber"], CPR);

    folder.run(&["person", "change", "hand01", "--surname", "Lund"]).expect(0);
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("hand01")["surname"], "Lund");

    emulator.portal("activate", "hand01", &json!({}));
    folder.run(&["plan", "--read"]).expect(0);
    folder.run(&["person", "end", "hand01"]).expect(0);
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("hand01")["status"], "Suspended");

    folder.run(&["person", "change", "hand01", "--end", "2099-01-31"]).expect(0);
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("hand01")["status"], "Active", "the same user came back");
}

#[test]
fn an_odd_address_written_by_hand_is_warned_of_as_in_a_file() {
    let folder = Folder::light();
    let ran = add(&folder, "hand01", CPR).expect(0);
    assert_eq!(ran.err, "", "nothing odd");
    let shared = ["person", "change", "hand01", "--email", "ANNE0000@noerreby.example"];
    let ran = folder.run(&shared).expect(0).says(&["is written", "the e-mail address is also that of Anne"]);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    let danish = ["person", "change", "hand01", "--email", "hånd@noerreby.example"];
    folder.run(&danish).expect(0).says(&["warning: the e-mail address has æ, ø or å"]);
    folder.run(&["person", "change", "hand01", "--email", "hand01@noerreby.example"]).expect(0);
    let other = ["person", "add", "hand02", "--given-name", "Bo", "--surname", "Ny", "--email"];
    let other = [other.as_slice(), &["hand01@noerreby.example", "--cpr-file", "-"]].concat();
    folder.run_with_input(&other, "6103850112").expect(0).says(&["also that of Hanne Holm"]);
}

#[test]
fn writing_by_hand_refuses_what_a_file_may_not_say() {
    let folder = Folder::light();
    let before = folder.status(LIGHT);
    add(&folder, "hand01", "not a number").expect(1).says(&["CPR"]);
    add(&folder, "hand 01", CPR).expect(1).says(&["user name"]);
    add(&folder, "anne0000", CPR).expect(1).says(&["anne0000"]);
    folder.run(&["person", "add", "hand01", "--email", "no-address"]).expect(1).says(&["e-mail"]);
    folder.run(&["person", "add", "hand01", "--cpr-file", "gone.txt"]).expect(1).says(&["gone.txt"]);
    folder.run(&["person", "change", "anne0000", "--title", "x"]).expect(1).says(&["not written by hand"]);
    folder.run(&["person", "end", "hand01", "--on", "tomorrow"]).expect(2);
    assert_eq!(folder.status(LIGHT), before);
    add(&folder, "hand01", CPR).expect(0);
    add(&folder, "hand01", CPR).expect(1).says(&["by hand already"]);
}

#[test]
fn a_suspension_by_hand_sticks_until_it_is_lifted() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("activate", "anne0000", &json!({}));
    folder.run(&["apply"]).expect(0);

    folder.run(&["suspend", "anne0000"]).expect(2);
    folder.run(&["suspend", "nobody", "--why", "x"]).expect(1).says(&["nobody"]);
    let ran = folder.run(&["suspend", "anne0000", "--why", "lost her key", "--as", "Bo"]).expect(0);
    let ran = ran.says(&["Stopped here: ", "Stopped in MitID Erhverv: "]);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    assert_eq!(emulator.employee("anne0000")["status"], "Suspended");
    let shown = folder.run(&["person", "show", "anne0000", "--json"]).expect(0).json();
    assert!(shown["hold"].to_string().contains("lost her key"), "{shown}");

    folder.run(&["apply"]).expect(0);
    folder.edit("people.csv", |text| text.replacen(";Jensen;anne0000@", ";Juhl;anne0000@", 1));
    folder.run(&["apply"]);
    assert_eq!(emulator.employee("anne0000")["status"], "Suspended", "no plan lifts it");

    folder
        .run(&["reactivate", "anne0000", "--why", "found it", "--as", "Bo"])
        .expect(0)
        .says(&["Reactivated: "]);
    assert_eq!(emulator.employee("anne0000")["status"], "Active");
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("anne0000")["surname"], "Juhl");
    assert!(folder.in_step());
}

#[test]
fn a_suspension_made_in_the_portal_is_a_question_and_never_undone_by_itself() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("activate", "anne0000", &json!({}));
    emulator.portal("suspend", "anne0000", &json!({}));
    folder.run(&["apply"]).expect(0).says(&["wait for an answer: 1"]);
    assert_eq!(emulator.employee("anne0000")["status"], "Suspended");
    let questions = folder.run(&["match", "--json"]).expect(0).json();
    let number = questions["questions"][0]["question"].to_string();
    folder.run(&["match", &number, "--no", "--why", "she is back"]).expect(0);
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.employee("anne0000")["status"], "Active");
}

#[test]
fn reactivating_does_not_claim_what_did_not_happen() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("activate", "anne0000", &json!({}));
    folder.run(&["apply"]).expect(0);
    folder.run(&["suspend", "anne0000", "--why", "test"]).expect(0);
    emulator.portal("delete", "anne0000", &json!({}));
    let ran = folder.run(&["reactivate", "anne0000", "--why", "test"]);
    assert!(!ran.out.contains("Reactivated: "), "{}", ran.out);
}

#[test]
fn a_user_name_that_two_organisations_have_asks_which() {
    let folder = Folder::both();
    let _emulator = folder.emulator();
    let second = folder.read("people-local-idp.csv");
    let user = second.lines().nth(1).unwrap().split(';').next().unwrap().to_owned();
    folder.edit("people.csv", |text| text.replacen("anne0000;", &format!("{user};"), 1));
    folder.run(&["apply"]).expect(0);
    folder.run(&["person", "show", &user]).expect(1).says(&[
        "found more than once",
        "--organisation",
        LIGHT,
        LOCAL_IDP,
    ]);
    folder.run(&["suspend", &user, "--why", "x"]).expect(1).says(&["found more than once"]);
    let one = folder.run(&["person", "show", &user, "--json", "--organisation", LOCAL_IDP]).expect(0).json();
    assert_eq!(one["organisation"], LOCAL_IDP);
    folder.run(&["person", "add", "hand01"]).expect(1).says(&["several organisations", "--organisation"]);
    assert_eq!(folder.status(LIGHT)["people"]["wanted"], PEOPLE);
}
