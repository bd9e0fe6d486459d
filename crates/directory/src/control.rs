//! The values of the two request controls that we use, in BER.
//!
//! Paging (RFC 2696) and DirSync (MS-ADTS 3.1.1.3.4.1.3) have the same form: a sequence of integers that ends
//! with an octet string, the cookie. That is all of BER that is needed here.

use ldap3::controls::{Control, RawControl};

pub(crate) const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";
pub(crate) const DIRSYNC: &str = "1.2.840.113556.1.4.841";

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;

/// Integers and cookie of a control, in either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CookieControl {
    pub(crate) integers: Vec<i32>,
    pub(crate) cookie: Vec<u8>,
}

impl CookieControl {
    /// As a request control that the server must understand or refuse.
    pub(crate) fn request(&self, oid: &str) -> RawControl {
        RawControl { ctype: oid.to_owned(), crit: true, val: Some(self.encode()) }
    }

    /// Finds it among the controls of an answer; `None` when it is absent or malformed.
    pub(crate) fn find(controls: &[Control], oid: &str) -> Option<Self> {
        let Control(_, raw) = controls.iter().find(|Control(_, raw)| raw.ctype == oid)?;
        Self::decode(raw.val.as_deref()?)
    }

    fn encode(&self) -> Vec<u8> {
        let mut content = Vec::new();
        for integer in &self.integers {
            element(INTEGER, &shortest(*integer), &mut content);
        }
        element(OCTETS, &self.cookie, &mut content);
        let mut sequence = Vec::new();
        element(SEQUENCE, &content, &mut sequence);
        sequence
    }

    fn decode(value: &[u8]) -> Option<Self> {
        let (SEQUENCE, mut content, _) = first_element(value)? else { return None };
        let mut integers = Vec::new();
        loop {
            let (tag, inner, rest) = first_element(content)?;
            match tag {
                INTEGER => integers.push(integer(inner)?),
                OCTETS => return Some(Self { integers, cookie: inner.to_vec() }),
                _ => return None,
            }
            content = rest;
        }
    }
}

/// Two's complement without the leading octets that say nothing.
fn shortest(integer: i32) -> Vec<u8> {
    let octets = integer.to_be_bytes();
    let redundant = |pair: &[u8]| {
        matches!(pair, [0x00, next] if *next < 0x80) || matches!(pair, [0xff, next] if *next >= 0x80)
    };
    let skipped = octets.windows(2).take_while(|pair| redundant(pair)).count();
    octets.into_iter().skip(skipped).collect()
}

fn integer(octets: &[u8]) -> Option<i32> {
    let negative = octets.first()? & 0x80 != 0;
    let start = if negative { -1_i64 } else { 0 };
    let value = octets.iter().take(8).fold(start, |value, octet| (value << 8) | i64::from(*octet));
    i32::try_from(value).ok()
}

fn element(tag: u8, content: &[u8], into: &mut Vec<u8>) {
    into.push(tag);
    match u8::try_from(content.len()) {
        Ok(length) if length < 0x80 => into.push(length),
        _ => {
            let octets: Vec<u8> =
                content.len().to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            // At most eight octets: the length of a slice is a usize.
            into.push(0x80 | u8::try_from(octets.len()).unwrap_or(8));
            into.extend(octets);
        }
    }
    into.extend(content);
}

/// Tag, content and what follows.
fn first_element(value: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = value.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if octets.len() > 4 {
            return None;
        }
        (octets.iter().fold(0, |length, octet| (length << 8) | usize::from(*octet)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paging_request_is_the_one_of_the_rfc() {
        let control = CookieControl { integers: vec![1_000], cookie: Vec::new() };
        assert_eq!(control.encode(), [0x30, 0x06, 0x02, 0x02, 0x03, 0xe8, 0x04, 0x00]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for integers in [vec![0], vec![1, i32::MAX], vec![-1, 128, 127, -128, -129, i32::MIN]] {
            for length in [0, 1, 127, 128, 255, 256, 70_000] {
                let control = CookieControl { integers: integers.clone(), cookie: vec![7; length] };
                assert_eq!(CookieControl::decode(&control.encode()), Some(control));
            }
        }
    }

    #[test]
    fn every_truncation_is_refused() {
        let whole = CookieControl { integers: vec![1, 0], cookie: vec![9; 300] }.encode();
        for length in 0..whole.len() {
            assert_eq!(CookieControl::decode(&whole[..length]), None, "{length}");
        }
        assert_eq!(CookieControl::decode(&[0x30, 0x85, 1, 1, 1, 1, 1]), None);
        assert_eq!(CookieControl::decode(&[0x30, 0x02, 0x05, 0x00]), None);
    }
}
