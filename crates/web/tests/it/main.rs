//! The console in process, through its router: who may, what is refused, what every page must have.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod actions;
mod attestation;
mod browser;
mod certificates;
mod html;
mod pages;
mod permissions;
mod plans;
mod requests;
mod rights;
mod sign_in;
mod world;
mod world_rights;
