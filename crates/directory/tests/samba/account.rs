//! Accounts are disabled, enabled, expire and come back.

use directory::AccountExpiry;

use crate::{Watched, never_or};

#[test]
fn disabling_and_enabling_is_seen() {
    let Some(mut watched) = Watched::unit("Spærring") else { return };
    let unit = watched.unit.clone();
    watched.controller.add_person(&unit, "spaer", "Jørn", "Spærret");
    let before = watched.only_person();
    assert!(!before.account().is_disabled());
    watched.delta();

    watched.controller.disable("spaer");
    assert!(watched.delta().changed.contains(&before.key()));
    assert!(watched.only_person().account().is_disabled());

    watched.controller.enable("spaer");
    assert!(watched.delta().changed.contains(&before.key()));
    assert!(!watched.only_person().account().is_disabled());
}

#[test]
fn expiry_is_never_or_an_instant_and_can_be_taken_back() {
    let Some(mut watched) = Watched::unit("Udløb") else { return };
    let unit = watched.unit.clone();
    let name = watched.controller.add_person(&unit, "udl", "Lærke", "Udløb");
    let before = watched.only_person();
    assert_eq!(before.account().expires, Some(AccountExpiry::Never));
    watched.delta();

    watched.controller.set(&name, "accountExpires", "134405532000000000");
    assert!(watched.delta().changed.contains(&before.key()));
    assert_eq!(never_or(watched.only_person().account().expires).as_deref(), Some("2026-11-30T23:00:00Z"));

    watched.controller.set(&name, "accountExpires", "0");
    assert!(watched.delta().changed.contains(&before.key()));
    assert_eq!(watched.only_person().account().expires, Some(AccountExpiry::Never));
}
