//! Rights on the command line: the policy as a file, what a wrong one is refused with, and why somebody has something.

use serde_json::{Value, json};

use crate::world::{Emulator, Folder};

/// Who holds how many rights there.
fn held(emulator: &Emulator) -> Vec<usize> {
    emulator.employees().iter().map(|one| one["roles"].as_array().unwrap().len()).collect()
}

fn why(folder: &Folder, arguments: &[&str]) -> Value {
    folder.run(&[&["why"], arguments, &["--json"]].concat()).expect(0).json()
}

/// A nurse, by the file, who has nothing to do with money yet.
fn nurse(folder: &Folder) -> String {
    let text = folder.read("people.csv");
    let mut lines = text.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let nurse = lines.find(|cells| cells[7] == "Sygeplejerske" && !cells[6].starts_with("Økonomi"));
    nurse.unwrap_or_else(|| panic!("{text}"))[0].to_owned()
}

fn export(folder: &Folder) -> String {
    folder.run(&["rights", "export", "rights.toml"]).expect(0);
    folder.read("rights.toml")
}

/// Changes the exported file once; what is to be replaced is there.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}: {text}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn everybody_in_the_demo_has_a_right_and_what_is_exported_changes_nothing() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let before = held(&emulator);
    assert!(!before.is_empty() && before.iter().all(|number| *number > 0), "{before:?}");
    let text = export(&folder);
    folder
        .run(&["rights", "import", "rights.toml"])
        .expect(0)
        .says(&["Nobody gains and nobody loses anything", "Nothing differs"]);
    let plan = folder.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(plan["operations"], json!([]));
    assert_eq!(export(&folder), text, "the order of a file is its policy's");
    assert_eq!(emulator.writes(), Vec::<String>::new());
}

#[test]
fn why_says_by_which_rule_or_what_is_missing_and_what_would_be_elsewhere() {
    let folder = Folder::light();
    let user = folder.user_names().remove(0);
    let has = why(&folder, &[&user, "Digital Post – læs"]);
    assert_eq!(has["holds"], true, "{has}");
    let because = &has["because"][0];
    assert_eq!(because["kind"], "rule");
    assert_eq!(because["rule"], "alle");
    assert_eq!(because["scope"], "cvr");
    assert_eq!((&because["from"], &because["until"]), (&Value::Null, &Value::Null));
    assert_eq!(because["approved_by"], json!(["demo"]));
    assert_eq!(has["missing"], json!([]));

    let lacks = why(&folder, &[&user, "Elevadministration", "--if-title", "Pedel"]);
    assert_eq!((&lacks["holds"], &lacks["because"]), (&json!(false), &json!([])), "{lacks}");
    assert!(lacks["missing"].as_array().is_some_and(|routes| !routes.is_empty()), "{lacks}");
    let elsewhere = ["--if-unit", "Skoler", "--if-title", "Sagsbehandler"];
    let would = why(&folder, &[&[user.as_str(), "Elevadministration"], &elsewhere[..]].concat());
    assert_eq!((&would["holds"], &would["because"][0]["rule"]), (&json!(true), &json!("skoler")), "{would}");

    folder.run(&["why", &user, "Digital Pots"]).expect(1).says(&["Digital Pots", "rights list"]);
    folder.run(&["why", &user, "Digital Post"]).expect(1).says(&["may be one of", "UUID"]);
    folder.run(&["why", "nobody", "Elevadministration"]).expect(1).says(&["nobody"]);
}

#[test]
fn a_rule_in_the_file_is_looked_at_taken_in_and_becomes_true_there() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let user = nurse(&folder);
    let rule =
        "\n[[rule]]\nkey = \"ny\"\nname = \"Ny\"\nbundle = \"oekonomi\"\ntitles = [\"sygeplejerske\"]\n";
    let text = export(&folder);
    folder.write("rights.toml", changed(&text, &[("\n[[separation]]", &format!("{rule}\n[[separation]]"))]));
    let import = ["rights", "import", "rights.toml"];
    let said =
        folder.run(&[&import[..], &["--plan"]].concat()).expect(0).says(&["gains", "Indberetning af moms"]);
    assert!(!said.said().contains("loses"), "{}", said.said());
    assert_eq!(export_elsewhere(&folder), text, "--plan changes nothing");

    folder.run(&[&import[..], &["--why", "nyt ansvar", "--as", "Mette"]].concat()).expect(0);
    folder.run(&["apply"]).expect(0);
    let roles = emulator.employee(&user)["roles"].to_string();
    assert!(roles.contains("52180000-0000-8000-8000-000000000004"), "{roles}");
    let has = why(&folder, &[&user, "Indberetning af moms"]);
    assert_eq!(has["in_mitid_erhverv"], json!(["cvr"]));
    assert_eq!(has["because"][0]["approved_by"], json!(["Mette"]));

    folder.write("rights.toml", &text);
    folder.run(&import).expect(0).says(&["loses"]);
    folder.run(&["apply"]).expect(0);
    let roles = emulator.employee(&user)["roles"].to_string();
    assert!(!roles.contains("52180000-0000-8000-8000-000000000004"), "{roles}");
}

fn export_elsewhere(folder: &Folder) -> String {
    folder.run(&["rights", "export", "again.toml"]).expect(0);
    folder.read("again.toml")
}

const LEADERS: &str = "bundle = \"refusion\"\ntitles = [\"Afdelingsleder\"]";
const PUPILS: &str = "right = \"Elevadministration\", scope = \"own-production-unit\"";
const PAY: &str = "right = \"Skattekonto – betal\", scope = \"cvr\"";
const EVERYONE: &str = "bundle = \"alle\"\neveryone = true";
const MAY_ASK: &str = "may_ask = [\"employee\", \"manager\"]\napproved_by = [\"manager\"]";

/// A change to the file, the line that is named with its part, and what else is said.
type Wrong<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a [&'a str]);

#[rustfmt::skip]
const WRONG: [Wrong<'_>; 26] = [
    (&[(PAY, "right = \"Skattekonto – alt\", scope = \"cvr\"")], "bundle `betalinger`: ", &["\"Skattekonto – alt\" does not stand under [rights]", "1 thing to mend"]),
    (&[("-000000000007\"", "-000000000999\"")], "right 52180000-0000-8000-8000-000000000999: ", &["MitID Erhverv has no right"]),
    (&[("\"52180000-0000-8000-8000-000000000007\"", "\"7\"")], "right \"Skattekonto – betal\": ", &["`7` is no UUID"]),
    (&[("-000000000007\"", "-000000000004\"")], "right \"Skattekonto – betal\": ", &["the same right stands there twice"]),
    (&[(PUPILS, "right = \"Elevadministration\", scope = \"production-unit 1099999999\"")], "bundle `skoler`: ", &["1099999999 is none of the organisation's"]),
    (&[(PUPILS, "right = \"Elevadministration\", scope = \"se 99999999\"")], "bundle `skoler`: ", &["99999999 is none of the organisation's"]),
    (&[(PUPILS, "right = \"Elevadministration\", scope = \"everywhere\"")], "line ", &["everywhere"]),
    (&[(EVERYONE, "bundle = \"betalinger\"\neveryone = true")], "rule `alle`: ", &["sensitive and must not be given to everybody"]),
    (&[(EVERYONE, "bundle = \"alle\"")], "rule `alle`: ", &["the rule has no condition"]),
    (&[(EVERYONE, "bundle = \"alle\"\neveryone = true\ntitles = [\"Afdelingsleder\"]")], "rule `alle`: ", &["for everyone and for some only"]),
    (&[(EVERYONE, "bundle = \"alel\"\neveryone = true")], "rule `alle`: ", &["there is no bundle `alel`"]),
    (&[(LEADERS, "bundle = \"refusion\"\nfrom = 2026-12-01\nuntil = 2026-11-01\ntitles = [\"Afdelingsleder\"]")], "rule `ledere`: ", &["the last day 2026-11-01 lies before the first day 2026-12-01"]),
    (&[(LEADERS, "bundle = \"refusion\"\nfrom = \"2026-12-01\"\nuntil = \"2026-11-01\"\ntitles = [\"Afdelingsleder\"]")], "rule `ledere`: ", &["the last day 2026-11-01 lies before the first day 2026-12-01"]),
    (&[(LEADERS, "bundle = \"refusion\"\nfrom = \"2026-13-01\"\ntitles = [\"Afdelingsleder\"]")], "rule `ledere`: ", &["from is no day. Write it as 2026-12-31"]),
    (&[(LEADERS, "bundle = \"refusion\"\nfrom = 7\ntitles = [\"Afdelingsleder\"]")], "rule `ledere`: ", &["from is no day. Write it as 2026-12-31"]),
    (&[(LEADERS, "bundle = \"refusion\"\nunits = [\"Jobcentret på månen\"]")], "rule `ledere`: ", &["nobody is or was in the unit \"Jobcentret på månen\""]),
    (&[(LEADERS, "bundle = \"refusion\"\ntitles = [\"Afdelingsleder\"]\nexcept_people = [\"p999\"]")], "rule `ledere`: ", &["nobody here has the user name \"p999\""]),
    (&[(LEADERS, "bundle = \"refusion\"\ntitles = [\"Afdelingsleder\"]\nexcept_bundles = [\"refusion\"]")], "rule `ledere`: ", &["which it gives itself"]),
    (&[(LEADERS, "bundle = \"refusion\"\ntitles = [\"Afdelingsleder\"]\nexcept_bundles = [\"sundhed\"]"), ("bundle = \"sundhed\"\n", "bundle = \"sundhed\"\nexcept_bundles = [\"refusion\"]\n")], "bundle `refusion`: ", &["in a circle: `refusion` → `sundhed` → `refusion`"]),
    (&[("key = \"skoler\"\nname = \"Skolerne\"", "key = \"ledere\"\nname = \"Skolerne\"")], "rule `ledere`: ", &["the key is taken"]),
    (&[("organisation = \"90123456\"", "organisation = \"90999999\"")], "line ", &["of organisation 90999999, and this is 90123456"]),
    (&[("sensitive = true", "sensetive = true")], "line ", &["sensetive"]),
    (&[("most_holders = 5", "most_holders = 0")], "bundle `betalinger`: ", &["at most 0 holders"]),
    (&[(MAY_ASK, "may_ask = [\"employee\"]")], "bundle `refusion`: ", &["nobody can approve it"]),
    (&[(MAY_ASK, "may_ask = [\"employee\"]\napproved_by = [\"owner\"]")], "bundle `refusion`: ", &["the owner is to approve"]),
    (&[("bundles = [\"betalinger\", \"oekonomi\"]", "bundles = [\"betalinger\", \"betalinger\"]")], "separation ", &["kept apart from itself"]),
];

#[test]
fn a_file_that_is_wrong_is_refused_with_its_place_and_changes_nothing() {
    let folder = Folder::light();
    let text = export(&folder);
    for (changes, place, words) in WRONG {
        folder.write("wrong.toml", changed(&text, changes));
        for more in [&[][..], &["--plan"]] {
            let ran = folder.run(&[&["rights", "import", "wrong.toml"], more].concat()).expect(1);
            let ran = ran.says(&["wrong.toml was not taken in, and nothing was changed", place]).says(words);
            assert!(ran.said().contains("\n  line "), "{}", ran.said());
        }
    }
    assert_eq!(export(&folder), text);
    folder.run(&["rights", "import", "gone.toml"]).expect(1).says(&["gone.toml cannot be read"]);
    assert!(folder.in_step());
}

#[test]
fn a_grant_is_given_approved_and_ended_and_a_wrong_one_is_refused() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let user = folder.user_names().remove(0);
    let give = |more: &[&str]| {
        folder.run(&[&["rights", "grant", &user, "--why", "afløser", "--as", "Mette"], more].concat())
    };
    let moms = ["--right", "Indberetning af moms", "--scope"];
    give(&[]).expect(2).says(&["--bundle"]);
    give(&["--bundle", "betallinger"]).expect(1).says(&["betallinger"]);
    give(&[&moms[..], &["production-unit 1099999999"]].concat()).expect(1).says(&["1099999999"]);
    let backwards = ["--bundle", "oekonomi", "--from", "2026-12-01", "--until", "2026-01-01"];
    give(&backwards).expect(1).says(&["2026-01-01 lies before the first day 2026-12-01"]);
    folder.run(&["apply"]).expect(0);
    assert_eq!(emulator.writes(), Vec::<String>::new());

    let given = give(&["--bundle", "betalinger", "--case", "26/1"]).expect(0);
    let id = given.out.split_whitespace().find(|word| word.len() >= 36).unwrap_or_default();
    let id = id.trim_matches(|letter: char| !letter.is_ascii_hexdigit()).to_owned();
    folder.run(&["apply"]).expect(0);
    assert_eq!(why(&folder, &[&user, "Skattekonto – betal"])["holds"], false, "two must say yes");
    folder.run(&["rights", "approve", &id, "--as", "Mette"]).expect(1).says(&["Mette", "before"]);
    folder.run(&["rights", "approve", &id, "--as", "Bo"]).expect(0);
    folder.run(&["apply"]).expect(0);
    let has = why(&folder, &[&user, "Skattekonto – betal"]);
    assert_eq!((&has["holds"], &has["because"][0]["kind"]), (&json!(true), &json!("grant")), "{has}");
    assert_eq!(has["in_mitid_erhverv"], json!(["cvr"]));
    folder.run(&["rights", "revoke", &id, "--why", "færdig", "--as", "Bo"]).expect(0);
    let held =
        folder.run(&["apply"]).expect(3).says(&["Nobody would hold the right \"Skattekonto – betal\""]);
    let plan = held.out.split("--approve ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    folder.run(&["apply", "--approve", &plan, "--as", "Bo", "--why", "færdig"]).expect(0);
    assert_eq!(why(&folder, &[&user, "Skattekonto – betal"])["in_mitid_erhverv"], json!([]));
    folder.run(&["rights", "revoke", &id, "--why", "igen"]).expect(1).says(&["not open"]);
}
