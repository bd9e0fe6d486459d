//! The tests of `sync` against the real parts beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is not as expected fails the test, in its helpers too"
)]

mod api;
mod direct;
mod directory;
mod mail;
mod office;
mod rights;
mod simulation;
mod slots;
