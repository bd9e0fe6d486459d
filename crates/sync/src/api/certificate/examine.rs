//! Looking at a certificate before anybody takes it into use: everything that can be seen without MitID Erhverv.

use std::path::Path;

use domain::{
    Cvr, Environment,
    certificate::{Check, Finding},
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
            let finding = Finding { check: check_of(&error), fault: Some(error.fault()) };
            Examined { certificate: None, findings: vec![finding] }
        }
    }
}

/// The look that ended with it.
fn check_of(error: &CertificateError) -> Check {
    match error {
        CertificateError::NoKey { .. } | CertificateError::NoCertificate { .. } => Check::Key,
        CertificateError::NoCvr { .. } => Check::Organisation,
        _ => Check::Opens,
    }
}
