use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicU8, Ordering};

use super::*;

#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, octets: &mut [u8]) {
        octets.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn keys() -> Keys {
    Keys::in_memory(&Counting::default()).unwrap()
}

#[test]
fn what_was_sealed_opens_for_its_purpose_only() {
    let keys = keys();
    let random = Counting::default();
    let sealed = keys.seal(&random, "person.cpr", b"7001011234").unwrap();
    assert_eq!(keys.open("person.cpr", &sealed).unwrap(), b"7001011234");
    assert!(matches!(keys.open("person.note", &sealed), Err(KeyError::NotOpened { .. })));
}

#[test]
fn the_same_text_is_never_sealed_alike_but_hashed_alike() {
    let (keys, random) = (keys(), Counting::default());
    assert_ne!(keys.seal(&random, "a", b"x").unwrap(), keys.seal(&random, "a", b"x").unwrap());
    assert_eq!(keys.lookup_hash("a", b"x"), keys.lookup_hash("a", b"x"));
    assert_ne!(keys.lookup_hash("a", b"x"), keys.lookup_hash("b", b"x"));
    assert_ne!(keys.lookup_hash("ab", b"x"), keys.lookup_hash("a", b"bx"));
}

#[test]
fn any_changed_octet_is_noticed() {
    let keys = keys();
    let sealed = keys.seal(&Counting::default(), "a", b"x").unwrap();
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert!(keys.open("a", &changed).is_err(), "octet {index}");
    }
    for length in 0..sealed.len() {
        assert!(keys.open("a", &sealed[..length]).is_err(), "length {length}");
    }
}

#[test]
fn an_unknown_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let old = Keys::create(folder.path(), &Counting::default()).unwrap();
    let new = Keys::add_sealing_key(folder.path(), &Counting(AtomicU8::new(7))).unwrap();
    let sealed = new.seal(&Counting::default(), "a", b"x").unwrap();
    assert!(matches!(old.open("a", &sealed), Err(KeyError::UnknownKey { id: 2 })));
}

#[test]
fn a_new_key_seals_and_the_old_one_still_opens() {
    let folder = tempfile::tempdir().unwrap();
    let old = Keys::create(folder.path(), &Counting::default()).unwrap();
    let sealed = old.seal(&Counting::default(), "a", b"x").unwrap();
    Keys::add_sealing_key(folder.path(), &Counting(AtomicU8::new(7))).unwrap();
    let new = Keys::read(folder.path()).unwrap();
    assert_eq!((old.current_id(), new.current_id()), (1, 2));
    assert_eq!(new.open("a", &sealed).unwrap(), b"x");
    assert_eq!(new.lookup_hash("a", b"x"), old.lookup_hash("a", b"x"));
    assert_eq!(new.public_key(), old.public_key());
}

#[test]
fn keys_are_never_overwritten_and_missing_ones_are_said() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Keys::read(folder.path()), Err(KeyError::Missing { .. })));
    Keys::create(folder.path(), &Counting::default()).unwrap();
    assert!(matches!(Keys::create(folder.path(), &Counting::default()), Err(KeyError::Present { .. })));
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Keys::create(folder.path(), &Counting::default()).unwrap();
    let file = folder.path().join(FILE_NAME);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o660, 0o666] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let error = Keys::read(folder.path()).unwrap_err();
        assert!(
            matches!(error, KeyError::Exposed { .. }) && error.to_string().contains("chmod 600"),
            "{error}"
        );
    }
}

#[test]
fn a_broken_file_is_refused_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    Keys::create(folder.path(), &Counting::default()).unwrap();
    let file = folder.path().join(FILE_NAME);
    let good = fs::read_to_string(&file).unwrap();
    let key = hex(&(0..32).collect::<Vec<u8>>());
    assert!(good.contains(&key));
    for broken in [String::new(), good[..good.len() / 2].to_owned(), good.replace(&key, &key[1..])] {
        fs::write(&file, broken).unwrap();
        let error = Keys::read(folder.path()).unwrap_err();
        assert!(matches!(error, KeyError::Broken { .. }), "{error}");
        assert!(!format!("{error}{error:?}").contains(&key[2..]), "{error}");
    }
}

#[test]
fn a_public_key_is_read_as_it_is_written() {
    let key = keys().public_key();
    assert_eq!(PublicKey::parse(&key.to_string()), Some(key));
    assert_eq!(PublicKey::parse("12"), None);
}
