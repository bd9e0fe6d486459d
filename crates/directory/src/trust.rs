//! Whom we believe: the TLS configuration, and plain words for a certificate that did not pass.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::error::ReadError;
use crate::settings::Trust;

/// The configuration for one connection; the file is read anew each time, so that it can be replaced.
pub(crate) fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, ReadError> {
    let authorities = match trust {
        Trust::System => system_authorities()?,
        Trust::File(file) => authorities_in(file)?,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ReadError::NoSystemTrust { why: error.to_string() })?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The reason inside an I/O error, when TLS was the one to complain.
pub(crate) fn certificate_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>()
}

pub(crate) fn explain(error: &rustls::Error, server: String) -> ReadError {
    use CertificateError as C;
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return ReadError::NotEncrypted { server, why: error.to_string() };
    };
    match certificate {
        C::UnknownIssuer | C::BadSignature => ReadError::CertificateNotTrusted { server },
        C::NotValidForName | C::NotValidForNameContext { .. } => ReadError::CertificateWrongName { server },
        C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. } => {
            ReadError::CertificateOutOfDate { server }
        }
        other => ReadError::NotEncrypted { server, why: other.to_string() },
    }
}

fn system_authorities() -> Result<RootCertStore, ReadError> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    let (usable, _) = store.add_parsable_certificates(loaded.certs);
    if usable == 0 {
        let why = loaded.errors.first().map_or_else(|| "none was found".to_owned(), ToString::to_string);
        return Err(ReadError::NoSystemTrust { why });
    }
    Ok(store)
}

fn authorities_in(file: &Path) -> Result<RootCertStore, ReadError> {
    let unusable = |why: String| ReadError::TrustUnreadable { file: file.to_owned(), why };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))? {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        store.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if store.is_empty() { Err(unusable("it holds no certificate".to_owned())) } else { Ok(store) }
}
