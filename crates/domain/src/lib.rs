//! Everything that Lokalid decides, and nothing that it does.
//!
//! People and organisations, what each person must be in MitID Erhverv, the plan that leads there, and the
//! guard that stops a plan for a second pair of eyes. Pure: no IO, no SQL, no HTTP, no clock, no randomness.

pub mod clock;
pub mod permission;

pub use clock::{Clock, Random, copenhagen, danish_date};
pub use permission::{Action, Role};
