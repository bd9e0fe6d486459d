//! Local user names, by which an organisation knows its people.

use serde::{Deserialize, Serialize};

use crate::{
    text::{first_unprintable, lower},
    value::{compared_in_lower_case, text_value},
};

/// A local user name. Keeps its case for showing; compared without regard to it, as directories do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    pub fn parse(text: &str) -> Result<Self, UserNameFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UserNameFault::Empty);
        }
        if text.contains(char::is_whitespace) || first_unprintable(text).is_some() {
            return Err(UserNameFault::Blank);
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(UserNameFault::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form it is compared in: lower case.
    pub fn key(&self) -> String {
        lower(&self.0).collect()
    }
}

text_value!(UserName, UserNameFault);
compared_in_lower_case!(UserName);

/// Why a text is no user name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserNameFault {
    #[error("the user name is empty: write the one that the person logs in with at the organisation")]
    Empty,
    #[error("the user name holds a blank or a character that cannot be seen: type it again without")]
    Blank,
    #[error("the user name is longer than {MAX_LENGTH} characters: shorten it")]
    TooLong,
}

const MAX_LENGTH: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_kept_but_not_compared() {
        let name = UserName::parse(" AnHa ").unwrap();
        assert_eq!(name.as_str(), "AnHa");
        assert_eq!(name.key(), "anha");
        assert_eq!(name, UserName::parse("ANHA").unwrap());
        assert!(UserName::parse("b").unwrap() > name);
        let both = std::collections::HashSet::from([name, UserName::parse("anha").unwrap()]);
        assert_eq!(both.len(), 1);
    }

    #[test]
    fn refusals() {
        assert_eq!(UserName::parse("\t"), Err(UserNameFault::Empty));
        assert_eq!(UserName::parse("an ha"), Err(UserNameFault::Blank));
        assert_eq!(UserName::parse("an\u{feff}ha"), Err(UserNameFault::Blank));
        assert_eq!(UserName::parse(&"a".repeat(201)), Err(UserNameFault::TooLong));
    }
}
