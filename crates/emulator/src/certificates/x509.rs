//! One certificate, put together field by field and signed with RSASSA-PSS, which the usual builders
//! cannot do.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use der::asn1::{
    Any, BitString, Ia5String, ObjectIdentifier, OctetString, PrintableStringRef, Utf8StringRef,
};
use der::{DateTime, Decode, Encode, Sequence, Tag};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use uuid::Uuid;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
    SubjectKeyIdentifier,
};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::{CertificateError, random_bytes};

/// What a certificate says, before somebody signs it.
pub(super) struct Content<'a> {
    pub subject: Subject,
    pub issuer: Subject,
    pub purpose: Purpose,
    pub key: &'a KeyPair,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Authority,
    Server,
    Client,
}

/// A distinguished name, most general part first.
pub(super) struct Subject(Vec<(ObjectIdentifier, String)>);

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANISATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const SERVER_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// The parameters of RSASSA-PSS: SHA-256, MGF1 with SHA-256, salt of 32 (RFC 4055, section 3.1).
const PSS_PARAMETERS: [u8; 52] = [
    0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d,
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01,
    0x20,
];

/// RFC 5280, section 4.1: `TBSCertificate`.
#[derive(Sequence)]
struct ToBeSigned {
    #[asn1(context_specific = "0", default = "Default::default")]
    version: Version,
    serial_number: SerialNumber,
    signature: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Validity,
    subject: Name,
    subject_public_key_info: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

/// RFC 5280, section 4.1: `Certificate`.
#[derive(Sequence)]
struct Signed {
    content: ToBeSigned,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

impl Subject {
    pub fn authority(name: &str) -> Self {
        Self(vec![
            (COUNTRY, "DK".to_owned()),
            (ORGANISATION, "Den Danske Stat (emulator)".to_owned()),
            (COMMON_NAME, name.to_owned()),
        ])
    }

    pub fn server(host: &str) -> Self {
        Self(vec![(COMMON_NAME, host.to_owned())])
    }

    /// As OCES3 names an organisation and its system.
    pub fn organisation(name: &str, uuid: Uuid, organisation: &str, cvr: &str) -> Self {
        Self(vec![
            (COUNTRY, "DK".to_owned()),
            (ORGANISATION_IDENTIFIER, format!("NTRDK-{cvr}")),
            (ORGANISATION, organisation.to_owned()),
            (SERIAL_NUMBER, format!("UI:DK-O:G:{uuid}")),
            (COMMON_NAME, name.to_owned()),
        ])
    }

    fn common_name(&self) -> String {
        self.0.last().map(|(_, name)| name.clone()).unwrap_or_default()
    }

    fn to_name(&self) -> der::Result<Name> {
        let mut names = RdnSequence::default();
        for (oid, text) in &self.0 {
            let value = match *oid {
                COUNTRY | SERIAL_NUMBER => Any::from(PrintableStringRef::new(text)?),
                _ => Any::from(Utf8StringRef::new(text)?),
            };
            names
                .push(RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid: *oid, value }])?);
        }
        Name::from_der(&names.to_der()?)
    }
}

impl Content<'_> {
    pub fn sign(&self, issuer_key: &KeyPair) -> Result<CertificateDer<'static>, CertificateError> {
        let serial_number = random_bytes()?;
        let encoding = |cause| CertificateError::Encoding { name: self.subject.common_name(), cause };
        let to_be_signed = self.to_be_signed(&serial_number, issuer_key).map_err(encoding)?;
        let bytes = to_be_signed.to_der().map_err(encoding)?;
        let mut signature = vec![0; issuer_key.public_modulus_len()];
        issuer_key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), &bytes, &mut signature)
            .map_err(|_| CertificateError::Key)?;
        let signature = BitString::from_bytes(&signature).map_err(encoding)?;
        let signed = Signed { content: to_be_signed, algorithm: rsassa_pss().map_err(encoding)?, signature };
        Ok(CertificateDer::from(signed.to_der().map_err(encoding)?))
    }

    fn to_be_signed(&self, serial_number: &[u8; 16], issuer_key: &KeyPair) -> der::Result<ToBeSigned> {
        Ok(ToBeSigned {
            version: Version::V3,
            serial_number: positive(*serial_number)?,
            signature: rsassa_pss()?,
            issuer: self.issuer.to_name()?,
            validity: Validity::new(time(self.not_before)?, time(self.not_after)?),
            subject: self.subject.to_name()?,
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(&public_key(self.key)?)?,
            extensions: self.extensions(issuer_key)?,
        })
    }

    fn extensions(&self, issuer_key: &KeyPair) -> der::Result<Vec<Extension>> {
        let is_authority = self.purpose == Purpose::Authority;
        let usage = match self.purpose {
            Purpose::Authority => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Purpose::Server => KeyUsages::DigitalSignature.into(),
            Purpose::Client => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
        };
        let key_identifier = Some(key_identifier_of(issuer_key)?);
        let mut extensions = vec![
            extension("2.5.29.19", true, &BasicConstraints { ca: is_authority, path_len_constraint: None })?,
            extension("2.5.29.15", true, &KeyUsage(usage))?,
            extension("2.5.29.14", false, &SubjectKeyIdentifier(key_identifier_of(self.key)?))?,
            extension("2.5.29.35", false, &AuthorityKeyIdentifier { key_identifier, ..Default::default() })?,
        ];
        match self.purpose {
            Purpose::Authority => {}
            Purpose::Client => {
                extensions.push(extension(
                    "2.5.29.37",
                    false,
                    &ExtendedKeyUsage(vec![CLIENT_AUTHENTICATION]),
                )?);
            }
            Purpose::Server => {
                extensions.push(extension(
                    "2.5.29.37",
                    false,
                    &ExtendedKeyUsage(vec![SERVER_AUTHENTICATION]),
                )?);
                extensions.push(extension("2.5.29.17", false, &loopback_names()?)?);
            }
        }
        Ok(extensions)
    }
}

/// Lines of 64, as PEM has them.
pub(super) fn base64_lines(content: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for line in content.chunks(48) {
        for group in line.chunks(3) {
            let bits =
                group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
            let letters = [18, 12, 6, 0].map(|shift| ALPHABET.get((bits >> shift & 63) as usize).copied());
            let filled = letters.into_iter().flatten().take(group.len() + 1).map(char::from);
            text.extend(filled.chain(std::iter::repeat_n('=', 3 - group.len())));
        }
        text.push('\n');
    }
    text
}

fn rsassa_pss() -> der::Result<AlgorithmIdentifierOwned> {
    Ok(AlgorithmIdentifierOwned {
        oid: RSASSA_PSS,
        parameters: Some(Any::new(Tag::Sequence, PSS_PARAMETERS)?),
    })
}

/// A serial number is a positive number of at most 20 bytes.
fn positive(mut bytes: [u8; 16]) -> der::Result<SerialNumber> {
    if let Some(first) = bytes.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    SerialNumber::new(&bytes)
}

fn time(at: Timestamp) -> der::Result<Time> {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    Ok(Time::from(DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))?))
}

fn public_key(key: &KeyPair) -> der::Result<Vec<u8>> {
    let key: Result<PublicKeyX509Der<'_>, _> = key.public_key().as_der();
    key.map(|key| key.as_ref().to_vec()).map_err(|_| der::ErrorKind::Failed.into())
}

/// The first 20 bytes of the digest: any name for the key will do (RFC 7093).
fn key_identifier_of(key: &KeyPair) -> der::Result<OctetString> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public_key(key)?);
    OctetString::new(digest.as_ref().get(..20).unwrap_or_default())
}

fn extension(oid: &str, critical: bool, value: &impl Encode) -> der::Result<Extension> {
    Ok(Extension {
        extn_id: ObjectIdentifier::new(oid)?,
        critical,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

fn loopback_names() -> der::Result<SubjectAltName> {
    Ok(SubjectAltName(vec![
        GeneralName::DnsName(Ia5String::new("localhost")?),
        GeneralName::IpAddress(OctetString::new([127, 0, 0, 1])?),
        GeneralName::IpAddress(OctetString::new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])?),
    ]))
}
