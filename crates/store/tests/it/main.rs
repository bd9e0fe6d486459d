//! Every function of the store, on both engines.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod keeping;
mod lease;
mod log;
mod opening;
mod position;
mod transactions;
mod view;
