//! How to reach a directory: where it is, whom to trust, who we are, and how long we wait.
//!
//! Everything is checked when it is made, so that a [`Settings`] is always one we may connect with: encrypted
//! (or loopback on demand), with a name and a password that is not empty, because LDAP takes an empty password
//! for "no sign-in wanted" and answers success.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use url::Url;

/// All that is needed to open a connection.
#[derive(Clone, Debug)]
pub struct Settings {
    pub address: Address,
    pub trust: Trust,
    /// A distinguished name, or in Active Directory also `user@domain`.
    pub bind_name: String,
    pub password: Secret,
    pub limits: Limits,
}

/// Where the directory listens and how the connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    protection: Protection,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte (`ldaps://`).
    Tls,
    /// Plain at first, then StartTLS before anything is said.
    StartTls,
    /// No encryption; only to this machine itself.
    PlainOnLoopback,
}

/// Which certificate authorities may vouch for the directory. There is no way to trust anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those of the operating system.
    System,
    /// Those in this PEM file and no others.
    File(PathBuf),
}

/// A password. It can be handed to the directory and to nothing else: `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// How long we wait and how far we go.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For each of look-up, connecting and encrypting together.
    pub connect_timeout: Duration,
    /// For each single answer of the directory.
    pub answer_timeout: Duration,
    /// Entries asked for at once; Active Directory gives at most 1,000.
    pub page_entries: u16,
    /// Pages of one search.
    pub pages: u32,
    /// Further requests for one attribute that has more values than fit into an answer.
    pub ranges: u32,
    /// Groups inside groups, counted from the asked one.
    pub nesting: u32,
}

/// Why a setting cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SettingsError {
    #[error(
        "`{url}` is not the address of a directory. Write it as ldaps://HOST, or ldap://HOST with starttls = true."
    )]
    NotAnAddress { url: String },
    #[error(
        "`{url}` is an IPv6 address, and a certificate is made out to a name. Use the name of the directory."
    )]
    NameNeeded { url: String },
    #[error(
        "`{url}` would send people and the password unencrypted over the network. Use ldaps://, or starttls = true."
    )]
    Unencrypted { url: String },
    #[error(
        "`{url}` is encrypted from the start, and starttls = true asks for it a second time. Remove one of them."
    )]
    EncryptedTwice { url: String },
    #[error(
        "The password for the directory is empty, which a directory takes for an anonymous sign-in. Put the password into its file."
    )]
    PasswordEmpty,
    #[error(
        "No base is given to search below. Name at least one, for example OU=Ansatte,DC=kommune,DC=example."
    )]
    BaseMissing,
    #[error(
        "`{filter}` is not an LDAP filter. Check its brackets; an example is (&(objectCategory=person)(objectClass=user))."
    )]
    FilterMalformed { filter: String },
}

impl Address {
    /// Reads `ldaps://host[:port]` or `ldap://host[:port]`. The latter needs `starttls`, or `allow_plain` and a
    /// host that is this machine.
    pub fn parse(url: &str, starttls: bool, allow_plain: bool) -> Result<Self, SettingsError> {
        let not_an_address = || SettingsError::NotAnAddress { url: url.to_owned() };
        let parsed = Url::parse(url).map_err(|_| not_an_address())?;
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or_else(not_an_address)?;
        if !holds_host_and_port_only(&parsed) {
            return Err(not_an_address());
        }
        let (protection, usual_port) = match (parsed.scheme(), starttls) {
            ("ldaps", false) => (Protection::Tls, 636),
            ("ldaps", true) => return Err(SettingsError::EncryptedTwice { url: url.to_owned() }),
            ("ldap", true) => (Protection::StartTls, 389),
            ("ldap", false) if allow_plain && is_loopback(host) => (Protection::PlainOnLoopback, 389),
            ("ldap", false) => return Err(SettingsError::Unencrypted { url: url.to_owned() }),
            _ => return Err(not_an_address()),
        };
        if host.starts_with('[') && protection != Protection::PlainOnLoopback {
            return Err(SettingsError::NameNeeded { url: url.to_owned() });
        }
        Ok(Self { host: host.to_owned(), port: parsed.port().unwrap_or(usual_port), protection })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// The address as the LDAP library reads it.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.protection == Protection::Tls { "ldaps" } else { "ldap" };
        format!("{scheme}://{self}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

impl Secret {
    pub fn new(password: impl Into<String>) -> Result<Self, SettingsError> {
        let password = password.into();
        if password.is_empty() { Err(SettingsError::PasswordEmpty) } else { Ok(Self(password)) }
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(masked)")
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_mins(1),
            page_entries: 1_000,
            pages: 1_000,
            ranges: 1_000,
            nesting: 50,
        }
    }
}

fn holds_host_and_port_only(url: &Url) -> bool {
    let path_is_empty = matches!(url.path(), "" | "/");
    path_is_empty && url.username().is_empty() && url.password().is_none() && url.query().is_none()
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_know_their_usual_ports() {
        let tls = Address::parse("ldaps://dc1.kommune.example", false, false).unwrap();
        assert_eq!((tls.host(), tls.port(), tls.protection()), ("dc1.kommune.example", 636, Protection::Tls));
        let starttls = Address::parse("ldap://dc1.kommune.example:3389/", true, false).unwrap();
        assert_eq!((starttls.port(), starttls.protection()), (3389, Protection::StartTls));
        assert_eq!(starttls.url(), "ldap://dc1.kommune.example:3389");
    }

    #[test]
    fn plain_is_refused_unless_it_stays_on_this_machine_and_is_asked_for() {
        for (url, allow_plain) in [
            ("ldap://dc1.kommune.example", false),
            ("ldap://dc1.kommune.example", true),
            ("ldap://192.0.2.1", true),
            ("ldap://localhost", false),
        ] {
            let refused = Address::parse(url, false, allow_plain).unwrap_err();
            assert_eq!(refused, SettingsError::Unencrypted { url: url.to_owned() });
        }
        for url in ["ldap://localhost:1389", "ldap://127.0.0.1", "ldap://[::1]"] {
            let allowed = Address::parse(url, false, true).unwrap();
            assert_eq!(allowed.protection(), Protection::PlainOnLoopback, "{url}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in [
            "",
            "dc1.kommune.example",
            "https://dc1.example",
            "ldaps://",
            "ldaps://a:b@dc1.example",
            "ldaps://dc1.example/dc=x",
        ] {
            let refused = Address::parse(url, false, true).unwrap_err();
            assert_eq!(refused, SettingsError::NotAnAddress { url: url.to_owned() });
        }
        assert!(matches!(
            Address::parse("ldaps://dc1.example", true, false),
            Err(SettingsError::EncryptedTwice { .. })
        ));
        assert!(matches!(
            Address::parse("ldaps://[::1]", false, false),
            Err(SettingsError::NameNeeded { .. })
        ));
    }

    #[test]
    fn a_secret_is_never_empty_and_never_shown() {
        assert_eq!(Secret::new(""), Err(SettingsError::PasswordEmpty));
        let shown = format!("{:?}", Secret::new("hemmelig").unwrap());
        assert!(!shown.contains("hemmelig"));
    }
}
