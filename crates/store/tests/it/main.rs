//! Every function of the store, on both engines.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod certificate;
mod keeping;
mod lease;
mod log;
mod opening;
mod outbox;
mod plan;
mod plan_parts;
mod position;
mod town;
mod transactions;
mod unmanaged;
mod view;
