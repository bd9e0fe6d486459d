//! Names of people, as MitID Erhverv takes them: one blank between parts and none at either end.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::{
    text::{first_unprintable, name_fold},
    value::text_value,
};

/// One part of a name: the given names or the surname.
///
/// Equal only if written alike; [`Name::folded`] compares with what the civil register or a portal made of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// Trims, makes every run of blanks one space, and writes accents in one way (`å` as one character).
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = if is_nfc(&name) { name } else { name.nfc().collect() };
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        if let Some(letter) = first_unprintable(&name) {
            return Err(NameFault::Unprintable(u32::from(letter)));
        }
        if name.chars().count() > MAX_LENGTH {
            return Err(NameFault::TooLong);
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For comparing: lower case, accents dropped, `æ`, `ø`, `å` kept, `aa` as `å`.
    pub fn folded(&self) -> String {
        name_fold(&self.0)
    }
}

text_value!(Name, NameFault);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    #[error("the name is empty: write it as in the civil register")]
    Empty,
    #[error("the name holds a character that cannot be seen or was lost (U+{0:04X}): type the name again")]
    Unprintable(u32),
    #[error("the name is longer than {MAX_LENGTH} characters: shorten it")]
    TooLong,
}

const MAX_LENGTH: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_become_single_spaces() {
        assert_eq!(Name::parse("  Anne \t Marie\u{a0}Ø ").unwrap().as_str(), "Anne Marie Ø");
    }

    #[test]
    fn accents_are_written_in_one_way() {
        assert_eq!(Name::parse("A\u{30a}se").unwrap(), Name::parse("Åse").unwrap());
    }

    #[test]
    fn folded_names_of_one_person_are_equal() {
        let folded = |text| Name::parse(text).unwrap().folded();
        assert_eq!(folded("KIRKEGAARD"), folded("Kirkegård"));
        assert_eq!(folded("José"), folded("Jose"));
        assert_ne!(folded("Bjørn"), folded("Bjorn"));
    }

    #[test]
    fn refusals() {
        assert_eq!(Name::parse(" \t"), Err(NameFault::Empty));
        assert_eq!(Name::parse("An\u{0}na"), Err(NameFault::Unprintable(0)));
        assert_eq!(
            Name::parse("S\u{fffd}ren").unwrap_err().to_string(),
            "the name holds a character that cannot be seen or was lost (U+FFFD): type the name again"
        );
        assert_eq!(Name::parse(&"å".repeat(201)), Err(NameFault::TooLong));
        assert!(Name::parse(&"å".repeat(200)).is_ok());
    }
}
