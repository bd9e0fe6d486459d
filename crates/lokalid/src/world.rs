//! The real clock and the real source of chance: the only place where either is taken from the system.

use domain::{Clock, Random};
use jiff::Timestamp;
use rand::TryRng as _;

#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, octets: &mut [u8]) {
        // Without chance there are no keys and no tokens: going on would be worse than stopping.
        if rand::rngs::SysRng.try_fill_bytes(octets).is_err() {
            std::process::abort();
        }
    }
}

/// As many octets of chance, in hexadecimal digits.
pub fn random_text<const OCTETS: usize>() -> String {
    use std::fmt::Write as _;
    let mut octets = [0; OCTETS];
    SystemRandom.fill(&mut octets);
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}
