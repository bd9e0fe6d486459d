//! The built program as people use it: started as a process in a folder of its own, stopped by its process id.
//!
//! `world` makes the folders and starts the processes; every other module is one promise of the command line.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected fails the test, in its helpers too"
)]

mod bad_input;
mod beginning;
mod certificates;
mod commands;
mod copies;
mod demo;
mod disk;
mod doctor;
mod ends;
mod guard;
mod http;
mod hunt;
mod keys;
mod killed;
mod log_lines;
mod mail;
mod people;
mod rights;
mod served;
mod told;
mod world;
