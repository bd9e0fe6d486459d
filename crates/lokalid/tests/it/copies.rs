//! The log and the backup: shown to be whole, shown to be changed, put back.

use std::fs;

use serde_json::json;

use crate::world::{Folder, LIGHT};

/// Writes other octets of the same length over a word wherever a file has it.
fn overwrite(folder: &Folder, file: &str, word: &str, other: &str) {
    assert_eq!(word.len(), other.len());
    let path = folder.path().join(file);
    let mut octets = fs::read(&path).unwrap();
    let places: Vec<usize> =
        (0..octets.len()).filter(|place| octets[*place..].starts_with(word.as_bytes())).collect();
    assert!(!places.is_empty());
    for place in places {
        octets[place..place + word.len()].copy_from_slice(other.as_bytes());
    }
    fs::write(path, octets).unwrap();
}

#[test]
fn the_log_is_whole_until_somebody_changes_it() {
    let folder = Folder::light();
    folder.run(&["audit", "verify"]).expect(0).says(&["The log is whole: "]);
    overwrite(&folder, "lokalid.db", "source.imported", "source.imp0rted");
    folder.run(&["audit", "verify"]).expect(1).says(&["record", "The log was changed"]);
}

#[test]
fn a_checkpoint_that_was_changed_is_noticed() {
    let folder = Folder::light();
    folder.edit("keys/checkpoints.jsonl", |text| text.replacen("\"count\":", "\"count\":9", 1));
    folder.run(&["audit", "verify"]).expect(1).says(&["checkpoint", "signature"]);
}

#[test]
fn a_file_of_checkpoints_that_is_gone_or_shorter_is_reported_and_not_quietly_made_again() {
    let folder = Folder::light();
    let file = folder.path().join("keys/checkpoints.jsonl");
    folder.remove_people(|place| place == 3);
    folder.run(&["source", "import"]).expect(0);
    let whole = folder.read("keys/checkpoints.jsonl");
    assert!(whole.lines().count() > 1);
    let lost =
        ["the file of checkpoints lost", "deleted or shortened", "Put back the copy", "The log was changed"];

    fs::remove_file(&file).unwrap();
    folder.run(&["audit", "verify"]).expect(1).says(&lost);
    assert!(!file.exists(), "it is looked at before it is made again");
    folder.run(&["plan"]).expect(0);
    folder.run(&["audit", "verify"]).expect(1).says(&lost);

    fs::write(&file, whole.lines().next().unwrap()).unwrap();
    folder.run(&["audit", "verify"]).expect(1).says(&lost);
    fs::write(&file, &whole).unwrap();
    folder.run(&["audit", "renew-checkpoints"]).expect(2);
    let renew = ["audit", "renew-checkpoints", "--why", "the disk was lost", "--as", "Mette Holm"];
    folder.run(&renew).expect(0).says(&["written again", "The log says who"]);
    folder.run(&["audit", "verify"]).expect(0).says(&["The log is whole"]);
}

#[test]
fn an_export_is_verified_elsewhere_with_the_public_key_alone() {
    let folder = Folder::light();
    let said = folder.run(&["audit", "export", "log.jsonl"]).expect(0).out;
    let key = said.split("--public-key ").nth(1).unwrap().trim().to_owned();
    folder.run(&["audit", "export", "log.jsonl"]).expect(1).says(&["log.jsonl", "nothing is overwritten"]);
    let elsewhere = Folder::empty();
    fs::copy(folder.path().join("log.jsonl"), elsewhere.path().join("log.jsonl")).unwrap();
    folder.run(&["audit", "verify", "log.jsonl"]).expect(0).says(&["The export is whole"]);
    let verify = ["audit", "verify", "log.jsonl", "--public-key", &key];
    elsewhere.run(&verify).expect(0).says(&["The export is whole: "]);
    elsewhere.run(&["audit", "verify", "log.jsonl"]).expect(1).says(&["--public-key KEY"]);

    let whole = elsewhere.read("log.jsonl");
    elsewhere.write("log.jsonl", whole.replacen("source.imported", "source.invented", 1));
    elsewhere.run(&verify).expect(1).says(&["record"]);
    let shorter: Vec<&str> =
        whole.lines().enumerate().filter(|(row, _)| *row != 3).map(|(_, row)| row).collect();
    elsewhere.write("log.jsonl", shorter.join("\n") + "\n");
    elsewhere.run(&verify).expect(1);
    elsewhere.run(&["audit", "verify", "gone.jsonl", "--public-key", &key]).expect(1).says(&["gone.jsonl"]);
}

#[test]
fn after_a_restore_there_is_nothing_to_do() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    folder.edit("people.csv", |text| text.replacen(";Jensen;anne0000@", ";Juhl;anne0000@", 1));
    folder.run(&["apply"]).expect(0);
    folder.run(&["backup", "kept.db"]).expect(0).says(&["kept.db", "The keys are not in it"]);
    folder.run(&["backup", "kept.db"]).expect(1).says(&["kept.db"]);
    folder.run(&["restore", "kept.db"]).expect(1).says(&["lokalid.db"]);

    fs::remove_file(folder.path().join("lokalid.db")).unwrap();
    folder.run(&["restore", "kept.db"]).expect(0).says(&["is restored"]);
    let sent = emulator.writes().len();
    folder.run(&["apply"]).expect(0).says(&["90123456: in step."]);
    assert_eq!(emulator.writes().len(), sent);
    assert_eq!(folder.status(LIGHT)["people"]["in-step"], json!(30));
    folder.run(&["audit", "verify"]).expect(0);
}

#[test]
fn a_restore_refuses_what_is_no_backup_and_keys_of_others() {
    let folder = Folder::light();
    folder.run(&["backup", "kept.db"]).expect(0);
    fs::remove_file(folder.path().join("lokalid.db")).unwrap();
    folder.write("broken.db", "no database at all");
    folder.run(&["restore", "broken.db"]).expect(1).says(&["broken.db"]);
    folder.run(&["restore", "gone.db"]).expect(1).says(&["gone.db"]);
    assert!(!folder.path().join("lokalid.db").exists(), "nothing was changed");
}
