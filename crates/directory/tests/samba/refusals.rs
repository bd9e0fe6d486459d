//! What Active Directory refuses, and in which words.

use directory::{
    Address, Connection, Cookie, Delta, FullReadReason, Kind, ReadError, Settings, SignInProblem, check,
};

use crate::{Watched, settings};

fn refused(watched: &Watched, settings: &Settings) -> SignInProblem {
    match watched.runtime.block_on(Connection::open(settings)) {
        Err(ReadError::SignInRefused { problem, .. }) => problem,
        other => panic!("a refused sign-in, not {other:?}"),
    }
}

#[test]
fn each_refused_sign_in_says_why() {
    let Some(watched) = Watched::unit("Log på") else { return };
    let person = watched.controller.add_person(&watched.unit, "logon", "Per", "Login");
    watched.controller.set_password("logon");
    let mut settings = settings(&watched.controller);
    settings.bind_name = "logon@kommune.example".to_owned();
    watched.runtime.block_on(Connection::open(&settings)).unwrap();

    let mut wrong = settings.clone();
    wrong.password = directory::Secret::new("forkert").unwrap();
    assert_eq!(refused(&watched, &wrong), SignInProblem::WrongPassword);

    watched.controller.disable("logon");
    assert_eq!(refused(&watched, &settings), SignInProblem::Disabled);
    watched.controller.enable("logon");

    watched.controller.set(&person, "accountExpires", "130000000000000000");
    assert_eq!(refused(&watched, &settings), SignInProblem::AccountExpired);
    watched.controller.set(&person, "accountExpires", "0");

    watched.controller.set(&person, "pwdLastSet", "0");
    assert_eq!(refused(&watched, &settings), SignInProblem::MustChangePassword);
}

#[test]
fn a_sign_in_without_encryption_is_refused_by_the_directory() {
    let Some(watched) = Watched::unit("Ukrypteret") else { return };
    let mut settings = settings(&watched.controller);
    settings.address = Address::parse("ldap://localhost", false, true).unwrap();
    assert_eq!(refused(&watched, &settings), SignInProblem::EncryptionRequired);
}

#[test]
fn starttls_is_good_enough_and_the_kind_is_recognised() {
    let Some(watched) = Watched::unit("StartTLS") else { return };
    let mut settings = settings(&watched.controller);
    settings.address = Address::parse("ldap://localhost", true, false).unwrap();
    let facts = watched.runtime.block_on(check(&settings, &watched.query)).unwrap();
    assert_eq!((facts.kind, facts.entries), (Kind::ActiveDirectory, 0));
    assert!(facts.naming_contexts.contains(&watched.controller.domain().to_owned()));
}

#[test]
fn a_group_that_is_gone_is_an_error_and_not_an_empty_group() {
    let Some(mut watched) = Watched::unit("Gruppe væk") else { return };
    watched.controller.delete(&watched.group);
    let failed = watched.runtime.block_on(watched.connection.read_full(&watched.query)).unwrap_err();
    assert!(matches!(failed, ReadError::GroupNotFound { .. }), "{failed}");
}

#[test]
fn an_unknown_cookie_asks_for_a_full_read_and_brings_a_new_one() {
    let Some(mut watched) = Watched::unit("Cookie") else { return };
    for unknown in [Vec::from("not a cookie"), watched.cookie.as_bytes()[..20].to_vec()] {
        let unknown = Cookie::from_bytes(unknown);
        let delta =
            watched.runtime.block_on(watched.connection.delta(&watched.query, Some(&unknown))).unwrap();
        let Delta::FullReadNeeded { why: FullReadReason::CookieRefused, cookie: Some(fresh) } = delta else {
            panic!("a full read, not {delta:?}")
        };
        watched.cookie = fresh;
        assert!(watched.delta().is_empty);
    }
}

#[test]
fn a_cookie_survives_the_connection_and_our_storage() {
    let Some(mut watched) = Watched::unit("Pause") else { return };
    let stored = watched.cookie.as_bytes().to_vec();
    let unit = watched.unit.clone();
    watched.controller.add_person(&unit, "pause", "Ane", "Pause");
    watched.connection = watched.runtime.block_on(Connection::open(&settings(&watched.controller))).unwrap();
    watched.cookie = Cookie::from_bytes(stored);
    let delta = watched.delta();
    assert!(delta.changed.contains(&watched.only_person().key()));
}
