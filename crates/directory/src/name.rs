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
    fn below_means_the_same_ending() {
        let unit = Name::new("OU=Skole,DC=kommune,DC=example");
        assert!(Name::new("CN=A,ou=skole,dc=kommune,dc=example").is_within(&unit));
        assert!(unit.is_within(&unit));
        assert!(unit.is_within(&Name::new("")));
        assert!(!unit.is_within(&Name::new("CN=A,OU=Skole,DC=kommune,DC=example")));
        assert!(!Name::new("OU=Folkeskole,DC=kommune,DC=example").is_within(&unit));
    }
}
