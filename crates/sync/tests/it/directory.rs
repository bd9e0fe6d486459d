//! People of a real OpenLDAP with their groups, further attributes and units. Without `slapd` the test says that it was
//! left out.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Address, Limits, Query, Secret, Settings, Trust};
use domain::{SourceName, SourceRecord};
use sync::source::{
    csv::Column,
    ldap::{LdapOptions, LdapSource},
};
use testkit::{Service, service, slapd::Slapd};

#[tokio::test]
async fn nested_groups_further_attributes_and_units_reach_the_record() {
    let Some(slapd) = service(Service::Slapd).map(|_| Slapd::start()) else { return };
    let school = add_school(&slapd);
    let (anna, bo) = (add_person(&slapd, &school, "anna"), add_person(&slapd, &school, "bo"));
    let staff = slapd.add_group("Ansatte", &[&anna]);
    let teachers = slapd.add_group("Lærere", &[&staff]);
    let watch = slapd.add_group("Tilsyn", &[&teachers, &bo]);
    let source = source(&slapd, &[&teachers, &watch]);

    let records = read(&source).await;

    let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(records["anna"].groups, groups(&["Lærere", "Tilsyn"]));
    assert_eq!(records["bo"].groups, groups(&["Tilsyn"]));
    let more = BTreeMap::from([("cost-center".to_owned(), "4711".to_owned())]);
    for record in records.values() {
        assert_eq!((&record.more, record.unit.as_deref()), (&more, Some("Skoler / Nørreby Skole")));
    }

    slapd.modify(&format!("dn: {staff}\nchangetype: modify\nadd: member\nmember: {bo}\n"));
    assert_eq!(read(&source).await["bo"].groups, groups(&["Lærere", "Tilsyn"]));
}

fn add_school(slapd: &Slapd) -> String {
    let schools = format!("ou=Skoler,{}", slapd.people());
    let school = format!("ou=Nørreby Skole,{schools}");
    let unit = "objectClass: organizationalUnit";
    slapd.add(&format!("dn: {schools}\n{unit}\n\ndn: {school}\n{unit}\n"));
    school
}

/// Somebody with a cost center.
fn add_person(slapd: &Slapd, unit: &str, name: &str) -> String {
    let person = format!("uid={name},{unit}");
    slapd.add(&format!(
        "dn: {person}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: Holm\ndepartmentNumber: 4711\n"
    ));
    person
}

fn source(slapd: &Slapd, groups: &[&str]) -> LdapSource {
    let attributes = BTreeMap::from([
        (Column::UserName, "uid".to_owned()),
        (Column::Unit, "distinguishedName".to_owned()),
    ]);
    let more = BTreeMap::from([("cost-center".to_owned(), "departmentNumber".to_owned())]);
    let groups: BTreeSet<String> = groups.iter().map(|group| (*group).to_owned()).collect();
    let query = Query::new([slapd.people()], "(objectClass=inetOrgPerson)").unwrap();
    LdapSource {
        settings: Settings {
            address: Address::parse(&slapd.ldaps_url(), false, false).unwrap(),
            trust: Trust::File(slapd.authority_file()),
            bind_name: slapd.reader(),
            password: Secret::new(slapd.password()).unwrap(),
            limits: Limits::default(),
        },
        query: query
            .attributes(LdapSource::wanted_attributes(&attributes, &more))
            .groups(LdapSource::wanted_groups(None, &groups)),
        attributes,
        more,
        group: None,
        groups,
        skip_broken: false,
    }
}

/// Everybody by user name.
async fn read(source: &LdapSource) -> BTreeMap<String, SourceRecord> {
    let options = LdapOptions { skip_broken: false, several_identities: false };
    let now = "2026-11-20T08:00:00Z".parse().unwrap();
    let snapshot = source.read(&SourceName("ad".to_owned()), now, options).await.unwrap();
    let named = |one: SourceRecord| (one.user_name.as_ref().unwrap().to_string(), one);
    snapshot.records.into_iter().map(named).collect()
}
