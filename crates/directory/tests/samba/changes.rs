//! People come, change and go, in units and groups. After each step the delta says that something changed, and
//! the full read shows it.

use crate::Watched;

#[test]
fn nothing_changed_is_an_empty_delta() {
    let Some(mut watched) = Watched::unit("Stilhed") else { return };
    assert!(watched.delta().is_empty);
    assert!(watched.delta().is_empty);
}

#[test]
fn a_person_joins() {
    let Some(mut watched) = Watched::unit("Tiltrædelse") else { return };
    let unit = watched.unit.clone();
    let name = watched.controller.add_person(&unit, "soae", "Søren", "Ærøskøbing Åberg");
    let delta = watched.delta();
    let person = watched.only_person();
    assert!(delta.changed.contains(&person.key()));
    assert_eq!(person.distinguished_name(), name);
    assert_eq!((person.text("givenName"), person.text("sn")), (Some("Søren"), Some("Ærøskøbing Åberg")));
    assert!(!person.is_member(&watched.group));
    assert!(watched.delta().is_empty, "told once");
}

#[test]
fn a_person_is_renamed_and_stays_the_same() {
    let Some(mut watched) = Watched::unit("Navneskifte") else { return };
    let unit = watched.unit.clone();
    let name = watched.controller.add_person(&unit, "kirs", "Kirsten", "Bæk");
    let before = watched.only_person();
    watched.delta();

    let name = watched.controller.rename(&name, "Kirsten Østergård");
    assert!(watched.delta().changed.contains(&before.key()));
    watched.controller.set(&name, "sn", "Østergård");
    assert!(watched.delta().changed.contains(&before.key()));

    let after = watched.only_person();
    assert_eq!(after.key(), before.key());
    assert_eq!(after.text("sn"), Some("Østergård"));
    assert_eq!(after.distinguished_name(), name);
}

#[test]
fn a_person_moves_between_units() {
    let Some(mut watched) = Watched::unit("Flytning") else { return };
    let unit = watched.unit.clone();
    let other = watched.controller.add_unit("Borgerservice Øst");
    let name = watched.controller.add_person(&unit, "flyt", "Åse", "Flytter");
    let before = watched.only_person();
    watched.delta();

    let moved = watched.controller.move_to(&name, &other);
    assert!(watched.delta().changed.contains(&before.key()), "out of the base");
    assert!(watched.read().entries.is_empty());

    watched.controller.move_to(&moved, &unit);
    assert!(watched.delta().changed.contains(&before.key()), "back again");
    assert_eq!(watched.only_person(), before);
}

#[test]
fn a_unit_is_renamed_around_its_people() {
    let Some(mut watched) = Watched::unit("Afdeling") else { return };
    let unit = watched.unit.clone();
    let inner = format!("OU=Indre,{unit}");
    watched.controller.add(&format!("dn: {inner}\nobjectClass: organizationalUnit\n"));
    watched.controller.add_person(&inner, "ouman", "Per", "Ændret");
    let before = watched.only_person();
    watched.delta();
    watched.controller.modify(&format!("dn: {inner}\nchangetype: modrdn\nnewrdn: OU=Ny\ndeleteoldrdn: 1\n"));

    assert!(!watched.delta().is_empty);
    let after = watched.only_person();
    assert_eq!(after.key(), before.key());
    assert_eq!(after.distinguished_name(), format!("CN=Per Ændret,OU=Ny,{unit}"));
}

#[test]
fn a_person_is_deleted_and_one_with_the_same_name_is_somebody_else() {
    let Some(mut watched) = Watched::unit("Fratrædelse") else { return };
    let unit = watched.unit.clone();
    let name = watched.controller.add_person(&unit, "igen", "Bo", "Igen");
    let before = watched.only_person();
    watched.delta();

    watched.controller.delete(&name);
    assert!(watched.delta().came_or_went, "an ordinary account is not shown what was deleted");
    assert!(watched.read().entries.is_empty());
    assert!(watched.delta().is_empty, "told once");

    watched.controller.add_person(&unit, "igen", "Bo", "Igen");
    let after = watched.only_person();
    assert!(watched.delta().changed.contains(&after.key()));
    assert_ne!(after.key(), before.key());
}

#[test]
fn groups_are_nested_and_unnested() {
    let Some(mut watched) = Watched::unit("Grupper") else { return };
    let (unit, group) = (watched.unit.clone(), watched.group.clone());
    let person = watched.controller.add_person(&unit, "gruppe", "Inge", "Grønbæk");
    let inner = watched.controller.add_group(&unit, "Pædagoger");
    let middle = watched.controller.add_group(&unit, "Skole");
    watched.delta();
    let steps: [(&str, &str, &str, bool); 6] = [
        ("add", &inner, &person, false),
        ("add", &middle, &inner, false),
        ("add", &group, &middle, true),
        ("remove", &middle, &inner, false),
        ("add", &group, &inner, true),
        ("remove", &inner, &person, false),
    ];
    for (number, (how, outer, member, expected)) in steps.into_iter().enumerate() {
        match how {
            "add" => watched.controller.add_members(outer, &[member]),
            _ => watched.controller.remove_members(outer, &[member]),
        }
        assert!(!watched.delta().is_empty, "step {number}");
        assert_eq!(watched.only_person().is_member(&group), expected, "step {number}");
    }
}

#[test]
fn groups_that_contain_each_other_do_no_harm() {
    let Some(mut watched) = Watched::unit("Kreds") else { return };
    let (unit, group) = (watched.unit.clone(), watched.group.clone());
    let person = watched.controller.add_person(&unit, "kreds", "Ib", "Kreds");
    let inner = watched.controller.add_group(&unit, "Rundt");
    watched.controller.add_members(&group, &[&inner]);
    watched.controller.add_members(&inner, &[&group, &person]);
    assert!(watched.only_person().is_member(&group));
}

#[test]
fn the_primary_group_counts_as_a_group_too() {
    let Some(mut watched) = Watched::unit("Primær") else { return };
    let (unit, group) = (watched.unit.clone(), watched.group.clone());
    watched.controller.add_person(&unit, "prim", "Eva", "Primær");
    let everybody = format!("CN=Domain Users,CN=Users,{}", watched.controller.domain());
    watched.query = watched.query.clone().groups([&everybody]);
    assert!(watched.only_person().is_member(&everybody));
    assert!(!watched.only_person().is_member(&group));

    watched.controller.add_members(&group, &[&everybody]);
    assert!(watched.only_person().is_member(&group), "through the primary group");
    watched.controller.remove_members(&group, &[&everybody]);
}

#[test]
fn a_group_is_deleted_and_takes_its_members_along() {
    let Some(mut watched) = Watched::unit("Nedlagt") else { return };
    let (unit, group) = (watched.unit.clone(), watched.group.clone());
    let person = watched.controller.add_person(&unit, "nedlagt", "Nis", "Nedlagt");
    let inner = watched.controller.add_group(&unit, "Nedlagt gruppe");
    watched.controller.add_members(&inner, &[&person]);
    watched.controller.add_members(&group, &[&inner]);
    assert!(watched.only_person().is_member(&group));
    watched.delta();

    watched.controller.delete(&inner);
    assert!(!watched.delta().is_empty);
    assert!(!watched.only_person().is_member(&group));
}
