//! A policy as one TOML file that people read, keep under version control and compare.
//!
//! Rights are named in `[rights]`, which also says that they are managed; everything else calls them by that name. Order
//! and layout follow from the policy alone, so two exports of the same policy are the same file.

mod read;
mod write;

pub use read::{FileFault, FileFaults, read};
pub use write::write;
