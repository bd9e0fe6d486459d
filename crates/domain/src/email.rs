//! E-mail addresses, where MitID Erhverv sends the activation link.

use serde::{Deserialize, Serialize};

use crate::{
    text::{first_unprintable, lower},
    value::{compared_in_lower_case, text_value},
};

/// One address. Keeps its case for sending; compares and hashes in lower case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self, EmailFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailFault::Empty);
        }
        if text.contains(char::is_whitespace)
            || text.contains(SEPARATORS)
            || first_unprintable(text).is_some()
        {
            return Err(EmailFault::Characters);
        }
        if text.len() > MAX_LENGTH {
            return Err(EmailFault::TooLong);
        }
        match text.split_once('@') {
            Some((mailbox, domain)) if !mailbox.is_empty() && !domain.contains('@') => {
                if is_domain(domain) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(EmailFault::Domain)
                }
            }
            _ => Err(EmailFault::At),
        }
    }

    /// As it was written, for sending.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form it is compared in.
    pub fn key(&self) -> String {
        lower(&self.0).collect()
    }

    /// Letters that certificates for e-mail do not take.
    pub fn has_danish_letters(&self) -> bool {
        lower(&self.0).any(|letter| matches!(letter, 'æ' | 'ø' | 'å'))
    }
}

text_value!(Email, EmailFault);
compared_in_lower_case!(Email);

/// Why a text is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailFault {
    #[error("the e-mail address is empty: write one, for the activation link is sent to it")]
    Empty,
    #[error(
        "the e-mail address holds a blank, a bracket or another sign that it cannot have: write one address only, without a name"
    )]
    Characters,
    #[error(
        "the e-mail address must have exactly one @ with something before it: check it against the source"
    )]
    At,
    #[error("what follows the @ in the e-mail address is no domain such as kommune.example: check its dots")]
    Domain,
    #[error("the e-mail address is longer than {MAX_LENGTH} octets: use a shorter one")]
    TooLong,
}

const MAX_LENGTH: usize = 254;

/// Signs between several addresses, or around one that stands behind a name.
const SEPARATORS: [char; 10] = ['<', '>', '(', ')', '[', ']', ',', ';', ':', '"'];

/// Labels between dots, at least two of them; the names that never leave a test machine stand alone.
fn is_domain(domain: &str) -> bool {
    let lone = ["localhost", "example"].iter().any(|name| domain.eq_ignore_ascii_case(name));
    lone || (domain.contains('.') && domain.split('.').all(is_label))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    #[test]
    fn keeps_its_case_and_compares_without_it() {
        assert_eq!(email(" Anna.Ågård@Kommune.example ").as_str(), "Anna.Ågård@Kommune.example");
        assert_eq!(email("ANNA.ÅGÅRD@kommune.example"), email("anna.ågård@Kommune.Example"));
        let both = std::collections::HashSet::from([email("A@b.example"), email("a@B.example")]);
        assert_eq!(both.len(), 1);
        assert_eq!(email("A@B.example").key(), "a@b.example");
    }

    #[test]
    fn danish_letters_are_noticed() {
        assert!(email("søren@kommune.example").has_danish_letters());
        assert!(email("SØREN@kommune.example").has_danish_letters());
        assert!(!email("soren@kommune.example").has_danish_letters());
    }

    #[test]
    fn odd_but_valid_addresses_pass() {
        for text in
            ["a+b@kommune.example", "o'brian@kommune.example", "x@localhost", "x@example", "x@rødby.example"]
        {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refusals() {
        let fault = |text: &str| Email::parse(text).unwrap_err();
        assert_eq!(fault(" "), EmailFault::Empty);
        assert_eq!(fault("Anna <anna@kommune.example>"), EmailFault::Characters);
        assert_eq!(fault("a@b.example;c@d.example"), EmailFault::Characters);
        assert_eq!(fault("an\u{200b}na@kommune.example"), EmailFault::Characters);
        assert_eq!(fault("anna.kommune.example"), EmailFault::At);
        assert_eq!(fault("@kommune.example"), EmailFault::At);
        assert_eq!(fault("anna@b@kommune.example"), EmailFault::At);
        for text in
            ["anna@", "anna@kommune", "anna@.example", "anna@kommune.", "anna@a..example", "a@-b.example"]
        {
            assert_eq!(fault(text), EmailFault::Domain, "{text}");
        }
        assert_eq!(fault(&format!("{}@kommune.example", "a".repeat(250))), EmailFault::TooLong);
    }
}
