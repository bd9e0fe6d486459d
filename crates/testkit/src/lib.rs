//! What tests of several crates share: real servers, started on demand and stopped by their process id.
//!
//! Start with [`service`]: it tells a test whether the server it needs was asked for.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "everything here is part of a test, and a test whose server does not start has failed"
)]

mod certificates;
mod command;
mod engines;
pub mod exim;
pub mod samba;
mod service;
pub mod slapd;
mod source;

pub use certificates::{IssuedCertificate, TestAuthority};
pub use engines::{Database, for_each_engine};
pub use service::{Service, service};
pub use source::{ManualClock, SeededRandom};
