//! Every function of the store, on both engines.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod attestation;
mod certificate;
mod every_function;
mod identity;
mod job;
mod keeping;
mod lease;
mod log;
mod mail;
mod observed;
mod obstacle;
mod opening;
mod organisation;
mod outbox;
mod plan;
mod plan_parts;
mod position;
mod question;
mod rights;
mod source;
mod town;
mod transactions;
mod unmanaged;
mod view;
mod view_rights;
