//! The full read: every entry that the query means, each with all its values and its groups, or an error.

use std::collections::{BTreeMap, BTreeSet};

use ldap3::Scope;

use crate::connection::{Connection, Kind};
use crate::entry::{Account, Attributes, Entry, Key, Value, first_text};
use crate::error::ReadError;
use crate::query::Query;
use crate::search::{Found, Search};

/// Everything a directory said at one time. It exists only when all of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullRead {
    /// In the order of their keys, each once, also where bases overlap.
    pub entries: Vec<Entry>,
}

impl Connection {
    pub async fn read_full(&mut self, query: &Query) -> Result<FullRead, ReadError> {
        let mut entries = BTreeMap::new();
        for base in &query.bases {
            let search = Search {
                base,
                scope: Scope::Subtree,
                filter: &query.filter,
                attributes: self.attributes_to_ask(query),
            };
            for found in self.search(&search).await? {
                let entry = self.entry(base, found).await?;
                entries.insert(entry.key, entry);
            }
        }
        self.mark_members(query, &mut entries).await?;
        Ok(FullRead { entries: entries.into_values().collect() })
    }

    /// The key of an entry below `base`.
    pub(crate) fn key(&self, base: &str, attributes: &Attributes) -> Result<Key, ReadError> {
        let key = match self.kind {
            Kind::ActiveDirectory => attributes
                .get("objectguid")
                .and_then(|values| values.first())
                .and_then(|value| Key::from_object_guid(value.as_bytes())),
            Kind::Other => first_text(attributes, "entryuuid").and_then(Key::from_text),
        };
        key.ok_or_else(|| ReadError::KeyMissing {
            server: self.server.clone(),
            base: base.to_owned(),
            attribute: self.key_attribute(),
        })
    }

    pub(crate) fn key_attribute(&self) -> &'static str {
        match self.kind {
            Kind::ActiveDirectory => "objectGUID",
            Kind::Other => "entryUUID",
        }
    }

    fn attributes_to_ask<'a>(&self, query: &'a Query) -> Vec<&'a str> {
        let ours: &[&str] = match self.kind {
            Kind::ActiveDirectory => &["userAccountControl", "accountExpires", "primaryGroupID"],
            // Groups of the kind posixGroup list user names.
            Kind::Other => &["uid"],
        };
        let asked = query.attributes.iter().map(String::as_str);
        asked.chain([self.key_attribute()]).chain(ours.iter().copied()).collect()
    }

    async fn entry(&mut self, base: &str, mut found: Found) -> Result<Entry, ReadError> {
        self.complete_ranges(&mut found).await?;
        let key = self.key(base, &found.attributes)?;
        let account = match self.kind {
            Kind::ActiveDirectory => Account::read(&found.attributes).map_err(|attribute| {
                ReadError::ValueMalformed { server: self.server.clone(), base: base.to_owned(), attribute }
            })?,
            Kind::Other => Account::default(),
        };
        let Found { distinguished_name, attributes } = found;
        Ok(Entry { key, distinguished_name, attributes, account, groups: BTreeSet::new() })
    }

    /// Active Directory gives long attributes in parts: `member;range=0-1499`, and the rest when asked for it.
    pub(crate) async fn complete_ranges(&mut self, found: &mut Found) -> Result<(), ReadError> {
        let partial: Vec<String> =
            found.attributes.keys().filter(|name| Range::read(name).is_some()).cloned().collect();
        for described in partial {
            let first = found.attributes.remove(&described).unwrap_or_default();
            let Some(range) = Range::read(&described) else { continue };
            let rest = self.rest_of_range(&found.distinguished_name, &range).await?;
            let values = found.attributes.entry(range.attribute).or_default();
            values.extend(first.into_iter().chain(rest));
        }
        Ok(())
    }

    async fn rest_of_range(&mut self, name: &str, range: &Range) -> Result<Vec<Value>, ReadError> {
        let mut values = Vec::new();
        let mut last = range.last;
        for _ in 0..self.limits.ranges {
            let Some(reached) = last else { return Ok(values) };
            let next = reached.saturating_add(1);
            let asked = format!("{};range={next}-*", range.attribute);
            let part = self.read_one(name, &[&asked]).await?;
            let continued = part.attributes.into_iter().find_map(|(described, values)| {
                let part = Range::read(&described)?;
                (part.attribute == range.attribute && part.first == next).then_some((part.last, values))
            });
            // Nothing more: values were removed while we read, and what we have is all that is left.
            let Some((reached, more)) = continued else { return Ok(values) };
            values.extend(more);
            last = reached;
        }
        Err(self.limit_reached("parts of one attribute", self.limits.ranges))
    }
}

/// `member;range=0-1499`, or `member;range=1500-*` for the last part.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    attribute: String,
    first: u32,
    last: Option<u32>,
}

impl Range {
    fn read(described: &str) -> Option<Self> {
        let (attribute, range) = described.split_once(";range=")?;
        let (first, last) = range.split_once('-')?;
        let last = if last == "*" { None } else { Some(last.parse().ok()?) };
        Some(Self { attribute: attribute.to_owned(), first: first.parse().ok()?, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_recognised() {
        let range = |first, last| Some(Range { attribute: "member".to_owned(), first, last });
        assert_eq!(Range::read("member;range=0-1499"), range(0, Some(1_499)));
        assert_eq!(Range::read("member;range=1500-*"), range(1_500, None));
        assert_eq!(Range::read("member"), None);
        assert_eq!(Range::read("usercertificate;binary"), None);
        assert_eq!(Range::read("member;range=many-*"), None);
    }
}
