//! What is refused, and in which words.

use std::path::PathBuf;
use std::time::Duration;

use directory::{Address, Connection, Limits, Query, ReadError, Secret, SignInProblem, Step, Trust, check};
use testkit::TestAuthority;

use crate::{at, people, settings, slapd};

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_not_trusted() {
    let Some(slapd) = slapd() else { return };
    let folder = tempfile::tempdir().unwrap();
    let stranger = TestAuthority::new("Somebody else", folder.path());
    for (url, starttls) in [(slapd.ldaps_url(), false), (slapd.ldap_url(), true)] {
        let mut settings = at(&slapd, Address::parse(&url, starttls, false).unwrap());
        settings.trust = Trust::File(stranger.certificate());
        let refused = Connection::open(&settings).await.unwrap_err();
        assert!(matches!(refused, ReadError::CertificateNotTrusted { .. }), "{refused}");
        assert_eq!(refused.step(), Step::Encrypt);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let Some(slapd) = slapd() else { return };
    for (url, starttls) in [
        (format!("ldaps://127.0.0.1:{}", slapd.tls_port()), false),
        (format!("ldap://127.0.0.1:{}", slapd.plain_port()), true),
    ] {
        let settings = at(&slapd, Address::parse(&url, starttls, false).unwrap());
        let refused = Connection::open(&settings).await.unwrap_err();
        assert!(matches!(refused, ReadError::CertificateWrongName { .. }), "{refused}");
    }
}

#[tokio::test]
async fn a_file_without_certificates_is_named() {
    let Some(slapd) = slapd() else { return };
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for file in [empty, PathBuf::from("missing.pem")] {
        let mut settings = settings(&slapd);
        settings.trust = Trust::File(file.clone());
        let refused = Connection::open(&settings).await.unwrap_err();
        assert!(
            matches!(&refused, ReadError::TrustUnreadable { file: named, .. } if *named == file),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_port_without_tls_is_said_so() {
    let Some(slapd) = slapd() else { return };
    let url = format!("ldaps://localhost:{}", slapd.plain_port());
    let refused =
        Connection::open(&at(&slapd, Address::parse(&url, false, false).unwrap())).await.unwrap_err();
    assert!(matches!(refused, ReadError::NotEncrypted { .. }), "{refused}");
}

#[tokio::test]
async fn a_wrong_password_is_explained_and_not_repeated() {
    let Some(slapd) = slapd() else { return };
    let mut settings = settings(&slapd);
    settings.password = Secret::new("forkert-kode").unwrap();
    let refused = check(&settings, &people(&slapd)).await.unwrap_err();
    assert!(
        matches!(refused, ReadError::SignInRefused { problem: SignInProblem::WrongPassword, .. }),
        "{refused}"
    );
    assert_eq!(refused.step(), Step::SignIn);
    assert!(!format!("{refused} {refused:?} {settings:?}").contains("forkert-kode"));
}

#[tokio::test]
async fn a_sign_in_name_that_is_none_is_said_so() {
    let Some(slapd) = slapd() else { return };
    let mut settings = settings(&slapd);
    settings.bind_name = "reader".to_owned();
    let refused = Connection::open(&settings).await.unwrap_err();
    assert!(matches!(refused, ReadError::NameMalformed { .. }), "{refused}");
}

#[tokio::test]
async fn a_source_that_is_gone_cannot_be_reached() {
    let Some(mut slapd) = slapd() else { return };
    let settings = settings(&slapd);
    slapd.stop();
    let refused = Connection::open(&settings).await.unwrap_err();
    assert!(matches!(refused, ReadError::Unreachable { .. }), "{refused}");
    assert_eq!(refused.step(), Step::Connect);
}

#[tokio::test]
async fn missing_bases_and_groups_and_malformed_names_are_told_apart() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(3);
    let mut connection = Connection::open(&settings(&slapd)).await.unwrap();
    let missing = format!("ou=nobody,{}", slapd.suffix());

    let query = Query::new([&missing], "(uid=*)").unwrap();
    let refused = connection.read_full(&query).await.unwrap_err();
    assert!(matches!(&refused, ReadError::BaseNotFound { base, .. } if *base == missing), "{refused}");

    let refused = connection.read_full(&people(&slapd).groups([&missing])).await.unwrap_err();
    assert!(matches!(&refused, ReadError::GroupNotFound { group, .. } if *group == missing), "{refused}");

    let query = Query::new(["people"], "(uid=*)").unwrap();
    let refused = connection.read_full(&query).await.unwrap_err();
    assert!(matches!(&refused, ReadError::NameMalformed { name, .. } if name == "people"), "{refused}");

    assert_eq!(connection.read_full(&people(&slapd)).await.unwrap().entries.len(), 3, "still usable");
}

#[tokio::test]
async fn an_account_without_rights_is_told_so() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(3);
    let mut settings = settings(&slapd);
    settings.bind_name = slapd.outsider();
    let mut connection = Connection::open(&settings).await.unwrap();
    let refused = connection.read_full(&people(&slapd)).await.unwrap_err();
    assert!(matches!(refused, ReadError::NotPermitted { .. }), "{refused}");
}

#[tokio::test]
async fn a_referral_is_not_followed() {
    let Some(slapd) = slapd() else { return };
    let mut connection = Connection::open(&settings(&slapd)).await.unwrap();
    slapd.populate(2);
    let name = format!("ou=elsewhere,{}", slapd.people());
    slapd.add(&format!(
        "dn: {name}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\n\
         ref: ldap://other.example/ou=elsewhere,dc=kommune,dc=example\n"
    ));
    assert_eq!(connection.read_full(&people(&slapd)).await.unwrap().entries.len(), 2);
    let refused = connection.read_full(&Query::new([&name], "(uid=*)").unwrap()).await.unwrap_err();
    assert!(matches!(refused, ReadError::Elsewhere { .. }), "{refused}");
}

/// Needs no server: the name has no address anywhere.
#[tokio::test]
async fn a_host_without_address_is_not_found() {
    let settings = directory::Settings {
        address: Address::parse("ldaps://no-such-host.example", false, false).unwrap(),
        trust: Trust::System,
        bind_name: "cn=reader".to_owned(),
        password: Secret::new("kun-til-test").unwrap(),
        limits: Limits { connect_timeout: Duration::from_secs(5), ..Limits::default() },
    };
    let refused = Connection::open(&settings).await.unwrap_err();
    assert!(matches!(refused, ReadError::HostNotFound { .. }), "{refused}");
    assert_eq!(refused.step(), Step::LookUp);
}
