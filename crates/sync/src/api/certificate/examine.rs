//! Looking at a certificate before anybody takes it into use: everything that can be seen without MitID Erhverv.

use std::path::Path;

use domain::{
    Cvr, Environment,
    certificate::{Check, Fault, Finding},
};
use jiff::Timestamp;

use super::{CertificateError, ClientCertificate};

/// What was found, and the certificate if it could be opened.
#[derive(Debug)]
pub struct Examined {
    pub certificate: Option<ClientCertificate>,
    /// Each check that could be made, in the order of [`Check::ALL`], without [`Check::Token`].
    pub findings: Vec<Finding>,
}

/// Looks at the content of a PKCS#12 file for one organisation.
pub fn examine(
    octets: &[u8],
    password: &str,
    cvr: &Cvr,
    environment: Environment,
    now: Timestamp,
) -> Examined {
    match ClientCertificate::from_pkcs12(octets, password, Path::new("the file")) {
        Ok(certificate) => {
            let findings = certificate.facts().look_into(cvr, environment, now);
            Examined { certificate: Some(certificate), findings }
        }
        Err(error) => {
            let (check, fault) = unopened(&error);
            Examined { certificate: None, findings: vec![Finding { check, fault: Some(fault) }] }
        }
    }
}

fn unopened(error: &CertificateError) -> (Check, Fault) {
    match error {
        CertificateError::WrongPassword { .. } => (Check::Opens, Fault::WrongPassword),
        CertificateError::NoKey { .. } => (Check::Key, Fault::NoKey),
        CertificateError::NoCertificate { .. } => (Check::Key, Fault::NoCertificate),
        CertificateError::NoCvr { .. } => (Check::Organisation, Fault::NoCvr),
        _ => (Check::Opens, Fault::NotPkcs12),
    }
}
