//! What happens to one person: joining, another name, another place, leaving, coming back.

use domain::IdentityId;
use jiff::{SignedDuration, Timestamp};

use crate::town::{Town, unique};

#[test]
fn a_person_joins_and_changes_name_address_and_place() {
    let Some(mut town) = Town::open("Levnedsløb") else { return };
    let user_name = unique("soerenaa");
    let (name, cpr) = town.join(&user_name, "Søren", "Ærøskøbing Åberg");
    assert_eq!(town.follow(), ["createEmployee"]);
    town.activate_all();
    let before = town.identity(&cpr);

    let name = town.controller.rename(&name, "Søren Østergård");
    town.controller.set(&name, "sn", "Østergård");
    town.expect(&cpr, "Søren", "Østergård", &user_name, "Active");
    assert_eq!(town.follow().len(), 1, "one change of the profile");
    assert_eq!(town.identity(&cpr), before, "the same objectGUID is the same identity");

    town.controller.set(&name, "mail", "s.oestergaard@kommune.example");
    town.expected.get_mut(&cpr).unwrap().email = "s.oestergaard@kommune.example".to_owned();
    assert_eq!(town.follow().len(), 1);

    let school = format!("OU=Skole,{}", town.unit);
    town.controller.add(&format!("dn: {school}\nobjectClass: organizationalUnit\n"));
    let name = town.controller.move_to(&name, &school);
    town.controller.set(&name, "department", "Skolen på Ærø");
    assert_eq!(town.follow(), [""; 0], "MitID Erhverv knows nothing of units");
    assert_eq!(town.identity(&cpr), before);

    town.controller.set(&name, "sAMAccountName", &unique("soeo"));
    assert_eq!(town.follow(), [""; 0], "in a Light organisation a user name is ours alone");
    assert_eq!(town.identity(&cpr), before);
}

#[test]
fn a_person_moves_out_of_reach_and_back() {
    let Some(mut town) = Town::open("Flytninger") else { return };
    let (name, cpr) = town.join(&unique("flyt"), "Åse", "Flytter");
    town.follow();
    town.activate_all();
    let before = town.identity(&cpr);
    let elsewhere = town.controller.add_unit("Uden for Flytninger");

    let moved = town.controller.move_to(&name, &elsewhere);
    town.expect_status(&cpr, "Suspended");
    assert_eq!(town.follow().len(), 1);

    town.controller.move_to(&moved, &town.unit);
    town.expect_status(&cpr, "Active");
    town.follow();
    assert_eq!(town.identity(&cpr), before);
}

#[test]
fn whoever_leaves_in_any_way_is_suspended_and_comes_back_as_the_same() {
    let Some(mut town) = Town::open("Afgang") else { return };
    let user_name = unique("bente");
    let (name, cpr) = town.join(&user_name, "Bente", "Bæk");
    town.follow();
    town.activate_all();
    let before = town.identity(&cpr);
    let group = town.inner.clone();
    let yesterday = file_time(town.now() - SignedDuration::from_hours(24));

    town.controller.disable(&user_name);
    assert_suspended(&mut town, &cpr);
    town.controller.enable(&user_name);
    assert_back(&mut town, &cpr, &before);

    town.controller.set(&name, "accountExpires", &yesterday);
    assert_suspended(&mut town, &cpr);
    town.controller.set(&name, "accountExpires", "0");
    assert_back(&mut town, &cpr, &before);

    town.controller.remove_members(&group, &[&name]);
    assert_suspended(&mut town, &cpr);
    town.controller.add_members(&group, &[&name]);
    assert_back(&mut town, &cpr, &before);
}

fn assert_suspended(town: &mut Town, cpr: &str) {
    town.expect_status(cpr, "Suspended");
    assert_eq!(town.follow().len(), 1);
}

fn assert_back(town: &mut Town, cpr: &str, before: &(IdentityId, String)) {
    town.expect_status(cpr, "Active");
    assert_eq!(town.follow().len(), 1);
    assert_eq!(town.identity(cpr), *before);
}

#[test]
fn a_deleted_account_suspends_and_a_new_one_of_the_same_person_is_the_same_identity() {
    let Some(mut town) = Town::open("Genansættelse") else { return };
    let user_name = unique("igen");
    let (name, cpr) = town.join(&user_name, "Bo", "Igen");
    town.follow();
    town.activate_all();
    let before = town.identity(&cpr);

    town.controller.delete(&name);
    town.expect_status(&cpr, "Suspended");
    assert_eq!(town.follow().len(), 1);

    let name = town.controller.add_person(&town.unit, &user_name, "Bo", "Igen");
    town.controller.set(&name, "employeeID", &cpr);
    town.controller.add_members(&town.inner, &[&name]);
    town.expect_status(&cpr, "Active");
    town.follow();
    assert_eq!(town.identity(&cpr), before);
}

#[test]
fn whoever_leaves_without_having_activated_is_deleted() {
    let Some(mut town) = Town::open("Fortrudt") else { return };
    let user_name = unique("fortrudt");
    let (_, cpr) = town.join(&user_name, "Ib", "Fortrød");
    town.follow();
    town.controller.disable(&user_name);
    town.expected.remove(&cpr);
    assert_eq!(town.follow().len(), 1);
}

/// In 100-nanosecond steps since 1601.
pub fn file_time(at: Timestamp) -> String {
    ((at.as_second() + 11_644_473_600) * 10_000_000).to_string()
}
