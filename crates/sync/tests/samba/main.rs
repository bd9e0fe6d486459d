//! The main job on a real Active Directory, played by Samba: people in nested groups there, and an emulated MitID
//! Erhverv behind mutual TLS that must follow whatever is done to them.
//!
//! After each act a delta must tell of it, what is stored must be what a full read says, and MitID Erhverv must show
//! the same people with the right status; the round after that must have nothing to do. Samba listens on fixed ports
//! and needs a network namespace of its own; `cargo xtask test` gives it one. Without it each test says that it was
//! left out.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod door;
mod groups;
mod person;
mod rights;
mod silence;
mod town;
mod trouble;
mod wire;
