//! Who is meant is said by groups inside groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::town::{Town, unique};

const MEMBERS: usize = 2_000;

#[test]
fn groups_are_nested_and_unnested() {
    let Some(mut town) = Town::open("Indlejring") else { return };
    let user_name = unique("inge");
    let (person, cpr) = town.hire(&user_name, "Inge", "Grønbæk");
    let teachers = town.controller.add_group(&town.unit, "Pædagoger på Ærø");
    let school = town.controller.add_group(&town.unit, "Skole på Ærø");
    let (group, inner) = (town.group.clone(), town.inner.clone());

    town.controller.add_members(&teachers, &[&person]);
    assert_eq!(town.follow(), [""; 0], "that group means nothing yet");
    town.controller.add_members(&school, &[&teachers]);
    town.follow();
    town.controller.add_members(&inner, &[&school]);
    town.expect(&cpr, "Inge", "Grønbæk", &user_name, "Pending");
    assert_eq!(town.follow(), ["createEmployee"], "through three groups");
    town.activate_all();

    for (outer, member, status) in
        [(&school, &teachers, "Suspended"), (&group, &teachers, "Active"), (&teachers, &person, "Suspended")]
    {
        match status {
            "Active" => town.controller.add_members(outer, &[member]),
            _ => town.controller.remove_members(outer, &[member]),
        }
        town.expect_status(&cpr, status);
        assert_eq!(town.follow().len(), 1, "{status}");
    }

    town.controller.add_members(&teachers, &[&person]);
    town.expect_status(&cpr, "Active");
    town.follow();
    town.controller.delete(&teachers);
    town.expect_status(&cpr, "Suspended");
    town.follow();
}

#[test]
fn members_of_listed_groups_have_their_names() {
    let Some(mut town) = Town::open("Roller") else { return };
    let (person, cpr) = town.join(&unique("role"), "Rolf", "Ågård");
    town.follow();
    town.activate_all();
    let (teachers, school) =
        (town.controller.add_group(&town.unit, "Lærere"), town.controller.add_group(&town.unit, "Skole"));
    town.controller.add_members(&teachers, &[&school]);
    assert_eq!(town.follow(), [""; 0]);
    town.list_groups(&[&teachers, &school]);
    assert!(town.round().imported, "another configuration is read in full");

    town.controller.add_members(&school, &[&person]);
    assert_eq!(town.follow(), [""; 0], "MitID Erhverv knows nothing of it");
    assert_eq!(town.desired(&cpr).groups, ["Lærere", "Skole"].map(str::to_owned).into());
    town.controller.remove_members(&teachers, &[&school]);
    town.follow();
    assert_eq!(town.desired(&cpr).groups, ["Skole".to_owned()].into(), "no longer through the inner one");
    town.controller.remove_members(&school, &[&person]);
    town.follow();
    assert_eq!(town.desired(&cpr).groups, BTreeSet::new());
}

#[test]
fn further_attributes_are_followed() {
    let Some(mut town) = Town::open("Lokaler") else { return };
    let (person, cpr) = town.join(&unique("rum"), "Rita", "Østergård");
    town.follow();
    assert_eq!(town.desired(&cpr).attributes, BTreeMap::new());
    town.controller.set(&person, "physicalDeliveryOfficeName", "Ø 12");
    assert_eq!(town.follow(), [""; 0], "MitID Erhverv knows nothing of it");
    assert_eq!(town.desired(&cpr).attributes, BTreeMap::from([("room".to_owned(), "Ø 12".to_owned())]));
}

#[test]
fn a_group_of_two_thousand_is_followed() {
    let Some(mut town) = Town::open("Mange") else { return };
    let before = town.expected.clone();
    let names = town.crowd("Øst", MEMBERS);
    let crowd = town.controller.add_group(&town.unit, "To tusinde");
    town.controller.add_members(&crowd, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let expected = std::mem::replace(&mut town.expected, before);
    assert_eq!(town.follow(), [""; 0], "that group means nothing yet");

    town.controller.add_members(&town.inner, &[&crowd]);
    town.expected = expected;
    assert_eq!(town.follow().len(), MEMBERS);

    // All at once is too much for the guard: it waits for a second pair of eyes.
    town.controller.remove_members(&town.inner, &[&crowd]);
    assert!(town.probe());
    let round = town.round();
    assert!(round.imported && round.changes.is_empty());
    assert_eq!(round.applied.planned.judgement.held_operations().len(), MEMBERS);
    town.assert_in_step();

    town.controller.add_members(&town.inner, &[&crowd]);
    assert_eq!(town.follow(), [""; 0], "as if it had never been");
}
