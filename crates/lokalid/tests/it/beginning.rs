//! A new installation as `init` writes it, with an emulator of its own, until everybody is in step.

use std::fs;

use serde_json::json;

use crate::world::{Folder, files};

const CVR: &str = "90000000";

#[test]
fn an_installation_of_init_is_rehearsed_with_an_emulator_of_its_own() {
    let folder = Folder::empty();
    folder.run(&["init"]).expect(0).says(&["lokalid doctor"]);
    folder.run(&["doctor"]).expect(1).says(&["certificates/system.password", "people.csv"]);
    let emulator = folder.emulator();
    folder.write(
        "people.csv",
        "brugernavn;cpr;fornavn;efternavn;e-mail\nny1;6102850111;Ny;Holm;ny1@kommune.example\n",
    );
    let plan = folder.run(&["plan", "--read", "--json"]).expect(0).json();
    assert_eq!((&plan["counts"], &plan["held"][0]["operations"]), (&json!({"create": 1}), &json!(["1-1"])));
    folder.run(&["apply"]).expect(3);
    folder.run(&["apply", "--approve", "1", "--as", "Mette", "--why", "first contact"]).expect(0);
    assert_eq!(folder.status(CVR)["in_step"], json!(true));
    assert_eq!(emulator.state(CVR)["employees"].as_array().unwrap().len(), 1);
    folder.run(&["doctor"]).expect(0);
}

#[test]
fn the_emulator_leaves_a_certificate_that_is_there() {
    let folder = Folder::light();
    let certificates = || {
        let all = files(&folder.path().join("certificates"));
        all.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let before = certificates();
    fs::remove_file(folder.path().join("certificates/90123456.password")).unwrap();
    let halved = certificates();
    drop(folder.emulator());
    assert!(certificates() == halved && halved.len() == before.len() - 1);
}
