use directory::{Account, Address, Key, Limits, Secret, Trust};
use domain::{Cpr, Email, Name, SourceKey};

use super::*;

const GROUP: &str = "CN=MitID,DC=kommune,DC=example";
const TEACHERS: &str = "CN=Lærere\\, Øst,OU=Grupper,DC=kommune,DC=example";
const ANNA: &str = "CN=Anna,DC=kommune,DC=example";
const BO: &str = "CN=Bo,DC=kommune,DC=example";
const STRICT: LdapOptions = LdapOptions { skip_broken: false, several_identities: false };

fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

fn ldap() -> LdapSource {
    let attributes = BTreeMap::from([
        (Column::UserName, "sAMAccountName".to_owned()),
        (Column::Cpr, "employeeID".to_owned()),
        (Column::GivenName, "givenName".to_owned()),
        (Column::Surname, "sn".to_owned()),
        (Column::Email, "mail".to_owned()),
        (Column::Unit, "department".to_owned()),
        (Column::End, "contractEnd".to_owned()),
        (Column::Pseudonym, "nameProtection".to_owned()),
        (Column::Signing, "signing".to_owned()),
    ]);
    LdapSource {
        settings: Settings {
            address: Address::parse("ldaps://dc1.kommune.example", false, false).unwrap(),
            trust: Trust::System,
            bind_name: "reader@kommune.example".to_owned(),
            password: Secret::new("hemmelig").unwrap(),
            limits: Limits::default(),
        },
        query: Query::new(["DC=kommune,DC=example"], "(objectClass=user)").unwrap(),
        attributes,
        more: BTreeMap::new(),
        group: Some(GROUP.to_owned()),
        groups: BTreeSet::new(),
        skip_broken: false,
    }
}

fn account(control: u32, expires: Option<&str>) -> Account {
    let mut account = Account::default();
    account.control = Some(control);
    account.expires = expires.map(|at| AccountExpiry::At(at.parse().unwrap()));
    account
}

fn entry_of(number: u8, name: &str, account: Account) -> Entry {
    let key = Key::from_object_guid(&[number; 16]).unwrap();
    Entry::new(key, name, account).within(GROUP)
}

fn anna() -> Entry {
    let anna = entry_of(1, ANNA, account(512, None))
        .with("SAMACCOUNTNAME", "anha")
        .with("employeeID", "610190-0001");
    anna.with("givenName", " Anna ").with("sn", "Ågård  Bæk").with("mail", "Anna@kommune.example")
}

/// Somebody else, but for what the test adds.
fn bo() -> Entry {
    entry_of(2, BO, account(512, None)).with("givenName", "Bo").with("sn", "Sørensen")
}

fn read(entries: &[Entry]) -> Result<Snapshot, LdapFault> {
    read_with(&ldap(), entries, STRICT)
}

fn read_with(ldap: &LdapSource, entries: &[Entry], options: LdapOptions) -> Result<Snapshot, LdapFault> {
    ldap.snapshot(&SourceName("ad".to_owned()), now(), entries, options)
}

fn record(entry: Entry) -> SourceRecord {
    let [record] = read(&[entry]).unwrap().records.try_into().unwrap();
    record
}

fn refusal(entries: &[Entry]) -> String {
    read(entries).unwrap_err().to_string()
}

#[test]
fn attributes_become_fields_and_the_guid_is_the_key() {
    let record = record(anna().with("department", "Skole").with("contractEnd", "2026-12-31"));
    assert_eq!(record.key, SourceKey::Text("01010101-0101-0101-0101-010101010101".to_owned()));
    assert_eq!((record.place.as_str(), &record.standing), (ANNA, &Standing::Employed));
    let shown = |name: Option<Name>| name.map(|name| name.to_string());
    assert_eq!(shown(record.given_name).as_deref(), Some("Anna"));
    assert_eq!(shown(record.surname).as_deref(), Some("Ågård Bæk"));
    assert_eq!(record.cpr, Cpr::parse("6101900001").ok());
    assert_eq!(record.email, Email::parse("anna@kommune.example").ok());
    assert_eq!((record.unit.as_deref(), record.title), (Some("Skole"), None));
    assert_eq!(record.end, "2026-12-31".parse().ok());
    assert_eq!((record.pseudonym, record.signing), (false, None));
}

#[test]
fn an_attribute_that_is_missing_or_blank_says_nothing() {
    let record = record(bo().with("mail", "  "));
    assert_eq!((record.email, record.cpr, record.user_name), (None, None, None));
}

#[test]
fn yes_is_said_in_several_ways() {
    for (text, yes) in [("TRUE", true), ("ja", true), ("1", true), ("FALSE", false), ("nej", false)] {
        let record = record(anna().with("nameProtection", text).with("signing", text));
        assert_eq!((record.pseudonym, record.signing), (yes, Some(yes)), "{text}");
    }
}

#[test]
fn who_is_disabled_expired_or_outside_the_group_is_not_employed() {
    let standing = |account| record(entry_of(3, BO, account)).standing;
    let past = "2026-11-20T08:00:00Z";
    assert_eq!(standing(account(514, None)), Standing::Disabled);
    assert_eq!(standing(account(512, Some(past))), Standing::Expired(past.parse().unwrap()));
    assert_eq!(standing(account(512, Some("2026-11-20T08:00:01Z"))), Standing::Employed);
    let key = Key::from_object_guid(&[3; 16]).unwrap();
    let outside = Entry::new(key, BO, account(512, None)).within("CN=Andre,DC=kommune,DC=example");
    assert_eq!(record(outside.clone()).standing, Standing::OutsideGroup);
    let without_group = LdapSource { group: None, ..ldap() };
    let [one] = read_with(&without_group, &[outside], STRICT).unwrap().records.try_into().unwrap();
    assert_eq!(one.standing, Standing::Employed);
}

#[test]
fn a_broken_attribute_names_entry_attribute_and_reason_but_not_the_value() {
    let said = refusal(&[anna(), bo().with("employeeID", "999999-1234").with("mail", vec![0xff, 0xfe])]);
    assert!(said.starts_with("2 faults in the entries, so nothing was taken in"), "{said}");
    assert!(said.contains(&format!("{BO}, attribute employeeID: ")), "{said}");
    assert!(said.contains(&format!("{BO}, attribute mail: its value is not text (UTF-8)")), "{said}");
    assert!(!said.contains("999999") && !said.contains(ANNA), "{said}");
}

#[test]
fn a_broken_entry_is_skipped_where_that_is_asked_for() {
    let entries = [anna(), bo().with("employeeID", "999999-1234")];
    let asked = LdapOptions { skip_broken: true, ..STRICT };
    let configured = LdapSource { skip_broken: true, ..ldap() };
    for snapshot in [read_with(&ldap(), &entries, asked), read_with(&configured, &entries, STRICT)] {
        let snapshot = snapshot.unwrap();
        assert_eq!(snapshot.records.len(), 1);
        let [skipped] = snapshot.skipped.try_into().unwrap();
        assert_eq!(skipped.key, Some(SourceKey::Text("02020202-0202-0202-0202-020202020202".to_owned())));
        assert!(skipped.place == BO && skipped.why.starts_with("employeeID: "), "{}", skipped.why);
    }
    let nobody_left = read_with(&configured, &entries[1..], STRICT);
    assert!(matches!(nobody_left, Err(LdapFault::Broken(_))));
}

#[test]
fn one_cpr_number_with_two_names_is_a_fault_of_both() {
    let said = refusal(&[anna(), bo().with("employeeID", "610190-0001")]);
    for (one, other) in [(ANNA, BO), (BO, ANNA)] {
        let expected =
            format!("{one}, attribute employeeID: {other} has the same CPR number and another name");
        assert!(said.contains(&expected), "{said}");
    }
}

#[test]
fn one_person_has_two_accounts_only_where_the_organisation_allows_it() {
    let second = entry_of(2, BO, account(512, None))
        .with("sAMAccountName", "anha-2")
        .with("employeeID", "610190-0001");
    let second = second.with("givenName", "Anna").with("sn", "Ågård Bæk");
    let said = refusal(&[anna(), second.clone()]);
    assert!(said.contains("several_identities = true") && said.contains(ANNA) && said.contains(BO), "{said}");
    let several = LdapOptions { several_identities: true, ..STRICT };
    assert_eq!(read_with(&ldap(), &[anna(), second], several).unwrap().records.len(), 2);
}

#[test]
fn an_old_account_beside_the_new_one_does_no_harm() {
    let old =
        entry_of(2, BO, account(514, None)).with("employeeID", "610190-0001").with("givenName", "Gammel");
    assert_eq!(read(&[anna(), old]).unwrap().records.len(), 2);
}

#[test]
fn two_people_with_one_user_name_are_a_fault_of_both() {
    let said = refusal(&[anna(), bo().with("sAMAccountName", "ANHA")]);
    for (one, other) in [(ANNA, BO), (BO, ANNA)] {
        assert!(
            said.contains(&format!("{one}, attribute sAMAccountName: {other} has the same user name")),
            "{said}"
        );
    }
}

#[test]
fn children_are_left_out_with_a_warning() {
    let snapshot = read(&[anna(), bo().with("employeeID", "610120-5001")]).unwrap();
    assert_eq!((snapshot.records.len(), snapshot.skipped.len()), (1, 0));
    let [warning] = snapshot.warnings.try_into().unwrap();
    assert!(warning.place == BO && warning.text.contains("13"), "{}", warning.text);
}

#[test]
fn silence_counts_until_the_next_account_expires_and_never_for_a_whole_day() {
    let expiring = |at| entry_of(3, BO, account(512, Some(at)));
    let entries = [anna(), expiring("2026-11-19T08:00:00Z"), expiring("2026-11-23T08:00:00Z")];
    assert_eq!(silence_ends(now(), &entries), "2026-11-21T07:00:00Z".parse().unwrap());
    let entries = [anna(), expiring("2026-11-20T23:00:00Z")];
    assert_eq!(silence_ends(now(), &entries), "2026-11-20T23:00:00Z".parse().unwrap());
}

#[test]
fn a_cookie_counts_for_one_setup_whose_words_hold_no_password() {
    let words = ldap().setup(STRICT);
    assert_eq!(words, ldap().setup(STRICT));
    assert!(!words.contains("hemmelig"));
    let others = [
        LdapSource { group: None, ..ldap() },
        LdapSource { skip_broken: true, ..ldap() },
        LdapSource { attributes: BTreeMap::new(), ..ldap() },
        LdapSource { more: BTreeMap::from([("cost-center".to_owned(), "x".to_owned())]), ..ldap() },
        LdapSource { groups: [TEACHERS.to_owned()].into(), ..ldap() },
        LdapSource { query: Query::new(["DC=x"], "(objectClass=user)").unwrap(), ..ldap() },
    ];
    assert!(others.iter().all(|other| other.setup(STRICT) != words));
    assert_ne!(ldap().setup(LdapOptions { several_identities: true, ..STRICT }), words);
}

#[test]
fn an_account_that_is_not_in_use_may_be_broken() {
    let key = || Key::from_object_guid(&[3; 16]).unwrap();
    let outside = Entry::new(key(), BO, account(512, None)).with("employeeID", "999999-1234");
    let disabled = entry_of(3, BO, account(514, None)).with("mail", "bo");
    for (entry, standing, attribute) in
        [(outside, Standing::OutsideGroup, "employeeID: "), (disabled, Standing::Disabled, "mail: ")]
    {
        let snapshot = read(&[anna(), entry]).unwrap();
        let [_, bo] = snapshot.records.try_into().unwrap();
        assert_eq!((bo.standing, bo.cpr, bo.email), (standing, None, None));
        let [warning] = snapshot.warnings.try_into().unwrap();
        assert!(warning.place == BO && warning.text.starts_with(attribute), "{}", warning.text);
        assert!(!warning.text.contains("999999") && snapshot.skipped.is_empty());
    }
}

#[test]
fn a_manager_is_known_by_user_name_or_name_and_never_by_the_entry() {
    let mut ldap = ldap();
    ldap.attributes.insert(Column::Manager, "manager".to_owned());
    let person = |number, place: &str| entry_of(number, place, account(512, None));
    let gone = "CN=Rejst,DC=kommune,DC=example";
    let entries = [
        anna().with("manager", "cn=Bo, dc=kommune, dc=example"),
        bo().with("manager", ANNA),
        person(3, "CN=A,DC=x").with("manager", gone),
        person(4, "CN=B,DC=x").with("manager", gone),
        person(5, "CN=C,DC=x").with("manager", "bosø"),
        person(6, "CN=D,DC=x"),
    ];
    let snapshot = read_with(&ldap, &entries, STRICT).unwrap();
    let managers: Vec<_> = snapshot.records.iter().map(|record| record.manager.as_deref()).collect();
    assert_eq!(managers, [Some("Bo Sørensen"), Some("anha"), None, None, Some("bosø"), None]);
    let [warning] = snapshot.warnings.try_into().unwrap();
    assert!(warning.place == gone && warning.text.starts_with("manager of 2 people"), "{}", warning.text);
}

#[test]
fn members_of_a_listed_group_have_its_name() {
    let source = LdapSource { groups: [TEACHERS, GROUP].map(str::to_owned).into(), ..ldap() };
    let entries = [anna().within(TEACHERS), bo().within("CN=Andre,DC=kommune,DC=example")];
    let [anna, bo] = read_with(&source, &entries, STRICT).unwrap().records.try_into().unwrap();
    assert_eq!(anna.groups, ["Lærere, Øst", "MitID"].map(str::to_owned).into());
    assert_eq!(bo.groups, ["MitID".to_owned()].into(), "a group that is not listed is none");
    assert_eq!(record(entries[0].clone()).groups, BTreeSet::new());
}

#[test]
fn further_attributes_are_mapped_by_name() {
    let more = [("cost-center", "extensionAttribute1"), ("role", "employeeType")];
    let more: BTreeMap<_, _> = more.map(|(name, of)| (name.to_owned(), of.to_owned())).into();
    assert_eq!(
        LdapSource::wanted_attributes(&BTreeMap::new(), &more),
        ["extensionAttribute1", "employeeType"]
    );
    let source = LdapSource { more, ..ldap() };
    let entry = anna().with("ExtensionAttribute1", " 4711 ").with("employeeType", " ");
    let [record] = read_with(&source, &[entry], STRICT).unwrap().records.try_into().unwrap();
    assert_eq!(record.more, BTreeMap::from([("cost-center".to_owned(), "4711".to_owned())]));

    let broken = anna().with("extensionAttribute1", vec![0xff]).with("employeeType", "610190-0001");
    let said = read_with(&source, &[broken], STRICT).unwrap_err().to_string();
    assert!(said.contains("attribute extensionAttribute1: its value is not text"), "{said}");
    assert!(said.contains("attribute employeeType: the cell holds a CPR number"), "{said}");
    assert!(!said.contains("610190"), "{said}");
}

#[test]
fn the_place_in_the_tree_is_a_unit_with_its_levels() {
    let mut source = ldap();
    source.attributes.insert(Column::Unit, "DistinguishedName".to_owned());
    source.query = Query::new(["OU=Medarbejdere,DC=kommune,DC=example"], "(objectClass=user)").unwrap();
    assert!(
        !LdapSource::wanted_attributes(&source.attributes, &BTreeMap::new())
            .contains(&"DistinguishedName".to_owned())
    );
    let unit = |front: &str| {
        let name = format!("CN=Bo,{front}OU=Medarbejdere,DC=kommune,DC=example");
        let [record] = read_with(&source, &[entry_of(2, &name, account(512, None))], STRICT)
            .unwrap()
            .records
            .try_into()
            .unwrap();
        record.unit
    };
    assert_eq!(unit("OU=Nørreby Skole,OU=Skoler,").as_deref(), Some("Skoler / Nørreby Skole"));
    assert_eq!(unit("OU=Børn / Unge,").as_deref(), Some("Børn/Unge"), "one level");
    assert_eq!(unit(""), None);
}
