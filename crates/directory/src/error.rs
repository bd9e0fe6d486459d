//! What can go wrong between us and a directory, in words for the person who has to mend it.
//!
//! Every text says what happened, where, why as far as the directory told us, and what to do. None holds a
//! password or anything read from an entry.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Why nothing was read. There is no half success: whoever gets one of these has no list of people.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error(
        "The directory host {host} was not found: its name has no address ({why}). Check the name in the configuration and the DNS of this machine."
    )]
    HostNotFound { host: String, why: String },
    #[error(
        "The directory {server} cannot be reached: {why}. Check that it runs, the port, and the firewalls on the way."
    )]
    Unreachable { server: String, why: String },
    #[error(
        "The file {} with trusted certificate authorities cannot be used: {why}. It must hold certificates in PEM form (-----BEGIN CERTIFICATE-----).",
        file.display()
    )]
    TrustUnreadable { file: PathBuf, why: String },
    #[error(
        "This machine has no usable certificate authorities of its own: {why}. Name a file with the authority that issued the certificate of the directory."
    )]
    NoSystemTrust { why: String },
    #[error(
        "The certificate of {server} is not trusted: nobody we trust has issued it. Name the file with the issuing certificate authority; verification cannot be switched off."
    )]
    CertificateNotTrusted { server: String },
    #[error(
        "The certificate of {server} is made out to another name. Use the name that is in the certificate, or have it issued for this one."
    )]
    CertificateWrongName { server: String },
    #[error(
        "The certificate of {server} has expired or is not valid yet. Check the clock of this machine and renew the certificate."
    )]
    CertificateOutOfDate { server: String },
    #[error(
        "No encrypted connection to {server} came about: {why}. Check that TLS 1.2 or newer is offered and that the port fits ldaps:// or starttls."
    )]
    NotEncrypted { server: String, why: String },
    #[error("{server} refused the sign-in of {name}: {problem}")]
    SignInRefused { server: String, name: String, problem: SignInProblem },
    #[error(
        "{server} gave no answer within {seconds} s ({step}). Check its load and the network, then try again."
    )]
    TimedOut { server: String, step: Step, seconds: u64 },
    #[error(
        "The connection to {server} broke ({step}). Nothing of the half answer is used; check that the directory runs, then try again."
    )]
    ConnectionLost { server: String, step: Step },
    #[error(
        "{base} does not exist in {server}, or the account may not see it. Check the base in the configuration."
    )]
    BaseNotFound { server: String, base: String },
    #[error(
        "The group {group} does not exist in {server}, or the account may not see it. Check its distinguished name; until then nobody can be said to be outside it."
    )]
    GroupNotFound { server: String, group: String },
    #[error(
        "{name} is not a distinguished name for {server}. Write it like OU=Ansatte,DC=kommune,DC=example."
    )]
    NameMalformed { server: String, name: String },
    #[error(
        "{base} is kept by another directory and {server} only refers to it. Referrals are not followed: use the address of the directory that holds it."
    )]
    Elsewhere { server: String, base: String },
    #[error(
        "{server} stopped at its size limit while answering below {base}. Raise the limit for this account (OpenLDAP: limits size.prtotal), or narrow the filter."
    )]
    SizeLimit { server: String, base: String },
    #[error(
        "{server} stopped at its time limit while answering below {base}. Raise the limit for this account or index the attributes of the filter."
    )]
    TimeLimit { server: String, base: String },
    #[error(
        "{server} does not permit the account to read below {base}. Give it read access to people and groups."
    )]
    NotPermitted { server: String, base: String },
    #[error("`{filter}` is not an LDAP filter. Check its brackets.")]
    FilterMalformed { filter: String },
    #[error(
        "An entry below {base} in {server} came without {attribute}, by which people are known again. Give the account read access to this attribute."
    )]
    KeyMissing { server: String, base: String, attribute: &'static str },
    #[error(
        "An entry below {base} in {server} has a value of {attribute} that cannot be read. Correct it in the directory."
    )]
    ValueMalformed { server: String, base: String, attribute: &'static str },
    #[error(
        "Reading from {server} was stopped after {limit} {what}, which is our limit. Narrow the filter or raise the limit."
    )]
    LimitReached { server: String, what: &'static str, limit: u32 },
    #[error(
        "{server} sent something that is not an LDAP answer ({step}). Check that the address is that of a directory."
    )]
    Garbled { server: String, step: Step },
    #[error(
        "{server} refused ({step}) with LDAP code {code}: {text}. Look the code up in the log of the directory."
    )]
    Refused { server: String, step: Step, code: u32, text: String },
}

/// How far we had come. `doctor` shows it as the last line that is not green.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    LookUp,
    Connect,
    Encrypt,
    SignIn,
    Search,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LookUp => "while looking up its name",
            Self::Connect => "while connecting",
            Self::Encrypt => "while setting up encryption",
            Self::SignIn => "while signing in",
            Self::Search => "while searching",
        })
    }
}

/// Why a sign-in was refused. Active Directory says it as a hexadecimal sub-code in the text of result 49.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SignInProblem {
    #[error("there is no such account. Check the name (525).")]
    UnknownAccount,
    #[error("name or password is wrong. Check both; after several attempts the account may be locked.")]
    WrongPassword,
    #[error("the account may not sign in at this time of day. Widen its log-on hours (530).")]
    WrongHour,
    #[error("the account may not sign in from this machine. Allow it in the account (531).")]
    WrongMachine,
    #[error("the password has expired. Set a new one and put it into its file (532).")]
    PasswordExpired,
    #[error("the account is disabled. Enable it or use another (533).")]
    Disabled,
    #[error("the account has expired. Extend it or use another (701).")]
    AccountExpired,
    #[error(
        "the password must be changed first. Set a new one with \"must change at next log-on\" off and put it into its file (773)."
    )]
    MustChangePassword,
    #[error("the account is locked after too many attempts. Unlock it, and find out who tried (775).")]
    Locked,
    #[error("the directory wants an encrypted connection. Use ldaps:// or starttls = true.")]
    EncryptionRequired,
}

impl ReadError {
    /// Where on the way it happened.
    pub fn step(&self) -> Step {
        match self {
            Self::HostNotFound { .. } => Step::LookUp,
            Self::Unreachable { .. } => Step::Connect,
            Self::TrustUnreadable { .. }
            | Self::NoSystemTrust { .. }
            | Self::CertificateNotTrusted { .. }
            | Self::CertificateWrongName { .. }
            | Self::CertificateOutOfDate { .. }
            | Self::NotEncrypted { .. } => Step::Encrypt,
            Self::SignInRefused { .. } => Step::SignIn,
            Self::TimedOut { step, .. }
            | Self::ConnectionLost { step, .. }
            | Self::Garbled { step, .. }
            | Self::Refused { step, .. } => *step,
            _ => Step::Search,
        }
    }
}

impl SignInProblem {
    /// Reads result code and text of a refused bind; `None` is a refusal we have no words for.
    pub(crate) fn read(code: u32, text: &str) -> Option<Self> {
        match code {
            8 | 13 => Some(Self::EncryptionRequired),
            49 => Some(active_directory_sub_code(text).unwrap_or(Self::WrongPassword)),
            _ => None,
        }
    }
}

/// The text looks like `80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data 52e, v4f7c`.
fn active_directory_sub_code(text: &str) -> Option<SignInProblem> {
    let (_, after) = text.split_once(" data ")?;
    match after.split([',', ' ']).next()?.to_ascii_lowercase().as_str() {
        "525" => Some(SignInProblem::UnknownAccount),
        "52e" => Some(SignInProblem::WrongPassword),
        "530" => Some(SignInProblem::WrongHour),
        "531" => Some(SignInProblem::WrongMachine),
        "532" => Some(SignInProblem::PasswordExpired),
        "533" => Some(SignInProblem::Disabled),
        "701" => Some(SignInProblem::AccountExpired),
        "773" => Some(SignInProblem::MustChangePassword),
        "775" => Some(SignInProblem::Locked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_codes_of_active_directory_are_explained() {
        for (code, expected) in [
            ("525", SignInProblem::UnknownAccount),
            ("52e", SignInProblem::WrongPassword),
            ("52E", SignInProblem::WrongPassword),
            ("530", SignInProblem::WrongHour),
            ("531", SignInProblem::WrongMachine),
            ("532", SignInProblem::PasswordExpired),
            ("533", SignInProblem::Disabled),
            ("701", SignInProblem::AccountExpired),
            ("773", SignInProblem::MustChangePassword),
            ("775", SignInProblem::Locked),
        ] {
            let text = format!(
                "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data {code}, v4f7c"
            );
            assert_eq!(SignInProblem::read(49, &text), Some(expected), "{code}");
        }
    }

    #[test]
    fn a_refusal_without_sub_code_is_a_wrong_password() {
        assert_eq!(SignInProblem::read(49, ""), Some(SignInProblem::WrongPassword));
        assert_eq!(SignInProblem::read(49, "error, data fff, v1"), Some(SignInProblem::WrongPassword));
        assert_eq!(
            SignInProblem::read(8, "BindSimple: Transport encryption required."),
            Some(SignInProblem::EncryptionRequired)
        );
        assert_eq!(SignInProblem::read(53, "unwilling"), None);
    }
}
