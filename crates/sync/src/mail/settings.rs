//! What `[mail]` says, checked once.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use lettre::{
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// The mail server, and who writes.
#[derive(Debug, Clone)]
pub struct MailSettings {
    pub server: String,
    pub port: u16,
    pub encryption: Encryption,
    pub log_in: Option<LogIn>,
    /// Certificate authorities that the server is checked against, instead of those of the machine.
    pub authorities: Option<PathBuf>,
    /// An address, or a name with the address in angle brackets.
    pub from: String,
    pub reply_to: Option<String>,
    /// What this machine calls itself towards the server, where that is a full name.
    pub host: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first octet.
    Tls,
    /// Asked for after the greeting; without it nothing is sent.
    StartTls,
    /// Only towards this machine itself.
    None,
}

/// Who logs in.
#[derive(Clone)]
pub struct LogIn {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for LogIn {
    /// Without the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LogIn").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Why no mail can be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    #[error(
        "mail.server = \"{server}\" with tls = \"none\" would send mail and password readable through the net: use \
         \"starttls\" or \"tls\"; \"none\" is for a mail server on this machine"
    )]
    PlainAcrossTheNet { server: String },
    #[error(
        "mail.{key} = \"{text}\" is no sender: write an address, or a name with the address in angle brackets, as \
         \"Nørreby Kommune <lokalid@kommune.example>\""
    )]
    Sender { key: &'static str, text: String },
    #[error(
        "the file {} in `authorities` of [mail] cannot be used ({why}): it holds one or more certificates in PEM form",
        file.display()
    )]
    Authorities { file: PathBuf, why: String },
    #[error("TLS towards mail.server = \"{server}\" cannot be set up: {why}")]
    Tls { server: String, why: String },
}

/// The settings in the form in which they are used.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) server: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    /// Absent without encryption.
    pub(super) tls: Option<TlsParameters>,
    pub(super) log_in: Option<Credentials>,
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
    pub(super) host: ClientId,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Setup").field("server", &self.name()).finish_non_exhaustive()
    }
}

impl Setup {
    pub(super) fn new(settings: &MailSettings) -> Result<Self, MailSetupError> {
        settings.check()?;
        let log_in = settings.log_in.clone().map(|LogIn { user, password }| Credentials::new(user, password));
        let reply_to = settings.reply_to.as_deref().map(|text| mailbox("reply_to", text)).transpose()?;
        Ok(Self {
            server: settings.server.clone(),
            port: settings.port,
            encryption: settings.encryption,
            tls: settings.tls()?,
            log_in,
            from: mailbox("from", &settings.from)?,
            reply_to,
            host: settings.client_id(),
        })
    }

    /// The server as failures name it.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.server, self.port)
    }
}

impl MailSettings {
    /// What can be checked without opening a file.
    pub fn check(&self) -> Result<(), MailSetupError> {
        if self.encryption == Encryption::None && !is_this_machine(&self.server) {
            return Err(MailSetupError::PlainAcrossTheNet { server: self.server.clone() });
        }
        mailbox("from", &self.from)?;
        self.reply_to.as_deref().map(|text| mailbox("reply_to", text)).transpose().map(drop)
    }

    fn tls(&self) -> Result<Option<TlsParameters>, MailSetupError> {
        if self.encryption == Encryption::None {
            return Ok(None);
        }
        let mut builder = TlsParameters::builder(self.server.clone());
        if let Some(file) = &self.authorities {
            let refused = |why: String| MailSetupError::Authorities { file: file.clone(), why };
            builder = builder.certificate_store(CertificateStore::None);
            for authority in authorities_in(file).map_err(refused)? {
                builder = builder.add_root_certificate(authority);
            }
        }
        let failed = |why: String| MailSetupError::Tls { server: self.server.clone(), why };
        builder.build_rustls().map(Some).map_err(|error| failed(error.to_string()))
    }

    /// A server may refuse a name without a domain; the address stands for it then (RFC 5321, 4.1.4).
    fn client_id(&self) -> ClientId {
        let is_full = self.host.contains('.') && self.host.bytes().all(|octet| octet.is_ascii_graphic());
        if is_full { ClientId::Domain(self.host.clone()) } else { ClientId::default() }
    }
}

/// Each is tried by itself, so that the file is named where one of them is none.
fn authorities_in(file: &Path) -> Result<Vec<Certificate>, String> {
    let (mut tried, mut authorities) = (RootCertStore::empty(), Vec::new());
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        tried.add(certificate.clone()).map_err(|error| error.to_string())?;
        authorities.push(Certificate::from_der(certificate.to_vec()).map_err(|error| error.to_string())?);
    }
    if authorities.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(authorities) }
}

fn mailbox(key: &'static str, text: &str) -> Result<Mailbox, MailSetupError> {
    text.parse().map_err(|_| MailSetupError::Sender { key, text: text.to_owned() })
}

fn is_this_machine(server: &str) -> bool {
    server == "localhost" || server.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(server: &str, encryption: Encryption) -> MailSettings {
        MailSettings {
            server: server.to_owned(),
            port: 25,
            encryption,
            log_in: Some(LogIn { user: "lokalid".to_owned(), password: "hemmeligt".to_owned() }),
            authorities: None,
            from: "Nørreby Kommune <lokalid@norreby.example>".to_owned(),
            reply_to: None,
            host: "lokalid".to_owned(),
        }
    }

    #[test]
    fn mail_crosses_the_net_encrypted_only() {
        for server in ["localhost", "127.0.0.1", "::1"] {
            assert!(settings(server, Encryption::None).check().is_ok(), "{server}");
        }
        for server in ["mail.norreby.example", "192.0.2.1", "localhost.norreby.example"] {
            assert!(settings(server, Encryption::StartTls).check().is_ok(), "{server}");
            let refused = settings(server, Encryption::None).check().unwrap_err();
            assert!(refused.to_string().contains(server), "{refused}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let mut settings = settings("localhost", Encryption::None);
        settings.reply_to = Some("brugere@norreby.example".to_owned());
        assert!(settings.check().is_ok());
        settings.reply_to = Some("brugere".to_owned());
        assert!(settings.check().unwrap_err().to_string().starts_with("mail.reply_to = \"brugere\""));
        settings.from = String::new();
        assert!(settings.check().unwrap_err().to_string().starts_with("mail.from"));
    }

    #[test]
    fn authorities_that_are_none_are_refused_by_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authorities.pem");
        let mut settings = settings("localhost", Encryption::Tls);
        settings.authorities = Some(file.clone());
        let refused = |settings| Setup::new(settings).unwrap_err().to_string();
        assert!(refused(&settings).contains("authorities.pem"));
        for text in ["", "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&file, text).unwrap();
            let words = refused(&settings);
            assert!(words.contains("authorities.pem in `authorities` of [mail]"), "{words}");
        }
    }

    #[test]
    fn nothing_that_is_printed_has_the_password() {
        let settings = settings("localhost", Encryption::None);
        let setup = Setup::new(&settings).unwrap();
        assert!(!format!("{settings:?} {setup:?}").contains("hemmeligt"));
        assert_eq!(setup.host.to_string(), "[127.0.0.1]", "the name of this machine has no domain");
    }
}
