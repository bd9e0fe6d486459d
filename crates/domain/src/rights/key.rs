//! The short name of a bundle or a rule, in files, addresses and the log.

use serde::{Deserialize, Serialize};

use crate::value::text_value;

/// Lower-case letters a to z, digits and hyphens, at most 60 of them: `moms-og-skat`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

impl Key {
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let text = text.trim();
        let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        let right = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(plain);
        right.then(|| Self(text.to_owned())).ok_or(KeyFault)
    }

    /// A key for something that has this name: Danish letters written out, everything else a hyphen.
    pub fn for_name(name: &str) -> Self {
        let mut key = String::new();
        for letter in crate::text::lower(name) {
            match letter {
                'æ' => key.push_str("ae"),
                'ø' => key.push_str("oe"),
                'å' => key.push_str("aa"),
                'a'..='z' | '0'..='9' => key.push(letter),
                _ if key.is_empty() || key.ends_with('-') => {}
                _ => key.push('-'),
            }
        }
        key.truncate(LONGEST);
        let key = key.trim_end_matches('-');
        Self(if key.is_empty() { "unnamed" } else { key }.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(Key, KeyFault);

const LONGEST: usize = 60;

/// The text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key has lower-case letters a to z, digits and hyphens, at most {LONGEST}: write it like `moms-og-skat`"
)]
pub struct KeyFault;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_letters_make_a_key() {
        assert_eq!(Key::parse(" moms-2 ").unwrap().as_str(), "moms-2");
        for wrong in ["", "Moms", "løn", "a b", "a/b", &"x".repeat(61)] {
            assert_eq!(Key::parse(wrong), Err(KeyFault), "{wrong}");
        }
    }

    #[test]
    fn a_name_makes_a_key_that_reads_back() {
        for (name, key) in [
            ("Moms og skat", "moms-og-skat"),
            ("Ældrepleje – Øst/Å", "aeldrepleje-oest-aa"),
            ("  §§ ", "unnamed"),
        ] {
            assert_eq!(Key::for_name(name).as_str(), key);
            assert_eq!(Key::parse(key).unwrap(), Key::for_name(name));
        }
    }
}
