//! The OCES3 look-alikes, judged by OpenSSL where it is installed. Our own TLS judges them in `server`.

use std::path::Path;
use std::process::Command;

use emulator::{CertificateAuthority, IssueRequest, issue_system_certificate};
use jiff::{SignedDuration, Timestamp};

pub fn order(cvr: &str, now: Timestamp) -> IssueRequest {
    IssueRequest {
        cvr: cvr.to_owned(),
        name: "Lokalid prøve".to_owned(),
        organisation: "Ærø Kommune".to_owned(),
        not_before: now - SignedDuration::from_hours(1),
        not_after: now + SignedDuration::from_hours(3 * 365 * 24),
        password: "hemmelig æøå".to_owned(),
    }
}

#[test]
fn openssl_accepts_the_chain_and_reads_the_p12_file() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("left out: openssl is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let mut authority = CertificateAuthority::create(now - SignedDuration::from_hours(2)).unwrap();
    let issued = issue_system_certificate(&mut authority, &order("90000001", now)).unwrap();
    std::fs::write(folder.path().join("root.pem"), authority.root_pem()).unwrap();
    std::fs::write(folder.path().join("chain.pem"), &issued.chain_pem).unwrap();
    std::fs::write(folder.path().join("system.p12"), &issued.p12).unwrap();

    let at = now.as_second().to_string();
    let verify = [
        "verify",
        "-attime",
        &at,
        "-purpose",
        "sslclient",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "chain.pem",
        "chain.pem",
    ];
    assert!(openssl(folder.path(), &verify).contains("OK"));
    let text = openssl(
        folder.path(),
        &["x509", "-in", "chain.pem", "-noout", "-text", "-nameopt", "RFC2253,-esc_msb,utf8"],
    );
    for expected in
        ["rsassaPss", "sha256", "Salt Length: 0x20", "3072 bit", "organizationIdentifier=NTRDK-90000001"]
    {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(text.contains("CN=Lokalid prøve,serialNumber=UI:DK-O:G:"), "{text}");
    let inside =
        openssl(folder.path(), &["pkcs12", "-in", "system.p12", "-nodes", "-passin", "pass:hemmelig æøå"]);
    assert_eq!(inside.matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(inside.matches("BEGIN PRIVATE KEY").count(), 1);
}

#[test]
fn the_certificates_stay_the_same_from_start_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let first = CertificateAuthority::open(folder.path(), now).unwrap().root_pem();
    assert_eq!(CertificateAuthority::open(folder.path(), now).unwrap().root_pem(), first);
    std::fs::write(folder.path().join("issuing-key.pem"), "not a key").unwrap();
    let error = CertificateAuthority::open(folder.path(), now).err().unwrap().to_string();
    assert!(error.contains("issuing-key.pem"), "{error}");
}

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // It writes names in the p12 file as Latin-1.
    String::from_utf8_lossy(&output.stdout).into_owned()
}
