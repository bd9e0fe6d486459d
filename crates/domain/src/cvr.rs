//! CVR numbers: which organisation.

use serde::{Deserialize, Serialize};

use crate::value::text_value;

/// A CVR number: eight digits. Numbers that begin with 9 belong to nobody and serve tests.
///
/// The modulus digit is not checked, since the invented numbers of the test systems do not keep it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cvr(String);

impl Cvr {
    /// Reads `90123456` or `90 12 34 56`, with blanks around it.
    pub fn parse(text: &str) -> Result<Self, CvrFault> {
        let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        if digits.len() == 8 && digits.bytes().all(|octet| octet.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(CvrFault)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it: `90 12 34 56`.
    pub fn spaced(&self) -> String {
        let pairs: Vec<String> =
            self.0.as_bytes().chunks(2).map(|pair| pair.iter().copied().map(char::from).collect()).collect();
        pairs.join(" ")
    }
}

text_value!(Cvr, CvrFault);

/// The text is no CVR number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a CVR number has eight digits and nothing else: look it up in the company register and write it again"
)]
pub struct CvrFault;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_and_spaced() {
        let cvr = Cvr::parse(" 90 12 34 56 ").unwrap();
        assert_eq!(cvr, Cvr::parse("90123456").unwrap());
        assert_eq!(cvr.to_string(), "90123456");
        assert_eq!(cvr.spaced(), "90 12 34 56");
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in ["", "9012345", "901234567", "DK90123456", "9012345x", "٩٠١٢٣٤٥٦"] {
            assert_eq!(Cvr::parse(wrong), Err(CvrFault), "{wrong}");
        }
        assert!(serde_json::from_str::<Cvr>("\"1\"").is_err());
        assert_eq!(serde_json::to_string(&Cvr::parse("90123456").unwrap()).unwrap(), "\"90123456\"");
    }
}
