//! The certificate that says which organisation is calling: read from its PKCS#12 file, looked at, and handed
//! to TLS.
//!
//! MitID Erhverv gives it out as a `.p12` file with a password (reference/idm-api.md §1.3). Files made by old
//! tools use ciphers that most libraries have dropped; they are read too.

mod examine;
mod facts;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{
    Cvr,
    certificate::{Facts, Fault, Kind},
};
use jiff::Timestamp;
use p12_keystore::{Pkcs12Archive, error::Error as Pkcs12Error};
use rustls::{
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::{CertifiedKey, SigningKey},
};

pub use examine::{Examined, examine};

/// A certificate with its key. `Debug` shows whose it is and nothing of the key.
#[derive(Clone)]
pub struct ClientCertificate {
    facts: Facts,
    identity: Arc<CertifiedKey>,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("the certificate file {} cannot be read ({cause}): check the path and the rights", file.display())]
    Unreadable { file: PathBuf, cause: io::Error },
    #[error(
        "{} is not a PKCS#12 file that can be read ({why}): use the .p12 or .pfx file from MitID Erhverv as it is",
        file.display()
    )]
    NotPkcs12 { file: PathBuf, why: String },
    #[error(
        "the password does not open the certificate file {}: it is the one chosen when the file was saved",
        file.display()
    )]
    WrongPassword { file: PathBuf },
    #[error(
        "the certificate file {} holds no private key: export the certificate again together with its key",
        file.display()
    )]
    NoKey { file: PathBuf },
    #[error(
        "the certificate file {} holds no certificate that belongs to its key: export both together again",
        file.display()
    )]
    NoCertificate { file: PathBuf },
    #[error(
        "the certificate {subject} names no CVR number (NTRDK-... in its subject): order an OCES system \
         certificate in MitID Erhverv"
    )]
    NoCvr { subject: String },
    #[error("the certificate expired on {on}: order a new one in MitID Erhverv and put it in its place")]
    Expired { on: Timestamp },
    #[error(
        "the certificate is not valid before {from}: wait until then, or check the clock of this machine"
    )]
    NotYetValid { from: Timestamp },
    #[error(
        "the certificate belongs to CVR number {found} and not to {expected}: use the certificate of this organisation"
    )]
    WrongCvr { expected: Cvr, found: Cvr },
    #[error(
        "the certificate {subject} belongs to one employee: order an OCES system certificate in MitID Erhverv, \
         with the right \"Access to IdM services in MitID Erhverv\""
    )]
    OfAnEmployee { subject: String },
}

impl CertificateError {
    /// The same for readers in every language.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Unreadable { file, .. } => Fault::NoFile { file: file.display().to_string() },
            Self::NotPkcs12 { .. } => Fault::NotPkcs12,
            Self::WrongPassword { .. } => Fault::WrongPassword,
            Self::NoKey { .. } => Fault::NoKey,
            Self::NoCertificate { .. } => Fault::NoCertificate,
            Self::NoCvr { .. } => Fault::NoCvr,
            Self::Expired { on } => Fault::Expired { on: *on },
            Self::NotYetValid { from } => Fault::NotYetValid { from: *from },
            Self::WrongCvr { expected, found } => {
                Fault::OtherCvr { expected: expected.clone(), found: found.clone() }
            }
            Self::OfAnEmployee { .. } => Fault::OfAnEmployee,
        }
    }
}

impl ClientCertificate {
    /// Opens a `.p12` or `.pfx` file.
    pub fn read(file: &Path, password: &str) -> Result<Self, CertificateError> {
        let octets =
            fs::read(file).map_err(|cause| CertificateError::Unreadable { file: file.to_owned(), cause })?;
        Self::from_pkcs12(&octets, password, file)
    }

    /// Opens the content of such a file. `file` is its name for people.
    pub fn from_pkcs12(octets: &[u8], password: &str, file: &Path) -> Result<Self, CertificateError> {
        let archive = Pkcs12Archive::from_pkcs12(octets, password).map_err(|error| refusal(&error, file))?;
        let key = archive.keys.iter().find_map(|bag| signing_key(bag.key.as_der()));
        let key = key.ok_or_else(|| CertificateError::NoKey { file: file.to_owned() })?;
        let certificates: Vec<_> =
            archive.certs.iter().map(|bag| CertificateDer::from(bag.cert.as_der().to_vec())).collect();
        let identity = certificates
            .iter()
            .map(|leaf| CertifiedKey::new(chain_from(leaf, &certificates), Arc::clone(&key)))
            .find(|candidate| candidate.keys_match().is_ok())
            .ok_or_else(|| CertificateError::NoCertificate { file: file.to_owned() })?;
        let leaf = identity.cert.first().map_or(&[][..], AsRef::as_ref);
        let facts = facts::read(leaf, file)?;
        Ok(Self { facts, identity: Arc::new(identity) })
    }

    /// Whether it is this organisation's, of the right kind, and valid now.
    pub fn check(&self, expected: &Cvr, now: Timestamp) -> Result<(), CertificateError> {
        let Facts { cvr, subject, not_before, not_after, kind, .. } = &self.facts;
        if cvr != expected {
            return Err(CertificateError::WrongCvr { expected: expected.clone(), found: cvr.clone() });
        }
        if *kind == Kind::Employee {
            return Err(CertificateError::OfAnEmployee { subject: subject.clone() });
        }
        if now < *not_before {
            return Err(CertificateError::NotYetValid { from: *not_before });
        }
        if now > *not_after {
            return Err(CertificateError::Expired { on: *not_after });
        }
        Ok(())
    }

    pub fn cvr(&self) -> &Cvr {
        &self.facts.cvr
    }

    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    pub fn issuer(&self) -> &str {
        &self.facts.issuer
    }

    pub fn not_before(&self) -> Timestamp {
        self.facts.not_before
    }

    pub fn not_after(&self) -> Timestamp {
        self.facts.not_after
    }

    /// Whole days until it expires; negative afterwards.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.facts.days_left(now)
    }

    pub fn kind(&self) -> Kind {
        self.facts.kind
    }

    /// Whether its issuer is marked as one for tests, or is the emulator.
    pub fn is_test(&self) -> bool {
        self.facts.is_test()
    }

    /// What stands in it.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Chain and key, as TLS takes them.
    pub(super) fn identity(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.identity)
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { cvr, subject, not_after, .. } = &self.facts;
        write!(f, "ClientCertificate({cvr}, {subject}, until {not_after}, key hidden)")
    }
}

fn signing_key(pkcs8: &[u8]) -> Option<Arc<dyn SigningKey>> {
    any_supported_type(&PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.to_vec()))).ok()
}

/// The certificate and those above it, as far as the file holds them. A root at the end does no harm.
fn chain_from(
    leaf: &CertificateDer<'static>,
    all: &[CertificateDer<'static>],
) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![leaf.clone()];
    while let Some(issuer) = chain.last().and_then(|last| all.iter().find(|other| facts::issued(other, last)))
    {
        if chain.contains(issuer) {
            break;
        }
        chain.push(issuer.clone());
    }
    chain
}

fn refusal(error: &Pkcs12Error, file: &Path) -> CertificateError {
    let file = file.to_owned();
    match error {
        Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError => CertificateError::WrongPassword { file },
        other => CertificateError::NotPkcs12 { file, why: other.to_string() },
    }
}

#[cfg(test)]
mod tests;
