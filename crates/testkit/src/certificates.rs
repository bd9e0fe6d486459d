//! A certificate authority for one test, made with the `openssl` command.

use std::path::{Path, PathBuf};

use crate::command::Run;

/// An authority whose files lie in a folder of the test.
pub struct TestAuthority {
    folder: PathBuf,
}

/// A certificate and its key, both PEM files.
pub struct IssuedCertificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl TestAuthority {
    pub fn new(name: &str, folder: &Path) -> Self {
        let authority = Self { folder: folder.to_owned() };
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
        self.folder.join("authority.pem")
    }

    /// A server certificate for one DNS name, beside the authority as `server.pem` and `server.key`.
    pub fn issue(&self, dns_name: &str) -> IssuedCertificate {
        let in_folder = |name: &str| self.folder.join(name);
        let issued = IssuedCertificate { certificate: in_folder("server.pem"), key: in_folder("server.key") };
        let request = in_folder("server.csr");
        Run::new("openssl")
            .arguments(["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", &format!("/CN={dns_name}")])
            .argument("-keyout", &issued.key)
            .argument("-out", &request)
            .output();
        let extensions = in_folder("server.ext");
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
        self.folder.join("authority.key")
    }
}
