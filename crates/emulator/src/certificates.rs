//! Certificates that look like OCES3: a root, an issuing CA, a server certificate for loopback, and the
//! system certificates of organisations.
//!
//! As in the real hierarchy everything is signed with RSASSA-PSS (SHA-256, salt of 32) and a system
//! certificate names its organisation in 2.5.4.97 as `NTRDK-<CVR>`. Each name says that it is emulated.
//! Keys come from the cryptographic library, which takes no random source from outside; so do the
//! serial numbers.

mod x509;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jiff::{SignedDuration, Timestamp};
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use uuid::Uuid;

use x509::{Content, Purpose, Subject};

/// Root, issuing CA and server certificate live this long.
const AUTHORITY_VALIDITY: SignedDuration = SignedDuration::from_hours(20 * 365 * 24);

const ROOT_NAME: &str = "Den Danske Stat OCES rod-CA (emulator)";
const ISSUING_NAME: &str = "Den Danske Stat OCES udstedende-CA 1 (emulator)";

/// The issuing CA with its key, and what a server on loopback needs.
pub struct CertificateAuthority {
    root: CertificateDer<'static>,
    issuing: CertificateDer<'static>,
    issuing_key: KeyPair,
    server: CertificateDer<'static>,
    server_key: PrivatePkcs8KeyDer<'static>,
}

/// What an organisation orders.
#[derive(Clone)]
pub struct IssueRequest {
    pub cvr: String,
    /// Common name of the certificate.
    pub name: String,
    pub organisation: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Protects the key in the PKCS#12 file.
    pub password: String,
}

/// A system certificate as it is handed over.
pub struct SystemCertificate {
    /// PKCS#12 with key, certificate and issuing CA.
    pub p12: Vec<u8>,
    /// The certificate with the issuing CA behind it.
    pub chain_pem: String,
    /// PKCS#8.
    pub key_pem: String,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error(
        "the emulator's certificate file {path} cannot be read or written: {cause}; check folder and rights"
    )]
    File { path: PathBuf, cause: io::Error },
    #[error(
        "the emulator's certificate file {path} is damaged; delete its folder to have new certificates made"
    )]
    Damaged { path: PathBuf },
    #[error("a key could not be made: the cryptographic library refused")]
    Key,
    #[error("a certificate for {name:?} could not be put together: {cause}; check the name and the dates")]
    Encoding { name: String, cause: der::Error },
    #[error("the PKCS#12 file could not be put together: {cause}")]
    Pkcs12 { cause: p12_keystore::error::Error },
}

impl CertificateAuthority {
    /// Reads the certificates from the folder, or makes them there the first time (some seconds).
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, CertificateError> {
        if !folder.join(FILES.complete).exists() {
            Self::create(now)?.save(folder)?;
        }
        Self::load(folder)
    }

    /// A new hierarchy that lives in memory only.
    pub fn create(now: Timestamp) -> Result<Self, CertificateError> {
        let until = now + AUTHORITY_VALIDITY;
        let (root_key, issuing_key, server_key) = (new_key()?, new_key()?, new_key()?);
        let authority = |name, key| Content {
            subject: Subject::authority(name),
            issuer: Subject::authority(ROOT_NAME),
            purpose: Purpose::Authority,
            key,
            not_before: now,
            not_after: until,
        };
        let root = authority(ROOT_NAME, &root_key).sign(&root_key)?;
        let issuing = authority(ISSUING_NAME, &issuing_key).sign(&root_key)?;
        let server = Content {
            subject: Subject::server("localhost"),
            issuer: Subject::authority(ISSUING_NAME),
            purpose: Purpose::Server,
            key: &server_key,
            not_before: now,
            not_after: until,
        };
        let server = server.sign(&issuing_key)?;
        // The key of the root has done its work and is forgotten.
        Ok(Self { root, issuing, issuing_key, server, server_key: pkcs8(&server_key)? })
    }

    /// What a client must trust to talk to the emulator.
    pub fn root_pem(&self) -> String {
        pem("CERTIFICATE", &self.root)
    }

    pub(crate) fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    pub(crate) fn issuing(&self) -> &CertificateDer<'static> {
        &self.issuing
    }

    pub(crate) fn server_identity(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        (vec![self.server.clone(), self.issuing.clone()], PrivateKeyDer::Pkcs8(self.server_key.clone_key()))
    }

    fn load(folder: &Path) -> Result<Self, CertificateError> {
        let certificate = |name: &str| {
            let path = folder.join(name);
            CertificateDer::from_pem_slice(&read(&path)?).map_err(|_| CertificateError::Damaged { path })
        };
        let key = |name: &str| {
            let path = folder.join(name);
            PrivatePkcs8KeyDer::from_pem_slice(&read(&path)?).map_err(|_| CertificateError::Damaged { path })
        };
        let damaged_key = |_| CertificateError::Damaged { path: folder.join(FILES.issuing_key) };
        Ok(Self {
            root: certificate(FILES.root)?,
            issuing: certificate(FILES.issuing)?,
            issuing_key: KeyPair::from_pkcs8(key(FILES.issuing_key)?.secret_pkcs8_der())
                .map_err(damaged_key)?,
            server: certificate(FILES.server)?,
            server_key: key(FILES.server_key)?,
        })
    }

    /// The empty file comes last: without it the others are not complete.
    fn save(&self, folder: &Path) -> Result<(), CertificateError> {
        fs::create_dir_all(folder)
            .map_err(|cause| CertificateError::File { path: folder.to_owned(), cause })?;
        write(&folder.join(FILES.root), &self.root_pem())?;
        write(&folder.join(FILES.issuing), &pem("CERTIFICATE", &self.issuing))?;
        let issuing_key = pkcs8(&self.issuing_key)?;
        write(&folder.join(FILES.issuing_key), &pem("PRIVATE KEY", issuing_key.secret_pkcs8_der()))?;
        write(&folder.join(FILES.server), &pem("CERTIFICATE", &self.server))?;
        write(&folder.join(FILES.server_key), &pem("PRIVATE KEY", self.server_key.secret_pkcs8_der()))?;
        write(&folder.join(FILES.complete), "")
    }
}

/// Makes a key of 3072 bits and a certificate for it. The dates are the caller's, so that expired ones
/// can be had for tests.
pub fn issue_system_certificate(
    authority: &mut CertificateAuthority,
    request: &IssueRequest,
) -> Result<SystemCertificate, CertificateError> {
    let key = new_key()?;
    let uuid = uuid::Builder::from_random_bytes(random_bytes()?).into_uuid();
    let content = Content {
        subject: Subject::organisation(&request.name, uuid, &request.organisation, &request.cvr),
        issuer: Subject::authority(ISSUING_NAME),
        purpose: Purpose::Client,
        key: &key,
        not_before: request.not_before,
        not_after: request.not_after,
    };
    let certificate = content.sign(&authority.issuing_key)?;
    let key = pkcs8(&key)?;
    Ok(SystemCertificate {
        p12: pkcs12(&key, &[&certificate, &authority.issuing], request, uuid)?,
        chain_pem: pem("CERTIFICATE", &certificate) + &pem("CERTIFICATE", &authority.issuing),
        key_pem: pem("PRIVATE KEY", key.secret_pkcs8_der()),
    })
}

struct Files {
    root: &'static str,
    issuing: &'static str,
    issuing_key: &'static str,
    server: &'static str,
    server_key: &'static str,
    complete: &'static str,
}

const FILES: Files = Files {
    root: "root.pem",
    issuing: "issuing.pem",
    issuing_key: "issuing-key.pem",
    server: "server.pem",
    server_key: "server-key.pem",
    complete: "complete",
};

fn new_key() -> Result<KeyPair, CertificateError> {
    KeyPair::generate(KeySize::Rsa3072).map_err(|_| CertificateError::Key)
}

fn random_bytes() -> Result<[u8; 16], CertificateError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| CertificateError::Key)?;
    Ok(bytes)
}

fn pkcs8(key: &KeyPair) -> Result<PrivatePkcs8KeyDer<'static>, CertificateError> {
    let der: Pkcs8V1Der<'static> = key.as_der().map_err(|_| CertificateError::Key)?;
    Ok(PrivatePkcs8KeyDer::from(der.as_ref().to_vec()))
}

fn pkcs12(
    key: &PrivatePkcs8KeyDer,
    chain: &[&CertificateDer],
    request: &IssueRequest,
    key_id: Uuid,
) -> Result<Vec<u8>, CertificateError> {
    let refused = |cause| CertificateError::Pkcs12 { cause };
    let certificates = chain.iter().map(|certificate| Certificate::from_der(certificate));
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let key = PrivateKey::from_der(key.secret_pkcs8_der()).map_err(refused)?;
    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new(key_id.as_bytes().as_slice(), key, certificates);
    store.add_entry(&request.name, KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(&request.password).write().map_err(refused)
}

fn pem(label: &str, content: &[u8]) -> String {
    let encoded = x509::base64_lines(content);
    format!("-----BEGIN {label}-----\n{encoded}-----END {label}-----\n")
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|cause| CertificateError::File { path: path.to_owned(), cause })
}

/// Only the owner may read: two of the files are keys.
fn write(path: &Path, text: &str) -> Result<(), CertificateError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file =
        options.open(path).map_err(|cause| CertificateError::File { path: path.to_owned(), cause })?;
    file.write_all(text.as_bytes()).map_err(|cause| CertificateError::File { path: path.to_owned(), cause })
}
