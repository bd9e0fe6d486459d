//! The request log: the last calls, for whoever tests a client against the emulator.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::faults::FaultKind;
use super::operation::Operation;

/// How many calls are kept; the sequence goes on.
const KEPT: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestEntry {
    pub sequence: u64,
    pub time: Timestamp,
    pub organisation: Option<String>,
    /// The fingerprint of the certificate that the call came with.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Nothing for a path that is not in the contract.
    pub operation: Option<Operation>,
    pub method: String,
    /// CPR numbers are masked.
    pub path: String,
    /// Nothing when the connection was broken.
    pub status: Option<u16>,
    /// How long the answer was held back.
    pub ms: u64,
    pub fault: Option<FaultKind>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct RequestLog {
    entries: VecDeque<RequestEntry>,
    last: u64,
}

impl RequestLog {
    pub fn next_sequence(&self) -> u64 {
        self.last + 1
    }

    pub fn push(&mut self, entry: RequestEntry) {
        self.last = entry.sequence;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub fn since(&self, sequence: u64) -> impl Iterator<Item = &RequestEntry> {
        let start = self.entries.partition_point(|entry| entry.sequence <= sequence);
        self.entries.range(start..)
    }
}
