//! The whole way once, for `doctor`: connect, encrypt, sign in, look around, count. An error says by its
//! [`step`](ReadError::step) how far it came.

use std::collections::BTreeMap;

use crate::connection::{Connection, Kind};
use crate::error::ReadError;
use crate::query::Query;
use crate::settings::{Protection, Settings};

/// What was seen on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// `host:port`.
    pub server: String,
    pub protection: Protection,
    pub kind: Kind,
    pub naming_contexts: Vec<String>,
    /// How many entries the query means.
    pub entries: usize,
    /// How many of them belong to each group asked for.
    pub members: BTreeMap<String, usize>,
}

/// Reads everything the query means and keeps only the numbers.
pub async fn check(settings: &Settings, query: &Query) -> Result<Facts, ReadError> {
    let mut connection = Connection::open(settings).await?;
    let read = connection.read_full(query).await?;
    let count = |group: &String| read.entries.iter().filter(|entry| entry.is_member(group)).count();
    Ok(Facts {
        server: settings.address.to_string(),
        protection: settings.address.protection(),
        kind: connection.kind(),
        members: query.groups.iter().map(|group| (group.clone(), count(group))).collect(),
        entries: read.entries.len(),
        naming_contexts: connection.naming_contexts,
    })
}
