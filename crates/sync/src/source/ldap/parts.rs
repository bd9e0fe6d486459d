//! The faults of a directory in parts, for readers in other languages; the texts stand in the console's `ldap.ftl`.

use directory::{ReadError, SignInProblem, Step};
use domain::Parts;

use super::{EntryFault, EntryProblem, LdapFault, SHOWN};

impl LdapFault {
    /// What is wrong: one sentence for the whole and one for each fault that is listed.
    pub fn parts(&self) -> Vec<Parts> {
        match self {
            Self::Read(error) => vec![of_read(error)],
            Self::Nobody => vec![Parts::new("ldap-nobody")],
            Self::Broken(faults) => {
                let mut all = vec![Parts::new("ldap-broken").with("number", faults.len())];
                all.extend(faults.iter().take(SHOWN).map(EntryFault::parts));
                let more = faults.len().saturating_sub(SHOWN);
                all.extend((more > 0).then(|| Parts::new("csv-more").with("number", more)));
                all
            }
        }
    }
}

impl EntryFault {
    pub fn parts(&self) -> Parts {
        let parts = match &self.problem {
            EntryProblem::NotText => Parts::new("ldap-not-text"),
            EntryProblem::Value(problem) => problem.parts(),
            EntryProblem::OtherName(place) => Parts::new("ldap-other-name").with("found", place),
            EntryProblem::SamePerson(place) => Parts::new("ldap-same-person").with("found", place),
            EntryProblem::SameUserName(place) => Parts::new("ldap-same-user-name").with("found", place),
        };
        parts.with("entry", &self.entry).with("attribute", &self.attribute)
    }
}

fn of_read(error: &ReadError) -> Parts {
    use ReadError as Error;
    let at = |key: &str, server: &String| Parts::new(key).with("server", server);
    match error {
        Error::HostNotFound { host, why } => at("ldap-host-not-found", host).with("why", why),
        Error::Unreachable { server, why } => at("ldap-unreachable", server).with("why", why),
        Error::TrustUnreadable { file, why } => {
            Parts::new("ldap-trust-unreadable").with("file", file.display()).with("why", why)
        }
        Error::NoSystemTrust { why } => Parts::new("ldap-no-system-trust").with("why", why),
        Error::CertificateNotTrusted { server } => at("ldap-certificate-not-trusted", server),
        Error::CertificateWrongName { server } => at("ldap-certificate-wrong-name", server),
        Error::CertificateOutOfDate { server } => at("ldap-certificate-out-of-date", server),
        Error::NotEncrypted { server, why } => at("ldap-not-encrypted", server).with("why", why),
        Error::SignInRefused { server, name, problem } => at(of_sign_in(*problem), server).with("name", name),
        Error::TimedOut { server, step, seconds } => {
            at("ldap-timed-out", server).with("number", seconds).with("step", word(*step))
        }
        Error::ConnectionLost { server, step } => {
            at("ldap-connection-lost", server).with("step", word(*step))
        }
        Error::BaseNotFound { server, base } => at("ldap-base-not-found", server).with("base", base),
        Error::GroupNotFound { server, group } => at("ldap-group-not-found", server).with("base", group),
        Error::NameMalformed { server, name } => at("ldap-name-malformed", server).with("name", name),
        Error::Elsewhere { server, base } => at("ldap-elsewhere", server).with("base", base),
        Error::SizeLimit { server, base } => at("ldap-size-limit", server).with("base", base),
        Error::TimeLimit { server, base } => at("ldap-time-limit", server).with("base", base),
        Error::NotPermitted { server, base } => at("ldap-not-permitted", server).with("base", base),
        Error::FilterMalformed { filter } => Parts::new("ldap-filter-malformed").with("filter", filter),
        Error::KeyMissing { server, base, attribute } => {
            at("ldap-key-missing", server).with("base", base).with("what", attribute)
        }
        Error::ValueMalformed { server, base, attribute } => {
            at("ldap-value-malformed", server).with("base", base).with("what", attribute)
        }
        Error::LimitReached { server, limit, .. } => at("ldap-limit-reached", server).with("number", limit),
        Error::Garbled { server, step } => at("ldap-garbled", server).with("step", word(*step)),
        Error::Refused { server, step, code, text } => {
            at("ldap-refused", server).with("step", word(*step)).with("number", code).with("text", text)
        }
    }
}

fn of_sign_in(problem: SignInProblem) -> &'static str {
    use SignInProblem as Problem;
    match problem {
        Problem::UnknownAccount => "ldap-sign-in-unknown-account",
        Problem::WrongPassword => "ldap-sign-in-wrong-password",
        Problem::WrongHour => "ldap-sign-in-wrong-hour",
        Problem::WrongMachine => "ldap-sign-in-wrong-machine",
        Problem::PasswordExpired => "ldap-sign-in-password-expired",
        Problem::Disabled => "ldap-sign-in-disabled",
        Problem::AccountExpired => "ldap-sign-in-account-expired",
        Problem::MustChangePassword => "ldap-sign-in-must-change-password",
        Problem::Locked => "ldap-sign-in-locked",
        Problem::EncryptionRequired => "ldap-sign-in-encryption-required",
    }
}

/// As the texts of the steps are called: `ldap-step-search`.
fn word(step: Step) -> &'static str {
    match step {
        Step::LookUp => "look-up",
        Step::Connect => "connect",
        Step::Encrypt => "encrypt",
        Step::SignIn => "sign-in",
        Step::Search => "search",
    }
}
