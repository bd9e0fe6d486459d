use emulator::{CertificateAuthority, IssueRequest, issue_system_certificate};
use jiff::SignedDuration;
use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, Pkcs12ImportPolicy,
    PrivateKeyChain,
};

use super::*;

const PASSWORD: &str = "kodeord æøå";

fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// A certificate for 30 days, as the emulated MitID Erhverv gives it out.
fn issued(cvr: &str) -> Vec<u8> {
    let mut authority = CertificateAuthority::create(now() - hours(24)).unwrap();
    let request = IssueRequest {
        cvr: cvr.to_owned(),
        name: "Lokalid prøve".to_owned(),
        organisation: "Ærø Kommune".to_owned(),
        not_before: now() - hours(1),
        not_after: now() + hours(30 * 24),
        password: PASSWORD.to_owned(),
    };
    issue_system_certificate(&mut authority, &request).unwrap().p12
}

fn open(octets: &[u8], password: &str) -> Result<ClientCertificate, CertificateError> {
    ClientCertificate::from_pkcs12(octets, password, Path::new("system.p12"))
}

fn cvr(text: &str) -> Cvr {
    Cvr::parse(text).unwrap()
}

#[test]
fn a_system_certificate_says_whose_it_is_and_until_when() {
    let certificate = open(&issued("90000001"), PASSWORD).unwrap();
    assert_eq!(certificate.cvr(), &cvr("90000001"));
    assert_eq!(certificate.kind(), Kind::OrganisationOrSystem);
    assert!(certificate.is_test());
    assert!(certificate.subject().contains("CN=Lokalid prøve"), "{}", certificate.subject());
    assert!(certificate.subject().contains("2.5.4.97=NTRDK-90000001"), "{}", certificate.subject());
    assert!(certificate.issuer().contains("OCES"), "{}", certificate.issuer());
    assert_eq!((certificate.days_left(now()), certificate.days_left(now() + hours(31 * 24))), (30, -1));
    assert!(certificate.identity().cert.len() >= 2, "the issuing CA is sent along");
    let printed = format!("{certificate:?}");
    assert!(printed.contains("90000001") && printed.ends_with("key hidden)"), "{printed}");

    assert!(certificate.check(&cvr("90000001"), now()).is_ok());
    let refused = |cvr: &Cvr, at| certificate.check(cvr, at).unwrap_err().to_string();
    assert_eq!(
        refused(&cvr("90000002"), now()),
        "the certificate belongs to CVR number 90000001 and not to 90000002: use the certificate of this organisation"
    );
    assert!(
        refused(certificate.cvr(), now() + hours(31 * 24))
            .starts_with("the certificate expired on 2026-12-20")
    );
    assert!(refused(certificate.cvr(), now() - hours(2)).contains("not valid before 2026-11-20T07:00:00Z"));
    let facts = Facts { kind: Kind::Employee, ..certificate.facts.clone() };
    let of_an_employee = ClientCertificate { facts, ..certificate.clone() };
    let refusal = of_an_employee.check(certificate.cvr(), now()).unwrap_err();
    assert!(matches!(refusal, CertificateError::OfAnEmployee { .. }));
}

#[test]
fn files_that_do_not_open_say_what_to_do() {
    let octets = issued("90000001");
    for wrong in ["", "Kodeord æøå", "kodeord"] {
        let refusal = open(&octets, wrong).unwrap_err();
        assert!(matches!(refusal, CertificateError::WrongPassword { .. }), "{refusal}");
        assert!(refusal.to_string().contains("system.p12"));
    }
    for broken in [&b""[..], b"-----BEGIN CERTIFICATE-----", octets.get(..octets.len() / 2).unwrap()] {
        let refusal = open(broken, PASSWORD).unwrap_err();
        assert!(matches!(refusal, CertificateError::NotPkcs12 { .. }), "{refusal}");
    }
    let missing = ClientCertificate::read(Path::new("/nowhere/system.p12"), "").unwrap_err();
    assert!(
        missing.to_string().starts_with("the certificate file /nowhere/system.p12 cannot be read"),
        "{missing}"
    );
}

#[test]
fn a_certificate_without_cvr_number_is_refused() {
    let refusal = open(&issued("EU826010755"), PASSWORD).unwrap_err();
    assert!(matches!(&refusal, CertificateError::NoCvr { subject } if subject.contains("NTRDK-EU826010755")));
}

#[test]
fn old_files_are_read_and_half_ones_refused() {
    let octets = issued("90000001");
    let store = KeyStore::from_pkcs12(&octets, PASSWORD, Pkcs12ImportPolicy::Strict).unwrap();
    let (_, chain) = store.private_key_chain().unwrap();
    for algorithm in
        [EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc, EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc]
    {
        let writer = store.writer("").encryption_algorithm(algorithm).mac_algorithm(MacAlgorithm::HmacSha1);
        assert_eq!(open(&writer.write().unwrap(), "").unwrap().cvr(), &cvr("90000001"));
    }
    let write = |entry| {
        let mut store = KeyStore::new();
        store.add_entry("x", entry);
        store.writer("").write().unwrap()
    };
    let keyless = write(KeyStoreEntry::Certificate(chain.certs()[0].clone()));
    assert!(matches!(open(&keyless, "").unwrap_err(), CertificateError::NoKey { .. }));
    let issuer_only: Vec<Certificate> = chain.certs()[1..].to_vec();
    let alone = PrivateKeyChain::new(chain.local_key_id().clone(), chain.key().clone(), issuer_only);
    let alone = write(KeyStoreEntry::PrivateKeyChain(alone));
    assert!(matches!(open(&alone, "").unwrap_err(), CertificateError::NoCertificate { .. }));
}

#[test]
fn a_look_at_a_file_finds_what_is_wrong_with_it() {
    use domain::{
        Environment,
        certificate::{Check, Fault},
    };
    let octets = issued("90000001");
    let faults = |octets: &[u8], password: &str, expected: &str, environment, at| {
        let examined = examine(octets, password, &cvr(expected), environment, at);
        assert_eq!(examined.certificate.is_some(), examined.findings.len() == Check::ALL.len() - 1);
        examined.findings.iter().filter_map(|one| one.fault.as_ref().map(Fault::word)).collect::<Vec<_>>()
    };
    let emulated =
        |octets: &[u8], password: &str| faults(octets, password, "90000001", Environment::Emulator, now());
    assert!(emulated(&octets, PASSWORD).is_empty());
    assert_eq!(emulated(&octets, "kodeord"), ["wrong-password"]);
    assert_eq!(emulated(b"0nonsense", PASSWORD), ["not-pkcs12"]);
    assert_eq!(emulated(&octets[..octets.len() / 2], PASSWORD), ["not-pkcs12"]);
    assert_eq!(emulated(&issued("EU826010755"), PASSWORD), ["no-cvr"]);
    let late = now() + hours(40 * 24);
    let found = faults(&octets, PASSWORD, "90000002", Environment::Production, late);
    assert_eq!(found, ["other-cvr", "only-for-tests", "expired"]);
}
