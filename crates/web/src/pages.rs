//! One module for each address of the console; the table of [`crate::route`] says which is which.

pub mod demo;
pub mod export;
pub mod jobs;
pub mod language;
pub mod log;
pub mod organisations;
pub mod outbox;
pub mod overview;
pub mod people;
pub mod person;
pub mod plans;
pub mod questions;
pub mod rights;
pub mod settings;
pub mod sign_in;
pub mod sources;
pub mod unmanaged;
