//! Keys: shown, one in place of another, an old one taken away.

use std::fs;

use serde_json::{Value, json};

use crate::served::serve;
use crate::world::{Folder, PEOPLE};

fn keys(folder: &Folder) -> Vec<Value> {
    let list = folder.run(&["keys", "list", "--json"]).expect(0).json();
    list["keys"].as_array().unwrap().clone()
}

fn sealed(key: &Value) -> i64 {
    key["sealed"].as_i64().unwrap()
}

#[test]
fn a_new_key_takes_over_and_the_old_one_can_go() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let before = keys(&folder);
    assert_eq!((before.len(), &before[0]["key"], &before[0]["seals"]), (1, &json!(1), &json!(true)));
    assert!(sealed(&before[0]) > 2 * i64::try_from(PEOPLE).unwrap());
    folder.run(&["keys", "remove", "1"]).expect(1).says(&["key 1 is the one that seals now"]);

    let ran = folder.run(&["keys", "rotate", "--as", "Mette Holm"]).expect(0);
    ran.says(&[
        "Copy that file to its safe place",
        "are sealed again, with key 2",
        "`lokalid keys remove 1`",
    ]);
    let after = keys(&folder);
    assert_eq!((sealed(&after[0]), sealed(&after[1])), (0, sealed(&before[0])));
    folder.run(&["keys", "list"]).expect(0).says(&["key 1: opens only; 0 values", "key 2: seals and opens"]);
    folder.run(&["keys", "remove", "2"]).expect(1).says(&["keys rotate"]);
    folder.run(&["keys", "remove", "3"]).expect(1).says(&["there is no key 3", "keys list"]);
    folder.run(&["keys", "remove", "1"]).expect(0).says(&["Key 1 is gone from"]);
    assert_eq!(keys(&folder).len(), 1);

    folder.edit("people.csv", |text| text.replacen(";Jensen;anne0000@", ";Juhl;anne0000@", 1));
    folder.run(&["apply"]).expect(0).says(&["90123456: in step."]);
    assert_eq!(emulator.employee("anne0000")["surname"], "Juhl");
    assert_eq!(emulator.employees().len(), PEOPLE);
    folder.run(&["audit", "export", "log.jsonl"]).expect(0);
    let log = folder.read("log.jsonl");
    for action in ["keys.added", "keys.rotated", "keys.removed"] {
        assert!(log.contains(action), "{action}");
    }
    folder.run(&["audit", "verify"]).expect(0);
}

#[test]
fn a_rotation_that_was_stopped_goes_on_with_the_same_key() {
    let folder = Folder::light();
    folder.run(&["backup", "before.db"]).expect(0);
    folder.run(&["keys", "rotate"]).expect(0);
    // As if it had been stopped right after the key was made.
    fs::remove_file(folder.path().join("lokalid.db")).unwrap();
    folder.run(&["restore", "before.db"]).expect(0);
    let half = keys(&folder);
    assert!(sealed(&half[0]) > 0 && sealed(&half[1]) == 0);
    folder.run(&["keys", "remove", "1"]).expect(1).says(&["sealed with key 1", "lokalid keys rotate"]);
    folder.run(&["keys", "rotate"]).expect(0).says(&["it goes on with key 2", "`lokalid keys remove 1`"]);
    let whole = keys(&folder);
    assert_eq!((whole.len(), sealed(&whole[0]), sealed(&whole[1])), (2, 0, sealed(&half[0])));
    folder.run(&["plan"]).expect(0).says(&["nothing to do"]);
}

#[test]
fn keys_are_not_changed_under_a_running_program() {
    let folder = Folder::light();
    let before = folder.read("keys/lokalid.keys");
    let (serving, _) = serve(&folder);
    folder.run(&["keys", "rotate"]).expect(1).says(&["another program is at work", "Nothing was changed"]);
    assert_eq!(keys(&folder).len(), 1);
    assert_eq!(serving.stop(), 0);
    assert_eq!(folder.read("keys/lokalid.keys"), before);
}
