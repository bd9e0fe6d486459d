//! The emulator from outside: the world call by call, each held against the contract, and the server
//! over real sockets.

mod access;
mod certificates;
mod client;
mod creation;
mod faults;
mod life_cycle;
mod portal;
mod rights;
mod server;
