//! The one place that turns random bytes into what the emulator needs.

use uuid::Uuid;

/// A source of random bytes that the caller hands in, so that a seeded run gives the same world twice.
pub(crate) struct Dice<'a>(&'a mut dyn FnMut(&mut [u8]));

impl<'a> Dice<'a> {
    pub fn new(random: &'a mut dyn FnMut(&mut [u8])) -> Self {
        Self(random)
    }

    pub fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        (self.0)(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Evenly spread from 0 up to, but not including, 1.
    pub fn share(&mut self) -> f64 {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// Eight digits, as RIDs have them.
    pub fn rid(&mut self) -> String {
        format!("{:08}", self.number() % 100_000_000)
    }

    /// 256 bits as text: a token that nobody guesses.
    pub fn secret(&mut self) -> String {
        format!("{}{}", self.uuid().simple(), self.uuid().simple())
    }
}

/// Random bytes for a call whose effect comes later, from the seed drawn when the call arrived
/// (SplitMix64): advancing time needs no source of randomness of its own.
pub(crate) fn seeded(mut seed: u64) -> impl FnMut(&mut [u8]) {
    move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let mixed = (mixed ^ (mixed >> 31)).to_le_bytes();
            chunk.iter_mut().zip(mixed).for_each(|(byte, random)| *byte = random);
        }
    }
}
