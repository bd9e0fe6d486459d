//! Who is meant is said by groups inside groups.

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
