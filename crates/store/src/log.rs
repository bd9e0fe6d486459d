//! The log: who did what to whom, and the proof that nobody changed it afterwards.
//!
//! A record is written by [`Tx::audit`](crate::Tx::audit) in the transaction of the change it tells of, with a
//! keyed digest over all its columns. Within a second the [`Sealer`] gives it its place in a chain in which each
//! link covers a record and the link before. Count and head of the chain are signed into checkpoints, which are
//! also appended to a file outside the database. [`verify`] checks all of it; [`verify_export`] checks an export
//! with the public key alone. What was written less than a second ago is not yet proof against removal.

mod chain;
mod checkpoint;
mod cpr;
mod export;
mod published;
mod record;
mod sealer;
mod verify;

pub use checkpoint::Checkpoint;
pub use export::{ExportFault, ExportReport, export, verify_export};
pub use record::AuditEntry;
pub use sealer::{SealError, Sealer};
pub use verify::{Fault, Report, verify};
