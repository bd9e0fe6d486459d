//! A certificate authority for one test, made with the `openssl` command.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::Run;

/// An authority whose files live as long as it does.
pub struct TestAuthority {
    folder: TempDir,
}

/// A certificate and its key, both PEM files.
pub struct IssuedCertificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl TestAuthority {
    pub fn new(name: &str) -> Self {
        let authority = Self { folder: TempDir::new().expect("a temporary folder") };
        Run::new("openssl")
            .arguments(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"])
            .arguments(["-subj", &format!("/O=Lokalid test/CN={name}")])
            .arguments(["-addext", "basicConstraints=critical,CA:TRUE"])
            .argument("-keyout", authority.key())
            .argument("-out", authority.certificate())
            .output();
        authority
    }

    /// The PEM file by which this authority is trusted.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// A server certificate for one DNS name, put into `folder`.
    pub fn issue(&self, dns_name: &str, folder: &Path) -> IssuedCertificate {
        let issued =
            IssuedCertificate { certificate: folder.join("server.pem"), key: folder.join("server.key") };
        let request = folder.join("server.csr");
        Run::new("openssl")
            .arguments(["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", &format!("/CN={dns_name}")])
            .argument("-keyout", &issued.key)
            .argument("-out", &request)
            .output();
        let extensions = folder.join("server.ext");
        let text = format!(
            "subjectAltName=DNS:{dns_name}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
        );
        std::fs::write(&extensions, text).expect("a writable folder");
        Run::new("openssl")
            .arguments(["x509", "-req", "-days", "30", "-CAcreateserial"])
            .argument("-in", &request)
            .argument("-CA", self.certificate())
            .argument("-CAkey", self.key())
            .argument("-extfile", &extensions)
            .argument("-out", &issued.certificate)
            .output();
        issued
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("authority.key")
    }
}
