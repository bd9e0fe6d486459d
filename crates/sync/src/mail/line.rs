//! One connection to the mail server. Each step has its own failure, because each has another remedy.

use std::time::Duration;

use lettre::{
    Message,
    transport::smtp::{
        self,
        authentication::DEFAULT_MECHANISMS,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt, Rset},
        extension::{Extension, MailBodyParameter, MailParameter},
        response::Response,
    },
};

use super::{
    MailFailure,
    failure::{is_about_tls, words_of},
    settings::{Encryption, Setup},
};

/// Until the server takes mail: connection, greeting, TLS and log-in.
const OPENING: Duration = Duration::from_mins(1);
/// One letter, from its sender to the server's word that it has it.
const DELIVERY: Duration = Duration::from_mins(2);
const LEAVE: Duration = Duration::from_secs(5);

/// The answer of a server that wants to know first who is there (RFC 4954, 6).
const LOG_IN_NEEDED: &str = "530";

pub(super) struct Line<'a> {
    setup: &'a Setup,
    connection: AsyncSmtpConnection,
    /// Whether it is of no use any more.
    broken: bool,
}

impl<'a> Line<'a> {
    /// Connects and does all that comes before the first letter.
    pub(super) async fn open(setup: &'a Setup) -> Result<Self, MailFailure> {
        within(setup, OPENING, Self::open_at_leisure(setup)).await
    }

    async fn open_at_leisure(setup: &'a Setup) -> Result<Self, MailFailure> {
        let at_once = setup.tls.clone().filter(|_| setup.encryption == Encryption::Tls);
        let address = (setup.server.as_str(), setup.port);
        let connected = AsyncSmtpConnection::connect_tokio1(address, None, &setup.host, at_once, None).await;
        let connection = connected.map_err(|error| not_connected(setup, &error))?;
        let mut line = Self { setup, connection, broken: false };
        if setup.encryption == Encryption::StartTls {
            line.start_tls().await?;
        }
        line.log_in().await?;
        Ok(line)
    }

    async fn start_tls(&mut self) -> Result<(), MailFailure> {
        let setup = self.setup;
        let parameters = setup.tls.clone().filter(|_| self.connection.can_starttls());
        let Some(parameters) = parameters else {
            return Err(MailFailure::NoStartTls { server: setup.name() });
        };
        let begun = self.connection.starttls(parameters, &setup.host).await;
        begun.map_err(|error| not_connected(setup, &error))
    }

    async fn log_in(&mut self) -> Result<(), MailFailure> {
        let Some(credentials) = &self.setup.log_in else { return Ok(()) };
        let server = self.setup.name();
        if self.connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
            return Err(MailFailure::NoLogIn { server });
        }
        match self.connection.auth(DEFAULT_MECHANISMS, credentials).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => {
                Err(MailFailure::LogIn { server, answer: words_of(&error) })
            }
            Err(error) => Err(self.not_permanent(&error)),
        }
    }

    /// Hands one letter over, and gives what the server said.
    pub(super) async fn deliver(&mut self, message: &Message) -> Result<String, MailFailure> {
        let delivered = within(self.setup, DELIVERY, self.deliver_at_leisure(message)).await;
        match &delivered {
            Err(MailFailure::TooSlow { .. }) => self.broken = true,
            // What was begun is put aside, so that the next letter can go this way.
            Err(_) if !self.broken => self.broken = !self.begins_anew().await,
            _ => {}
        }
        delivered
    }

    async fn deliver_at_leisure(&mut self, message: &Message) -> Result<String, MailFailure> {
        let server = self.setup.name();
        let sender = Mail::new(message.envelope().from().cloned(), self.parameters(message)?);
        let from = self.setup.from.email.to_string();
        let named = server.clone();
        self.step(sender, |answer| MailFailure::Sender { server: named, from, answer }).await?;
        for to in message.envelope().to() {
            let named = server.clone();
            let recipient = Rcpt::new(to.clone(), Vec::new());
            self.step(recipient, |answer| MailFailure::Recipient { server: named, answer }).await?;
        }
        let named = server.clone();
        self.step(Data, |answer| MailFailure::Content { server: named, answer }).await?;
        let taken = self.connection.message(&message.formatted()).await;
        let taken = self.judge(taken, |answer| MailFailure::Content { server, answer })?;
        Ok(format!("{} {}", taken.code(), taken.first_line().unwrap_or_default()))
    }

    /// What the server must be told before it takes an address with letters like ø.
    fn parameters(&self, message: &Message) -> Result<Vec<MailParameter>, MailFailure> {
        let envelope = message.envelope();
        if envelope.to().iter().chain(envelope.from()).all(|address| address.to_string().is_ascii()) {
            return Ok(Vec::new());
        }
        if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let why = format!(
                "the mail server {} takes no addresses with letters like æ, ø and å",
                self.setup.name()
            );
            return Err(MailFailure::NotWritten { why });
        }
        Ok(vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)])
    }

    async fn step(
        &mut self,
        command: impl std::fmt::Display,
        refused: impl FnOnce(String) -> MailFailure,
    ) -> Result<(), MailFailure> {
        let answer = self.connection.command(command).await;
        self.judge(answer, refused).map(drop)
    }

    /// `refused` is what an answer in the five hundreds means at this step.
    fn judge(
        &mut self,
        answer: Result<Response, smtp::Error>,
        refused: impl FnOnce(String) -> MailFailure,
    ) -> Result<Response, MailFailure> {
        answer.map_err(|error| match error.status() {
            Some(code) if code.to_string() == LOG_IN_NEEDED => {
                MailFailure::LogInNeeded { server: self.setup.name(), answer: words_of(&error) }
            }
            Some(_) if error.is_permanent() => refused(words_of(&error)),
            _ => self.not_permanent(&error),
        })
    }

    fn not_permanent(&mut self, error: &smtp::Error) -> MailFailure {
        let server = self.setup.name();
        if error.is_transient() {
            return MailFailure::Later { server, answer: words_of(error) };
        }
        self.broken = true;
        MailFailure::Broken { server, why: words_of(error) }
    }

    async fn begins_anew(&mut self) -> bool {
        let reset = tokio::time::timeout(LEAVE, self.connection.command(Rset)).await;
        reset.is_ok_and(|answer| answer.is_ok())
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Takes leave of the server. Everything that matters has been said.
    pub(super) async fn close(mut self) {
        if !self.broken {
            drop(tokio::time::timeout(LEAVE, self.connection.quit()).await);
        }
    }
}

fn not_connected(setup: &Setup, error: &smtp::Error) -> MailFailure {
    let (server, words) = (setup.name(), words_of(error));
    if error.is_permanent() {
        MailFailure::NotAdmitted { server, answer: words }
    } else if error.is_transient() {
        MailFailure::Later { server, answer: words }
    } else if is_about_tls(error) {
        MailFailure::Tls { server, why: words }
    } else {
        MailFailure::Unreachable { server, why: words }
    }
}

async fn within<T>(
    setup: &Setup,
    limit: Duration,
    work: impl Future<Output = Result<T, MailFailure>>,
) -> Result<T, MailFailure> {
    let too_slow = MailFailure::TooSlow { server: setup.name(), seconds: limit.as_secs() };
    tokio::time::timeout(limit, work).await.unwrap_or(Err(too_slow))
}
