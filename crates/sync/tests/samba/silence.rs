//! An empty delta saves a full read, but it is believed only for so long and only for what it was asked about.

use jiff::SignedDuration;

use crate::{
    person::file_time,
    town::{Town, unique},
};

#[test]
fn an_account_expires_in_silence() {
    let Some(mut town) = Town::open("Udløb") else { return };
    let (name, cpr) = town.join(&unique("udloeb"), "Lærke", "Udløb");
    town.controller.set(&name, "accountExpires", &file_time(town.now() + SignedDuration::from_hours(2)));
    town.follow();
    town.activate_all();
    assert!(!town.probe());

    town.pass(SignedDuration::from_hours(3));
    town.expect_status(&cpr, "Suspended");
    let round = town.round();
    assert!(!town.probe(), "the directory saw no change");
    assert!(round.imported);
    town.assert_in_step();
    town.assert_quiet();
}

#[test]
fn a_full_read_comes_once_a_day_all_the_same() {
    let Some(mut town) = Town::open("Døgn") else { return };
    town.assert_quiet();
    let read_before = town.source_state().complete_at;
    for hours in [22, 2] {
        town.pass(SignedDuration::from_hours(hours));
        let round = town.round();
        assert_eq!((round.imported, round.changes), (hours == 2, Vec::new()));
        assert!(town.source_state().complete_at > read_before);
    }
    town.assert_quiet();
}

#[test]
fn another_configuration_is_another_question() {
    let Some(mut town) = Town::open("Opsætning") else { return };
    let user_name = unique("konf");
    let (name, cpr) = town.hire(&user_name, "Nis", "Nørby");
    town.controller.add_members(&town.group, &[&name]);
    town.expect(&cpr, "Nis", "Nørby", &user_name, "Pending");
    town.follow();
    town.activate_all();

    town.configure_group(&town.inner.clone());
    town.expect_status(&cpr, "Suspended");
    let round = town.round();
    assert!(!town.probe(), "the directory saw no change");
    assert!(round.imported);
    town.assert_in_step();
    town.assert_quiet();
}
