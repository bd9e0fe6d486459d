//! What tests of several crates share: real servers, started on demand and stopped by their process id.
//!
//! Start with [`service`]: it tells a test whether the server it needs was asked for.

mod service;

pub use service::{Service, service};
