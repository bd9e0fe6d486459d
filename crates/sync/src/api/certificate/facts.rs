//! What stands in a certificate, as far as anybody here wants to know it.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use domain::{
    Cvr,
    certificate::{Facts, Kind},
};
use jiff::Timestamp;
use x509_cert::{Certificate, der::Decode as _, name::Name, time::Time};

use super::CertificateError;

const SERIAL_NUMBER: &str = "2.5.4.5";
const ORGANISATION_IDENTIFIER: &str = "2.5.4.97";

pub(super) fn read(der: &[u8], file: &Path) -> Result<Facts, CertificateError> {
    let broken = |why: String| CertificateError::NotPkcs12 { file: file.to_owned(), why };
    let certificate = Certificate::from_der(der).map_err(|error| broken(error.to_string()))?;
    let content = certificate.tbs_certificate();
    let subject = spelt_out(content.subject());
    let cvr = attribute(content.subject(), ORGANISATION_IDENTIFIER);
    let cvr = cvr.and_then(|text| Cvr::parse(text.strip_prefix("NTRDK-")?).ok());
    let cvr = cvr.ok_or_else(|| CertificateError::NoCvr { subject: subject.clone() })?;
    Ok(Facts {
        fingerprint: hex(digest(&SHA256, der).as_ref()),
        cvr,
        issuer: spelt_out(content.issuer()),
        serial: hex(content.serial_number().as_bytes()),
        not_before: timestamp(content.validity().not_before)
            .ok_or_else(|| broken("its first day is no date".to_owned()))?,
        not_after: timestamp(content.validity().not_after)
            .ok_or_else(|| broken("its last day is no date".to_owned()))?,
        kind: kind(content.subject()),
        subject,
    })
}

fn hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Whether `issuer` is named as the one that issued `certificate`.
pub(super) fn issued(issuer: &[u8], certificate: &[u8]) -> bool {
    let read = |der: &[u8]| Certificate::from_der(der).ok();
    match (read(issuer), read(certificate)) {
        (Some(above), Some(below)) => above.tbs_certificate().subject() == below.tbs_certificate().issuer(),
        _ => false,
    }
}

fn kind(subject: &Name) -> Kind {
    match attribute(subject, SERIAL_NUMBER) {
        Some(number) if number.starts_with("UI:DK-O") => Kind::OrganisationOrSystem,
        Some(number) if number.starts_with("UI:DK-E") => Kind::Employee,
        _ => Kind::Other,
    }
}

fn attribute(name: &Name, oid: &str) -> Option<String> {
    parts(name).find_map(|(found, text)| (found == oid).then_some(text))
}

fn spelt_out(name: &Name) -> String {
    let parts: Vec<_> = parts(name).map(|(oid, text)| format!("{}={text}", short_name(&oid))).collect();
    parts.join(", ")
}

/// Each attribute as OID and text. Danish names are UTF-8; in what is not, a letter may be lost.
fn parts(name: &Name) -> impl Iterator<Item = (String, String)> {
    name.iter().map(|part| (part.oid.to_string(), String::from_utf8_lossy(part.value.value()).into_owned()))
}

fn short_name(oid: &str) -> &str {
    match oid {
        "2.5.4.3" => "CN",
        SERIAL_NUMBER => "SERIALNUMBER",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        other => other,
    }
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_number_tells_the_kind() {
        for (serial_number, expected) in [
            ("UI:DK-O:G:ab0c5f0e", Kind::OrganisationOrSystem),
            ("UI:DK-E:G:ab0c5f0e", Kind::Employee),
            ("PID:9208", Kind::Other),
        ] {
            let subject: Name = format!("serialNumber={serial_number},CN=Åse,C=DK").parse().unwrap();
            assert_eq!(kind(&subject), expected, "{serial_number}");
        }
        let nameless: Name = "CN=Åse".parse().unwrap();
        assert_eq!((kind(&nameless), spelt_out(&nameless)), (Kind::Other, "CN=Åse".to_owned()));
    }
}
