//! People from LDAP and Active Directory, as plain entries.
//!
//! Make [`Settings`] and a [`Query`], [`Connection::open`], then [`Connection::read_full`]. The answer is whole
//! or it is an error; a list that ended too early never leaves this crate. With Active Directory,
//! [`Connection::delta`] tells cheaply whether a full read is worth while. What an entry means for a person is
//! none of this crate's business: it knows no other crate of ours.

mod check;
mod connection;
mod control;
mod delta;
mod entry;
mod error;
mod groups;
mod name;
mod query;
mod read;
mod search;
mod settings;
mod trust;

pub use check::{Facts, check};
pub use connection::{Connection, Kind};
pub use delta::{Cookie, Delta, FullReadReason};
pub use entry::{Account, AccountExpiry, Entry, Key, Value};
pub use error::{ReadError, SignInProblem, Step};
pub use name::Name as DistinguishedName;
pub use query::Query;
pub use read::FullRead;
pub use settings::{Address, Limits, Protection, Secret, Settings, SettingsError, Trust};
