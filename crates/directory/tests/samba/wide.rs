//! Many members: more than fit into one answer.

use directory::{Connection, Query};

use crate::{Watched, settings};

const MEMBERS: usize = 2_000;

#[test]
fn a_group_of_two_thousand_is_read_whole() {
    let Some(mut watched) = Watched::unit("Mange") else { return };
    let (unit, group) = (watched.unit.clone(), watched.group.clone());
    let names: Vec<String> = (0..MEMBERS).map(|number| format!("CN=Ægidius Ø{number:04},{unit}")).collect();
    let members: Vec<&str> = names.iter().map(String::as_str).collect();
    let people = names.iter().enumerate().map(|(number, name)| {
        format!("dn: {name}\nobjectClass: user\nsAMAccountName: mange{number:04}\nuserAccountControl: 544\n")
    });
    watched.controller.add(&people.collect::<Vec<String>>().join("\n"));
    watched.delta();
    watched.controller.add_members(&group, &members);

    assert!(!watched.delta().is_empty);
    let read = watched.read();
    assert_eq!(read.entries.len(), MEMBERS);
    assert!(read.entries.iter().all(|entry| entry.is_member(&group)));

    watched.controller.remove_members(&group, &members[..1]);
    assert!(!watched.delta().is_empty);
    let outside: Vec<_> =
        watched.read().entries.into_iter().filter(|entry| !entry.is_member(&group)).collect();
    assert_eq!(outside.len(), 1);
    assert_eq!(outside[0].text("sAMAccountName"), Some("mange0000"));

    assert_member_attribute_is_completed(&watched);
}

/// The list of members itself comes in ranges; asking for a short one first makes for many.
fn assert_member_attribute_is_completed(watched: &Watched) {
    for first in ["member", "member;range=0-299"] {
        let query = Query::new([&watched.group], "(objectClass=group)").unwrap().attributes([first]);
        let mut connection =
            watched.runtime.block_on(Connection::open(&settings(&watched.controller))).unwrap();
        let read = watched.runtime.block_on(connection.read_full(&query)).unwrap();
        assert_eq!(read.entries[0].values("member").len(), MEMBERS - 1, "{first}");
    }
}
