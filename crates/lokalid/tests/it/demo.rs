//! `demo`: two words and everything is in step, in a folder whose contents scripts may rely on.

use std::collections::BTreeSet;
use std::fs;

use crate::world::{Folder, LIGHT, LOCAL_IDP, run};

const HEADINGS: &str = "brugernavn;cpr;fornavn;efternavn;e-mail;telefon;enhed;titel;leder;p-nummer;fra;til";

#[test]
fn the_demo_ends_in_step_goes_on_and_begins_anew() {
    let folder = Folder::empty();
    let demo = |more: &[&str]| {
        let arguments = [&["demo", "--once", "--people", "12", "--dir", "d"], more].concat();
        last_line(&folder.run(&arguments).expect(0).out)
    };
    assert_is_in_step(&demo(&[]), 12);
    let inside = folder.path().join("d");
    let wanted = ["certificates", "emulator", "keys", "lokalid.db", "lokalid.toml", "people.csv"];
    assert_eq!(crate::world::names(&inside), wanted, "the database is one file");
    assert_people(&folder.read("d/people.csv"), 12);

    let (configuration, keys) = (folder.read("d/lokalid.toml"), folder.read("d/keys/lokalid.keys"));
    assert_is_in_step(&demo(&[]), 12);
    assert_eq!(folder.read("d/lokalid.toml"), configuration, "the API's port is chosen once");
    assert_eq!(folder.read("d/keys/lokalid.keys"), keys);
    run(&inside, &["plan"]).expect(0).says(&["nothing to do"]);

    assert_is_in_step(&demo(&["--fresh"]), 12);
    assert_ne!(folder.read("d/keys/lokalid.keys"), keys);
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let folder = Folder::empty();
    fs::create_dir(folder.path().join("d")).unwrap();
    folder.write("d/people.csv", "mine");
    for more in [&[][..], &["--fresh"]] {
        let arguments = [&["demo", "--once", "--people", "5", "--dir", "d"], more].concat();
        folder.run(&arguments).expect(1).says(&["d was not made by a demo", "--dir"]);
        assert_eq!(crate::world::names(&folder.path().join("d")), ["people.csv"]);
        assert_eq!(folder.read("d/people.csv"), "mine");
    }
    let empty = folder.path().join("there");
    fs::create_dir(&empty).unwrap();
    folder.run(&["demo", "--once", "--people", "5", "--dir", "there"]).expect(0);
}

#[test]
fn both_variants_are_two_organisations_in_one_installation() {
    let folder = Folder::both();
    let _emulator = folder.emulator();
    for cvr in [LIGHT, LOCAL_IDP] {
        let status = folder.status(cvr);
        assert_eq!(status["in_step"], true, "{status}");
        assert!(folder.path().join(format!("certificates/{cvr}.p12")).exists());
    }
    assert!(folder.read("lokalid.toml").contains("nsis_notified = \"substantial\""));
    let plan = folder.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(plan["operations"], serde_json::json!([]));
    let out = folder.run(&["apply"]).expect(0).out;
    assert!(out.contains(&format!("{LIGHT}: in step")) && out.contains(&format!("{LOCAL_IDP}: in step")));
}

#[test]
fn the_last_line_of_both_counts_both() {
    let folder = Folder::empty();
    let arguments = ["demo", "--once", "--people", "6", "--variant", "both"];
    assert_is_in_step(&last_line(&folder.run(&arguments).expect(0).out), 12);
    assert_eq!(folder.names(), ["lokalid-demo"], "where nothing else is said");
}

#[test]
fn a_demo_out_of_step_does_not_end_well() {
    let folder = Folder::light();
    let row = "ny0100;6102850111;Ny;Holm;;;;;;;2020-01-01;\n";
    folder.edit("people.csv", |text| text.to_owned() + row);
    let ran = folder.run(&["demo", "--once", "--dir", "."]).expect(1);
    assert!(last_line(&ran.out).starts_with("in step: 30 of 31 people"), "{}", ran.out);
}

fn last_line(out: &str) -> String {
    out.lines().last().unwrap_or_default().to_owned()
}

/// `in step: N of N people, D drift, C calls, S s`.
fn assert_is_in_step(line: &str, people: usize) {
    let rest = line.strip_prefix(&format!("in step: {people} of {people} people, 0 drift, ")).expect(line);
    let (calls, rest) = rest.split_once(" calls, ").expect(line);
    assert!(calls.parse::<u64>().unwrap() > 0, "{line}");
    assert!(rest.strip_suffix(" s").expect(line).parse::<f64>().is_ok(), "{line}");
}

fn assert_people(text: &str, count: usize) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(HEADINGS));
    assert!(!text.contains('"'));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(';').collect()).collect();
    assert_eq!(rows.len(), count);
    for row in &rows {
        assert_eq!(row.len(), HEADINGS.split(';').count());
        let day: u8 = row[1][..2].parse().unwrap();
        assert!(row[1].len() == 10 && (61..=91).contains(&day), "a CPR number that nobody has");
        assert!(row[10] < "2026-01-01" && row[11].is_empty(), "employed today");
    }
    let different = |cell: usize| rows.iter().map(|row| row[cell]).collect::<BTreeSet<_>>().len();
    assert_eq!([different(0), different(1), different(4)], [count; 3]);
}
