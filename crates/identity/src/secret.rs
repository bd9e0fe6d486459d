//! Random secrets that travel in a link or a cookie, and the hash that is all we keep of them.

use aws_lc_rs::digest::{SHA256, digest};
use domain::Random;

/// 256 random bits, written as 43 letters that need no escaping in an address.
///
/// A plain hash is enough to keep: nobody can try 2^256 secrets, unlike the passwords of people.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    pub fn new(random: &dyn Random) -> Self {
        let mut octets = [0; 32];
        random.fill(&mut octets);
        Self(octets)
    }

    /// Reads what a browser sent; `None` if it can be no secret of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = text.bytes().map(|letter| ALPHABET.iter().position(|known| *known == letter));
        let mut octets = [0; 32];
        let mut held: usize = 0;
        let mut count = 0;
        for octet in &mut octets {
            while count < 8 {
                held = (held << 6) | bits.next()??;
                count += 6;
            }
            count -= 8;
            *octet = u8::try_from((held >> count) & 0xff).ok()?;
        }
        let rest_is_zero = held & ((1 << count) - 1) == 0;
        (bits.next().is_none() && rest_is_zero).then_some(Self(octets))
    }

    /// The text for the link or the cookie: the only place where the secret leaves.
    pub fn reveal(&self) -> String {
        let mut text = String::with_capacity(43);
        let mut held: usize = 0;
        let mut count = 0;
        for octet in self.0 {
            held = (held << 8) | usize::from(octet);
            count += 8;
            while count >= 6 {
                count -= 6;
                text.extend(ALPHABET.get((held >> count) & 63).copied().map(char::from));
            }
        }
        text.extend(ALPHABET.get((held << (6 - count)) & 63).copied().map(char::from));
        text
    }

    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.0).as_ref());
        hash
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// base64url of RFC 4648, section 5.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Counting;
    impl Random for Counting {
        fn fill(&self, octets: &mut [u8]) {
            for (octet, value) in octets.iter_mut().zip(200..=255) {
                *octet = value;
            }
        }
    }

    #[test]
    fn a_secret_reads_back_and_nothing_else_is_one() {
        let secret = Secret::new(&Counting);
        let text = secret.reveal();
        assert_eq!(text, "yMnKy8zNzs_Q0dLT1NXW19jZ2tvc3d7f4OHi4-Tl5uc");
        assert_eq!(Secret::parse(&text), Some(secret));
        let longer = format!("{text}A");
        let with_rest_bits = format!("{}d", &text[..42]);
        for wrong in ["", "abc", longer.as_str(), with_rest_bits.as_str(), &text.replace('-', "+")] {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Secret::new(&Counting)), "Secret(..)");
    }
}
