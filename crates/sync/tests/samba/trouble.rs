//! The directory is away, breaks off in the middle, or holds what cannot be used: nothing changes in MitID Erhverv.

use domain::Told;

use crate::town::{Town, ad, unique};

#[test]
fn an_outage_changes_nothing() {
    let Some(mut town) = Town::open("Udfald") else { return };
    let user_name = unique("udfald");
    let (name, cpr) = town.join(&user_name, "Per", "Udfald");
    town.follow();
    town.activate_all();

    // Away; broken off in the handshake, in the delta, and in the full read that a change asks for.
    town.controller.set(&name, "sn", "Ændret");
    for octets in [0, 500, 4_000, 6_000, 8_000] {
        town.wire.cut_after(octets);
        let round = town.round();
        let [(source, why)] = round.applied.source_faults.as_slice() else {
            panic!("a fault after {octets}")
        };
        assert_eq!((source, round.imported, round.changes), (&ad(), false, Vec::new()), "{octets}");
        assert_eq!(town.source_state().read_fault.as_deref(), Some(why.words.as_str()));
    }
    town.wire.mend();
    town.expect(&cpr, "Per", "Ændret", &user_name, "Active");
    assert_eq!(town.follow().len(), 1);
}

#[test]
fn after_an_outage_everything_is_read_though_nothing_changed() {
    let Some(mut town) = Town::open("Efter udfald") else { return };
    town.assert_quiet();
    town.wire.cut_after(0);
    assert_eq!(town.round().applied.source_faults.len(), 1);
    town.wire.mend();
    let round = town.round();
    assert!(round.imported && round.changes.is_empty());
    assert_eq!(town.source_state().read_fault, None);
    town.assert_quiet();
}

#[test]
fn a_broken_attribute_names_the_entry_and_changes_nothing() {
    let Some(mut town) = Town::open("Fejl") else { return };
    let (name, cpr) = town.join(&unique("fejl"), "Lærke", "Fejl");
    town.follow();
    town.activate_all();
    for (attribute, broken) in [("employeeID", "999999-0000"), ("mail", "lærke@@kommune")] {
        let right = if attribute == "mail" { town.expected[&cpr].email.clone() } else { cpr.clone() };
        town.controller.set(&name, attribute, broken);
        assert!(town.probe());
        let round = town.round();
        assert_eq!((round.imported, round.changes), (false, Vec::new()));
        let [(_, Told { words: why, .. })] = round.applied.source_faults.as_slice() else {
            panic!("one fault of the source")
        };
        assert!(why.contains(&name) && why.contains(attribute), "{why}");
        assert!(attribute == "mail" || !why.contains(broken), "a CPR number is never told");

        town.controller.set(&name, attribute, &right);
        assert_eq!(town.follow(), [""; 0], "put right");
    }
}

#[test]
fn a_group_that_is_gone_is_no_group_without_members() {
    let Some(mut town) = Town::open("Gruppeløs") else { return };
    town.controller.delete(&town.group);
    assert!(town.probe());
    let round = town.round();
    assert_eq!((round.imported, round.changes), (false, Vec::new()));
    let [(_, Told { words: why, .. })] = round.applied.source_faults.as_slice() else {
        panic!("one fault of the source")
    };
    assert!(why.contains(&town.group), "{why}");
}
