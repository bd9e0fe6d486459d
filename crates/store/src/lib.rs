//! The one database that everything is kept in: SQLite or PostgreSQL, behind the same few words.
//!
//! [`Store`] opens it and runs transactions; inside one, [`Tx`] is the only way to speak SQL. A write is one
//! transaction that also records its consequences, so a caller changes a table, adds what follows from it and
//! tells the [`log`] in the same closure, and either all of it happens or none. [`Keys`] seals what must not be
//! read in a stolen copy. SQL text is the same for both engines; the little that differs is in [`dialect`].

mod backup;
pub mod certificate;
pub mod console_session;
mod copy;
pub mod dialect;
mod error;
pub mod identity;
pub mod job;
mod json;
mod keys;
pub mod lease;
mod link;
mod location;
pub mod log;
pub mod mail;
mod migrations;
pub mod observed;
pub mod organisation;
pub mod outbox;
pub mod plan;
mod postgres;
pub mod question;
mod reseal;
pub mod rights;
mod row;
pub mod setting;
pub mod sign_in_link;
pub mod source;
mod sqlite;
mod store;
mod tx;
pub mod unmanaged;
mod value;
pub mod view;

pub use backup::{Backup, BackupError, backup, restore};
pub use copy::{Copied, CopyError, copy_database};
pub use dialect::Dialect;
pub use error::{OpenError, StoreError};
pub use keys::{FILE_NAME as KEY_FILE_NAME, KeyError, Keys, PublicKey};
pub use location::{Location, LocationError};
pub use log::AuditEntry;
pub use reseal::{SEALED_COLUMNS, Sealed, SealedColumn, count_sealed, reseal};
pub use row::Row;
pub use sqlite::Obstacle;
pub use store::Store;
pub use tx::{ScopedTx, Tx};
pub use value::Value;
