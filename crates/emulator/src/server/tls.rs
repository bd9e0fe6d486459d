//! TLS on the API port: our server certificate, and the client certificates that we have issued.

use std::sync::Arc;

use aws_lc_rs::digest;
use der::Decode;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::CertificateDer;
use tokio_rustls::TlsAcceptor;
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, Utf8StringRef};

use super::EmulatorError;
use crate::certificates::CertificateAuthority;
use crate::world::CertificateDemand;

const ORGANISATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");

/// A certificate of somebody else, or an expired one, ends the handshake with an alert. Only `All`
/// ends it for a missing one too: otherwise some calls are answered without.
pub(super) fn acceptor(
    authority: &CertificateAuthority,
    demand: CertificateDemand,
) -> Result<TlsAcceptor, EmulatorError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let (chain, key) = authority.server_identity();
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| EmulatorError::Tls(error.to_string()))?
        .with_client_cert_verifier(verifier(authority, demand, provider)?)
        .with_single_cert(chain, key)
        .map_err(|error| EmulatorError::Tls(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The CVR number that an organisation's certificate carries as `NTRDK-<CVR>`.
pub(super) fn cvr_of(certificate: &CertificateDer) -> Option<String> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let subject = certificate.tbs_certificate().subject();
    let identifier = subject.by_oid::<Utf8StringRef>(ORGANISATION_IDENTIFIER).ok()??;
    identifier.as_str().strip_prefix("NTRDK-").map(str::to_owned)
}

/// SHA-256 in hexadecimal digits.
pub(super) fn fingerprint_of(certificate: &CertificateDer) -> String {
    use std::fmt::Write as _;
    let digest = digest::digest(&digest::SHA256, certificate);
    digest.as_ref().iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn verifier(
    authority: &CertificateAuthority,
    demand: CertificateDemand,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, EmulatorError> {
    let mut roots = RootCertStore::empty();
    for certificate in [authority.root(), authority.issuing()] {
        roots.add(certificate.clone()).map_err(|error| EmulatorError::Tls(error.to_string()))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = match demand {
        CertificateDemand::All => builder,
        CertificateDemand::TokenOnly | CertificateDemand::Off => builder.allow_unauthenticated(),
    };
    builder.build().map_err(|error| EmulatorError::Tls(error.to_string()))
}
