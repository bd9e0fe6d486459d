//! Whom we believe to be MitID Erhverv, and how we show who we are.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, pem::PemObject as _},
    sign::SingleCertAndKey,
};

use super::{ClientCertificate, TransportError};

/// The authorities that may vouch for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerTrust {
    /// Those that this machine trusts.
    System,
    /// Only those in this PEM file, as for the emulator.
    File(PathBuf),
}

pub(super) fn client_config(
    certificate: &ClientCertificate,
    trust: &ServerTrust,
) -> Result<ClientConfig, TransportError> {
    let authorities = match trust {
        ServerTrust::System => system_authorities()?,
        ServerTrust::File(file) => authorities_in(file)?,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Tls { why: error.to_string() })?
        .with_root_certificates(authorities)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certificate.identity())));
    Ok(config)
}

fn system_authorities() -> Result<RootCertStore, TransportError> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    let (usable, _) = store.add_parsable_certificates(loaded.certs);
    if usable == 0 {
        let why = loaded.errors.first().map_or_else(|| "none was found".to_owned(), ToString::to_string);
        return Err(TransportError::NoSystemTrust { why });
    }
    Ok(store)
}

fn authorities_in(file: &std::path::Path) -> Result<RootCertStore, TransportError> {
    let unusable = |why: String| TransportError::TrustFile { file: file.to_owned(), why };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))? {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        store.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if store.is_empty() { Err(unusable("it holds no certificate".to_owned())) } else { Ok(store) }
}
