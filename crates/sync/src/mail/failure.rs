//! Why a letter was not sent, and whether that is a matter of time.

use std::error::Error;

use lettre::transport::smtp;

/// What stood in the way, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailFailure {
    #[error(
        "the mail server {server} cannot be reached ({why}): does it run, and are `server` and `port` of [mail] right?"
    )]
    Unreachable { server: String, why: String },
    #[error(
        "the mail server {server} did not answer within {seconds} seconds: it may be slow for now, or expect TLS from \
         the beginning; then set `tls` and `port` of [mail] otherwise"
    )]
    TooSlow { server: String, seconds: u64 },
    #[error(
        "TLS with the mail server {server} failed ({why}): its certificate must be for that name, and from an authority \
         that this machine trusts or that the file in `authorities` of [mail] holds"
    )]
    Tls { server: String, why: String },
    #[error(
        "the mail server {server} offers no STARTTLS: with TLS from the beginning set tls = \"tls\" in [mail]; otherwise \
         ask whoever runs it"
    )]
    NoStartTls { server: String },
    #[error(
        "the mail server {server} refused the log-in ({answer}): check `user` and the file in `password_file` of [mail]"
    )]
    LogIn { server: String, answer: String },
    #[error(
        "the mail server {server} offers neither PLAIN nor LOGIN, the two ways to log in that are known here: leave out \
         `user` if it needs none, or ask whoever runs it"
    )]
    NoLogIn { server: String },
    #[error("the mail server {server} wants a log-in ({answer}): set `user` and `password_file` of [mail]")]
    LogInNeeded { server: String, answer: String },
    #[error("the mail server {server} does not let this machine in ({answer}): have it admitted there")]
    NotAdmitted { server: String, answer: String },
    #[error(
        "the mail server {server} takes no mail from {from} ({answer}): correct `from` of [mail], or have it allowed there"
    )]
    Sender { server: String, from: String, answer: String },
    #[error("the mail server {server} asks to come back later ({answer})")]
    Later { server: String, answer: String },
    #[error(
        "the connection to the mail server {server} broke ({why}): the mail may have arrived, and is sent again"
    )]
    Broken { server: String, why: String },
    #[error(
        "the mail server {server} refused the recipient for good ({answer}): correct the e-mail address where it comes \
         from, in the source or in the console"
    )]
    Recipient { server: String, answer: String },
    #[error(
        "the mail server {server} refused the mail for good ({answer}): ask whoever runs it which of its rules that is"
    )]
    Content { server: String, answer: String },
    #[error(
        "no mail can be written to this address ({why}): correct it where it comes from, in the source or in the console"
    )]
    NotWritten { why: String },
}

impl MailFailure {
    /// Whether trying again would not help: it is about this letter, and no matter of time.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Recipient { .. } | Self::Content { .. } | Self::NotWritten { .. })
    }

    /// Its kind, for a log that names nobody.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::TooSlow { .. } => "too-slow",
            Self::Tls { .. } => "tls",
            Self::NoStartTls { .. } => "no-starttls",
            Self::LogIn { .. } => "log-in",
            Self::NoLogIn { .. } => "no-log-in",
            Self::LogInNeeded { .. } => "log-in-needed",
            Self::NotAdmitted { .. } => "not-admitted",
            Self::Sender { .. } => "sender",
            Self::Later { .. } => "later",
            Self::Broken { .. } => "broken",
            Self::Recipient { .. } => "recipient",
            Self::Content { .. } => "content",
            Self::NotWritten { .. } => "not-written",
        }
    }
}

/// What the server said, or the innermost cause where it said nothing: the outer ones only repeat that something failed.
pub(super) fn words_of(error: &smtp::Error) -> String {
    let inner = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    let inner = inner.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner: String = inner.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
    match error.status() {
        Some(code) => format!("{code} {inner}"),
        None => inner,
    }
}

/// More of an answer tells nobody more.
const LONGEST: usize = 300;

/// A handshake that failed is told as a connection that did.
pub(super) fn is_about_tls(error: &smtp::Error) -> bool {
    error.is_tls() || causes(error).any(<dyn Error>::is::<rustls::Error>)
}

/// An I/O error names as its source what is behind the error that it wraps, and so would hide that one.
fn causes(error: &smtp::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| cause.source())
    })
}
