//! RID: the number that an identity had before MitID Erhverv, and by which other systems still know it.

use serde::{Deserialize, Serialize};

use crate::value::text_value;

/// A RID. Given with the creation of an identity it keeps the rights that hang on it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rid(String);

impl Rid {
    pub fn parse(text: &str) -> Result<Self, RidFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(RidFault::Empty);
        }
        if !text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-') {
            return Err(RidFault::Characters);
        }
        if text.len() > MAX_LENGTH {
            return Err(RidFault::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(Rid, RidFault);

/// Why a text is no RID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RidFault {
    #[error("the RID is empty: leave it out or write it")]
    Empty,
    #[error(
        "the RID holds something other than letters a to z, digits and hyphens: write only what follows \"RID:\""
    )]
    Characters,
    #[error("the RID is longer than {MAX_LENGTH} characters: write only what follows \"RID:\"")]
    TooLong,
}

const MAX_LENGTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_and_uuid_like_texts() {
        assert_eq!(Rid::parse(" 57398115 ").unwrap().as_str(), "57398115");
        assert_eq!(Rid::parse("ab-12").unwrap().to_string(), "ab-12");
    }

    #[test]
    fn refusals() {
        assert_eq!(Rid::parse(" "), Err(RidFault::Empty));
        assert_eq!(Rid::parse("CVR:90123456-RID:5"), Err(RidFault::Characters));
        assert_eq!(Rid::parse("57 39"), Err(RidFault::Characters));
        assert_eq!(Rid::parse(&"1".repeat(65)), Err(RidFault::TooLong));
        assert!(Rid::parse(&"1".repeat(64)).is_ok());
    }
}
