//! Distinguished names that can be compared.
//!
//! The same name is written in several ways (case, blanks, escapes), also within one directory. Here it is taken
//! apart far enough to say whether two are equal and whether one lies below the other.

use std::mem;

/// A distinguished name in comparable form, the most specific part first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(Vec<String>);

impl Name {
    /// A text that has the form of a distinguished name; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = unescaped_parts(text.as_bytes());
        parts.iter().all(|part| begins_with_attribute(part)).then(|| Self::new(text))
    }

    pub(crate) fn new(text: &str) -> Self {
        let parts = unescaped_parts(text.as_bytes());
        let parts = parts.iter().map(|part| comparable(&String::from_utf8_lossy(part)));
        Self(parts.filter(|part| part != "=").collect())
    }

    /// The value of the most specific part as it is written: `Lærere` of `CN=Lærere,OU=Grupper,DC=kommune`.
    pub fn first_value(text: &str) -> String {
        unescaped_parts(text.as_bytes()).first().map(|part| attribute_and_value(part).1).unwrap_or_default()
    }

    /// The organisational units that `text` lies in below `base`, outermost first and as they are written; `None` where
    /// it does not lie within the base.
    pub(crate) fn units_below(text: &str, base: &Self) -> Option<Vec<String>> {
        let name = Self::new(text);
        let levels = name.is_within(base).then(|| name.depth().saturating_sub(base.depth()))?;
        let parts = unescaped_parts(text.as_bytes());
        // The first part is the entry itself, which may be a unit too.
        let between = parts.iter().take(levels).skip(1).rev().map(|part| attribute_and_value(part));
        Some(between.filter(|(attribute, _)| attribute == "ou").map(|(_, value)| value).collect())
    }

    /// Whether this name is `other` or below it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.ends_with(&other.0)
    }

    /// How many parts it has.
    pub(crate) fn depth(&self) -> usize {
        self.0.len()
    }
}

/// Splits at commas. `\,` is a comma that belongs to the text, `\C3\B8` are the octets of ø.
fn unescaped_parts(mut rest: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    loop {
        rest = match rest {
            [] => break,
            [b'\\', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                part.push(hexadecimal(*high) << 4 | hexadecimal(*low));
                tail
            }
            [b',', tail @ ..] => {
                parts.push(mem::take(&mut part));
                tail
            }
            [b'\\', octet, tail @ ..] | [octet, tail @ ..] => {
                part.push(*octet);
                tail
            }
        };
    }
    parts.push(part);
    parts
}

/// The attribute in lower case and the value as it is written.
fn attribute_and_value(part: &[u8]) -> (String, String) {
    let part = String::from_utf8_lossy(part);
    let (attribute, value) = part.split_once('=').unwrap_or(("", &part));
    (attribute.trim().to_lowercase(), value.trim().to_owned())
}

/// `CN=`, `2.5.4.97=`.
fn begins_with_attribute(part: &[u8]) -> bool {
    let Some(equals) = part.iter().position(|octet| *octet == b'=') else { return false };
    let attribute = part.get(..equals).unwrap_or_default().trim_ascii();
    !attribute.is_empty()
        && attribute.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-'))
}

fn hexadecimal(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.to_ascii_lowercase().wrapping_sub(b'a').wrapping_add(10),
    }
}

/// Lower case, one blank at most between words, none around the equals sign.
fn comparable(part: &str) -> String {
    let (attribute, value) = part.split_once('=').unwrap_or(("", part));
    let words: Vec<&str> = value.split_whitespace().collect();
    format!("{}={}", attribute.trim(), words.join(" ")).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_in_other_writing_is_equal() {
        let plain = Name::new("CN=Søren Ærø,OU=Børn\\, unge,DC=kommune,DC=example");
        for other in [
            "cn=søren ærø,ou=børn\\, unge,dc=kommune,dc=example",
            "CN=S\\C3\\B8ren  Ærø, OU = B\\c3\\b8rn\\2c unge, DC=Kommune, DC=example",
        ] {
            assert_eq!(Name::new(other), plain, "{other}");
        }
        assert_ne!(Name::new("CN=Søren,OU=Børn,DC=kommune,DC=example"), plain);
    }

    #[test]
    fn only_what_has_the_form_of_a_name_is_one() {
        for name in ["CN=Søren Ærø,OU=Børn\\, unge,DC=kommune", " cn = a , dc=x", "2.5.4.97=NTRDK-90000000"]
        {
            assert_eq!(Name::parse(name), Some(Name::new(name)), "{name}");
        }
        for other in ["", "anha", "Anna Ågård", "=x", "cn=a,b", "se a=b"] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_first_value_is_given_as_it_is_written() {
        for (name, value) in [
            ("CN=Lærere,OU=Grupper,DC=kommune", "Lærere"),
            ("cn = L\\C3\\A6rere\\, Øst ,DC=kommune", "Lærere, Øst"),
            ("CN=a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(Name::first_value(name), value, "{name}");
        }
    }

    #[test]
    fn units_are_those_between_a_name_and_the_base() {
        let base = Name::new("OU=Medarbejdere,DC=kommune,DC=example");
        let units = |name: &str| Name::units_below(name, &base);
        let below = |front: &str| units(&format!("{front}ou=medarbejdere, DC=Kommune,dc=example"));
        let expected = Some(vec!["Skoler".to_owned(), "Børn, unge".to_owned()]);
        assert_eq!(below("CN=Bo,ou=B\\C3\\B8rn\\, unge,OU= Skoler ,"), expected);
        assert_eq!(
            below("CN=Bo,OU=Børn\\, unge,CN=Konti,OU=Skoler,"),
            expected,
            "other containers are no units"
        );
        assert_eq!(below("OU=Bo,"), Some(Vec::new()), "the entry itself is not its unit");
        assert_eq!(below("CN=Bo,"), Some(Vec::new()));
        assert_eq!(below(""), Some(Vec::new()));
        assert_eq!(units("CN=Bo,OU=Skoler,DC=kommune,DC=example"), None);
    }

    #[test]
    fn below_means_the_same_ending() {
        let unit = Name::new("OU=Skole,DC=kommune,DC=example");
        assert!(Name::new("CN=A,ou=skole,dc=kommune,dc=example").is_within(&unit));
        assert!(unit.is_within(&unit));
        assert!(unit.is_within(&Name::new("")));
        assert!(!unit.is_within(&Name::new("CN=A,OU=Skole,DC=kommune,DC=example")));
        assert!(!Name::new("OU=Folkeskole,DC=kommune,DC=example").is_within(&unit));
    }
}
