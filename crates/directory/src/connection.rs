//! Opening a connection: look up, connect, encrypt with verification, sign in, and ask the directory what it is.

use std::net::SocketAddr;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::entry::{Attributes, Value};
use crate::error::{ReadError, SignInProblem, Step};
use crate::name::Name;
use crate::settings::{Address, Limits, Protection, Settings};
use crate::trust;

/// A signed-in connection to a directory. Dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    pub(crate) ldap: Ldap,
    pub(crate) server: String,
    pub(crate) limits: Limits,
    pub(crate) kind: Kind,
    pub(crate) naming_contexts: Vec<String>,
}

/// What a directory is able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Active Directory, or Samba as its domain controller.
    ActiveDirectory,
    /// Any other LDAP directory.
    Other,
}

/// A capability that only domain controllers announce.
const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";

impl Connection {
    pub async fn open(settings: &Settings) -> Result<Self, ReadError> {
        let addresses = look_up(&settings.address, &settings.limits).await?;
        let stream = connect(&settings.address, &addresses, &settings.limits).await?;
        let mut ldap = encrypt(settings, stream).await?;
        sign_in(settings, &mut ldap).await?;
        let mut connection = Self {
            ldap,
            server: settings.address.to_string(),
            limits: settings.limits.clone(),
            kind: Kind::Other,
            naming_contexts: Vec::new(),
        };
        connection.recognise().await?;
        Ok(connection)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The naming context that holds this name: the root of its domain or database.
    pub(crate) fn naming_context_of(&self, name: &str) -> Option<&str> {
        let name = Name::new(name);
        let holding = self.naming_contexts.iter().filter(|context| name.is_within(&Name::new(context)));
        holding.max_by_key(|context| Name::new(context).depth()).map(String::as_str)
    }

    async fn recognise(&mut self) -> Result<(), ReadError> {
        let root = self.read_one("", &["supportedCapabilities", "namingContexts"]).await?;
        if texts(&root.attributes, "supportedcapabilities").any(|capability| capability == ACTIVE_DIRECTORY) {
            self.kind = Kind::ActiveDirectory;
        }
        self.naming_contexts = texts(&root.attributes, "namingcontexts").map(str::to_owned).collect();
        Ok(())
    }
}

fn texts<'a>(attributes: &'a Attributes, name: &str) -> impl Iterator<Item = &'a str> {
    attributes.get(name).into_iter().flatten().filter_map(Value::as_text)
}

async fn look_up(address: &Address, limits: &Limits) -> Result<Vec<SocketAddr>, ReadError> {
    let not_found = |why: String| ReadError::HostNotFound { host: address.host().to_owned(), why };
    let answer = timeout(limits.connect_timeout, lookup_host(address.to_string())).await;
    let found = answer.map_err(|_| not_found("the DNS did not answer in time".to_owned()))?;
    let mut found: Vec<SocketAddr> = found.map_err(|error| not_found(error.to_string()))?.collect();
    if address.protection() == Protection::PlainOnLoopback {
        // `localhost` is what the hosts file says; unencrypted we go nowhere else.
        found.retain(|address| address.ip().is_loopback());
    }
    if found.is_empty() { Err(not_found("none that may be used".to_owned())) } else { Ok(found) }
}

async fn connect(address: &Address, found: &[SocketAddr], limits: &Limits) -> Result<StdStream, ReadError> {
    let unreachable = |error: std::io::Error| ReadError::Unreachable {
        server: address.to_string(),
        why: error.to_string(),
    };
    let stream = timeout(limits.connect_timeout, TcpStream::connect(found)).await.map_err(|_| {
        ReadError::TimedOut {
            server: address.to_string(),
            step: Step::Connect,
            seconds: limits.connect_timeout.as_secs(),
        }
    })?;
    stream.and_then(TcpStream::into_std).map(StdStream::Tcp).map_err(unreachable)
}

async fn encrypt(settings: &Settings, stream: StdStream) -> Result<Ldap, ReadError> {
    let address = &settings.address;
    let mut wanted = LdapConnSettings::new()
        .set_conn_timeout(settings.limits.connect_timeout)
        .set_std_stream(stream)
        .set_starttls(address.protection() == Protection::StartTls);
    if address.protection() != Protection::PlainOnLoopback {
        wanted = wanted.set_config(trust::client_config(&settings.trust)?);
    }
    let opened = LdapConnAsync::with_settings(wanted, &address.url()).await;
    let (connection, ldap) = opened.map_err(|error| not_encrypted(settings, &error))?;
    tokio::spawn(async move {
        // Whoever waits for an answer is told by its own error; this line only helps to find out why.
        if let Err(error) = connection.drive().await {
            tracing::debug!(%error, "the connection to the directory ended");
        }
    });
    Ok(ldap)
}

fn not_encrypted(settings: &Settings, error: &LdapError) -> ReadError {
    let server = settings.address.to_string();
    match error {
        LdapError::Timeout { .. } => {
            let seconds = settings.limits.connect_timeout.as_secs();
            ReadError::TimedOut { server, step: Step::Encrypt, seconds }
        }
        LdapError::Io { source } => match trust::certificate_error(source) {
            Some(error) => trust::explain(error, server),
            None => ReadError::NotEncrypted { server, why: source.to_string() },
        },
        LdapError::LdapResult { result } => {
            ReadError::NotEncrypted { server, why: format!("StartTLS was refused ({result})") }
        }
        LdapError::ResultRecv { .. } | LdapError::OpSend { .. } => {
            ReadError::NotEncrypted { server, why: "the directory hung up".to_owned() }
        }
        other => ReadError::NotEncrypted { server, why: other.to_string() },
    }
}

async fn sign_in(settings: &Settings, ldap: &mut Ldap) -> Result<(), ReadError> {
    let server = settings.address.to_string();
    let answer = ldap
        .with_timeout(settings.limits.answer_timeout)
        .simple_bind(&settings.bind_name, settings.password.reveal())
        .await
        .map_err(|error| ReadError::broken(&error, &server, Step::SignIn, settings.limits.answer_timeout))?;
    if answer.rc == 0 {
        return Ok(());
    }
    Err(match SignInProblem::read(answer.rc, &answer.text) {
        Some(problem) => ReadError::SignInRefused { server, name: settings.bind_name.clone(), problem },
        None if answer.rc == 34 => ReadError::NameMalformed { server, name: settings.bind_name.clone() },
        None => ReadError::Refused { server, step: Step::SignIn, code: answer.rc, text: answer.text },
    })
}

impl ReadError {
    /// A failure of the connection itself rather than an answer of the directory.
    pub(crate) fn broken(error: &LdapError, server: &str, step: Step, patience: std::time::Duration) -> Self {
        let server = server.to_owned();
        match error {
            LdapError::Timeout { .. } => Self::TimedOut { server, step, seconds: patience.as_secs() },
            LdapError::DecodingUTF8 => Self::Garbled { server, step },
            _ => Self::ConnectionLost { server, step },
        }
    }
}
