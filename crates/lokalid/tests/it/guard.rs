//! What the guard holds stays held on every way into the outbox, and goes on once somebody else has approved it.

use serde_json::{Value, json};

use crate::world::{Emulator, Folder, LIGHT, PEOPLE};

/// The held plan's id and the rules that hold it.
fn held(folder: &Folder) -> (String, Vec<String>) {
    let plan = folder.run(&["plan", "--json"]).expect(0).json();
    let rules = plan["held"].as_array().unwrap().iter();
    (plan["plan"].to_string(), rules.map(|one| one["rule"].as_str().unwrap().to_owned()).collect())
}

/// Every person has activated, so that leaving means a suspension.
fn activate_everybody(folder: &Folder, emulator: &Emulator) {
    for user in folder.user_names() {
        emulator.portal("activate", &user, &json!({}));
    }
    folder.run(&["plan", "--read"]).expect(0);
}

fn statuses(emulator: &Emulator, status: &str) -> usize {
    emulator.employees().iter().filter(|one| one["status"] == json!(status)).count()
}

#[test]
fn a_fifth_of_the_people_gone_is_held_until_somebody_else_approves() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    activate_everybody(&folder, &emulator);
    folder.remove_people(|place| place % 4 == 0);

    folder.run(&["plan"]).expect(0).says(&["Held ("]);
    let ran = folder.run(&["apply"]).expect(3).says(&["Held. To approve: lokalid apply --approve "]);
    assert_eq!(statuses(&emulator, "Active"), PEOPLE, "{}", ran.out);
    let status = folder.status(LIGHT);
    assert_eq!((&status["in_step"], &status["people"]["leaving"]), (&json!(false), &json!(8)));
    let (_, rules) = held(&folder);
    assert!(
        rules.contains(&"too-many-stops".to_owned()) && rules.contains(&"shrunk".to_owned()),
        "{rules:?}"
    );

    let id = ran.out.split("--approve ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let approve =
        |name: &str, why: &str| folder.run(&["apply", "--approve", &id, "--as", name, "--why", why]);
    approve("tester", "mine").expect(1).says(&["tester made this plan", "somebody else"]);
    approve("TESTER ", "mine").expect(1);
    approve("Bo", " ").expect(1).says(&["--why"]);
    folder.run(&["apply", "--approve", "4711", "--as", "Bo", "--why", "x"]).expect(1).says(&["no plan 4711"]);
    assert_eq!(statuses(&emulator, "Active"), PEOPLE);

    approve("Bo", "the school moved to another municipality").expect(0);
    assert_eq!(statuses(&emulator, "Suspended"), 8);
    assert!(folder.in_step());
    folder.run(&["apply"]).expect(0);
}

#[test]
fn what_is_not_held_goes_on() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    activate_everybody(&folder, &emulator);
    folder.remove_people(|place| place % 4 == 1);
    folder.edit("people.csv", |text| text.replacen(";Jensen;anne0000@", ";Juhl;anne0000@", 1));
    folder.run(&["apply"]).expect(3);
    assert_eq!(emulator.employee("anne0000")["surname"], "Juhl");
    assert_eq!(statuses(&emulator, "Suspended"), 0);
}

#[test]
fn an_approval_counts_for_what_was_looked_at() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    activate_everybody(&folder, &emulator);
    folder.remove_people(|place| place % 4 == 0);
    let (id, _) = held(&folder);
    folder.remove_people(|place| place == 2);
    let ran = folder.run(&["apply", "--approve", &id, "--as", "Bo", "--why", "yesterday's list"]).expect(3);
    let ran = ran.says(&["the approval does not count"]);
    assert_eq!(statuses(&emulator, "Suspended"), 0, "{}", ran.out);
}

#[test]
fn the_first_contact_is_held_whole() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.reset();
    folder.forget_everything();
    let (id, rules) = held(&folder);
    assert_eq!(rules, ["first-contact"]);
    folder.run(&["apply", "--approve", &id, "--as", "Bo", "--why", "go"]).expect(0);
    assert_eq!(emulator.employees().len(), PEOPLE);
    assert!(folder.in_step());
}

#[test]
fn the_first_contact_sends_nothing_unasked() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.reset();
    folder.forget_everything();
    folder.run(&["apply"]).expect(3).says(&["30 create", "DKK 540", "First contact"]);
    folder.run(&["source", "import"]).expect(0);
    folder.run(&["apply"]).expect(3);
    assert_eq!((emulator.writes(), emulator.employees().len()), (Vec::<String>::new(), 0));
    assert_eq!(folder.status(LIGHT)["in_step"], false);
}

#[test]
fn users_that_are_there_already_are_adopted_and_not_created_twice() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    folder.forget_everything();
    folder.run(&["apply"]).expect(3).says(&["30 adopt", "DKK 0"]);
    let (id, _) = held(&folder);
    folder.run(&["apply", "--approve", &id, "--as", "Bo", "--why", "they are ours"]).expect(0);
    assert_eq!(emulator.employees().len(), PEOPLE);
    assert_eq!(emulator.writes(), Vec::<String>::new());
    assert!(folder.in_step());
}

#[test]
fn an_administrator_is_not_stopped_unasked() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    emulator.portal("activate", "anne0000", &json!({}));
    emulator.portal("edit", "anne0000", &json!({ "administratorRoles": ["OrganisationAdministrator"] }));
    folder.run(&["apply"]).expect(0);
    folder.remove_people(|place| place == 0);
    folder.run(&["apply"]).expect(3).says(&["administrator"]);
    assert_eq!(emulator.employee("anne0000")["status"], "Active");
    assert_eq!(held(&folder).1, ["administrator"]);
    // A person's own order is never held.
    folder.run(&["suspend", "anne0000", "--why", "she left"]).expect(0);
    assert_eq!(emulator.employee("anne0000")["status"], "Suspended");
}

/// Every command that could put something into the outbox, while the guard holds.
#[test]
fn no_other_command_is_a_way_around_the_guard() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    activate_everybody(&folder, &emulator);
    let before: Vec<Value> = emulator.employees();
    folder.remove_people(|place| place % 4 == 0);
    folder.run(&["source", "import"]).expect(0);
    folder.run(&["source", "import", "--skip-broken"]).expect(0);
    folder.run(&["plan", "--read"]).expect(0);
    folder.run(&["match"]).expect(0);
    folder.run(&["doctor"]).expect(0);
    folder.run(&["reactivate", "ole0001", "--why", "x"]).expect(0);
    folder.run(&["outbox", "retry", "1-1"]).expect(1);
    folder.run(&["apply", "--organisation", LIGHT]).expect(3);
    assert_eq!(emulator.employees(), before);
    assert_eq!(folder.status(LIGHT)["outbox"], json!({}));
}
