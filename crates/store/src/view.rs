//! What the pages of the console read: one function a page, shaped as the page shows it.
//!
//! Nothing here changes anything. Sums and lists are made by the database, so that a page costs the same memory with
//! ten people and with a hundred thousand.

pub mod log;
pub mod operations;
pub mod overview;
pub mod people;
pub mod person;
pub mod requests;
pub mod rights;
pub mod unmanaged;
