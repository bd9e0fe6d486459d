//! What a full read brings.

use directory::{
    Account, Address, Connection, Delta, FullReadReason, Key, Kind, Protection, Query, Value, check,
};

use crate::{at, people, settings, slapd};

#[tokio::test]
async fn ten_thousand_people_come_in_pages() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(10_000);
    let mut connection = Connection::open(&settings(&slapd)).await.unwrap();
    assert_eq!(connection.kind(), Kind::Other);

    let read = connection.read_full(&people(&slapd)).await.unwrap();

    assert_eq!(read.entries.len(), 10_000);
    let first = read.entries.iter().find(|entry| entry.text("uid") == Some("u00000")).unwrap();
    assert_eq!((first.text("givenname"), first.text("SN")), (Some("Søren"), Some("Ærø")));
    assert_eq!(first.distinguished_name(), format!("uid=u00000,{}", slapd.people()));
    assert_eq!(first.account(), Account::default());
    assert_eq!(read, connection.read_full(&people(&slapd)).await.unwrap(), "a second read says the same");
}

#[tokio::test]
async fn ldaps_and_starttls_and_plain_loopback_read_the_same() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(20);
    let mut reads = Vec::new();
    for (address, protection) in [
        (Address::parse(&slapd.ldaps_url(), false, false), Protection::Tls),
        (Address::parse(&slapd.ldap_url(), true, false), Protection::StartTls),
        (Address::parse(&slapd.ldap_url(), false, true), Protection::PlainOnLoopback),
    ] {
        let settings = at(&slapd, address.unwrap());
        let facts = check(&settings, &people(&slapd)).await.unwrap();
        assert_eq!((facts.protection, facts.entries), (protection, 20));
        assert_eq!(facts.naming_contexts, [slapd.suffix()]);
        let mut connection = Connection::open(&settings).await.unwrap();
        reads.push(connection.read_full(&people(&slapd)).await.unwrap());
    }
    assert_eq!(reads[0], reads[1]);
    assert_eq!(reads[1], reads[2]);
}

#[tokio::test]
async fn overlapping_bases_bring_each_entry_once() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(30);
    let query =
        Query::new([slapd.suffix().to_owned(), slapd.people()], "(objectClass=inetOrgPerson)").unwrap();
    let read = Connection::open(&settings(&slapd)).await.unwrap().read_full(&query).await.unwrap();
    assert_eq!(read.entries.len(), 30);
}

#[tokio::test]
async fn values_are_many_or_bytes_as_they_come() {
    let Some(slapd) = slapd() else { return };
    let name = format!("uid=foto,{}", slapd.people());
    slapd.add(&format!(
        "dn: {name}\nobjectClass: inetOrgPerson\nuid: foto\ncn: Foto\nsn: Foto\n\
         mail: a@kommune.example\nmail: b@kommune.example\njpegPhoto:: /9j/4AAQ\n"
    ));
    let query = people(&slapd).attributes(["jpegPhoto", "title"]);
    let read = Connection::open(&settings(&slapd)).await.unwrap().read_full(&query).await.unwrap();
    let entry = &read.entries[0];
    assert_eq!(entry.values("mail").len(), 2);
    assert_eq!(entry.values("jpegPhoto"), [Value::Bytes(vec![0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10])]);
    assert!(entry.values("title").is_empty());
}

#[tokio::test]
async fn the_key_outlives_a_new_name() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(1);
    let mut connection = Connection::open(&settings(&slapd)).await.unwrap();
    let before = connection.read_full(&people(&slapd)).await.unwrap().entries.remove(0);
    let distinguished_name = before.distinguished_name();
    slapd.modify(&format!(
        "dn: {distinguished_name}\nchangetype: modrdn\nnewrdn: uid=kirsten\ndeleteoldrdn: 1\n"
    ));

    let after = connection.read_full(&people(&slapd)).await.unwrap().entries.remove(0);

    assert_eq!(after.key(), before.key());
    assert_eq!(Key::from_text(&after.key().to_string()), Some(after.key()));
    assert_eq!(after.text("uid"), Some("kirsten"));
}

#[tokio::test]
async fn membership_reaches_through_nested_and_circular_groups() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(4);
    let person = |number: usize| format!("uid=u{number:05},{}", slapd.people());
    let groups = format!("ou=groups,{}", slapd.suffix());
    let outer = slapd.add_group("mitid", &[&person(0), &format!("cn=skole,{groups}")]);
    // Written in another way than the directory does, and back to the outer group.
    let inner_members = [person(1).to_uppercase(), format!("CN=MitID, {groups}")];
    let inner = slapd.add_group("skole", &[&inner_members[0], &inner_members[1]]);
    slapd.add(&format!(
        "dn: cn=unix,{groups}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 100\nmemberUid: u00002\n"
    ));
    let unix = format!("cn=unix,{groups}");
    let query = people(&slapd).groups([&outer, &inner, &unix]);

    let read = Connection::open(&settings(&slapd)).await.unwrap().read_full(&query).await.unwrap();

    let members = |group: &str| {
        let members = read.entries.iter().filter(|entry| entry.is_member(group));
        let mut names: Vec<&str> = members.filter_map(|entry| entry.text("uid")).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(members(&outer), ["u00000", "u00001"]);
    assert_eq!(members(&inner), ["u00000", "u00001"]);
    assert_eq!(members(&unix), ["u00002"]);
    let facts = check(&settings(&slapd), &query).await.unwrap();
    assert_eq!((facts.members[&outer], facts.members[&unix]), (2, 1));
}

#[tokio::test]
async fn without_active_directory_every_read_is_a_full_one() {
    let Some(slapd) = slapd() else { return };
    let mut connection = Connection::open(&settings(&slapd)).await.unwrap();
    let delta = connection.delta(&people(&slapd), None).await.unwrap();
    assert_eq!(delta, Delta::FullReadNeeded { why: FullReadReason::NoDelta, cookie: None });
}
