//! Chance from a seed.

use std::{collections::BTreeMap, sync::Mutex};

use domain::Random;
use testkit::SeededRandom;

/// Everything that chance decides in one life, in order.
pub struct Dice(SeededRandom);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    pub fn fill(&self, octets: &mut [u8]) {
        self.0.fill(octets);
    }

    /// From `least` to `most`, both included.
    pub fn between(&self, least: usize, most: usize) -> usize {
        let mut octets = [0; 8];
        self.0.fill(&mut octets);
        let span = (most - least + 1) as u64;
        least + usize::try_from(u64::from_be_bytes(octets) % span).unwrap()
    }

    /// Whether something happens that happens in `percent` of all cases.
    pub fn in_percent(&self, percent: usize) -> bool {
        self.between(1, 100) <= percent
    }

    pub fn one_of<'a, T>(&self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() { None } else { choices.get(self.between(0, choices.len() - 1)) }
    }
}

/// The chance that the program is given. What is asked for in one length comes from a stream of its own: which of two
/// things under way at once asks first must not change the pauses that chance decides.
#[derive(Debug)]
pub struct Streams {
    seed: u64,
    by_length: Mutex<BTreeMap<usize, SeededRandom>>,
}

impl Streams {
    pub fn new(seed: u64) -> Self {
        Self { seed, by_length: Mutex::default() }
    }
}

impl Random for Streams {
    fn fill(&self, octets: &mut [u8]) {
        let length = octets.len();
        let seed = self.seed.rotate_left(32).wrapping_add(length as u64);
        let mut streams = self.by_length.lock().unwrap();
        streams.entry(length).or_insert_with(|| SeededRandom::new(seed)).fill(octets);
    }
}
