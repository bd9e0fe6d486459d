//! People in, MitID Erhverv in step: sources, the client of the IdM API, reconcile and the worker.
//!
//! [`Engine`] is what the program calls. Its steps lie in one file each, in the order in which they run: [`intake`]
//! reads sources, [`observe`] reads MitID Erhverv, [`planning`] compares, judges and fills the outbox, [`worker`]
//! empties it. Beside them [`mail`] tells people what waits for them.

pub mod api;
mod engine;
mod intake;
pub mod mail;
mod observe;
mod planning;
pub mod progress;
pub mod site;
pub mod source;
#[cfg(test)]
mod texts;
mod worker;

pub use engine::{Applied, Approval, Engine, EngineError};
pub use intake::{ReadFault, SourceError};
pub use planning::Planned;
pub use progress::{Progress, Stage, Step};
pub use site::{Pace, Site, SourceKind, SourceSetup};
pub use store::outbox::Which;
pub use worker::WorkerId;
