//! The emulator from outside: the world call by call, each held against the contract, and the server
//! over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected fails the test, in its helpers too"
)]

mod access;
mod certificates;
mod client;
mod creation;
mod faults;
mod killed;
mod life_cycle;
mod portal;
mod rights;
mod server;
