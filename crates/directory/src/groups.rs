//! Who belongs to a group, also through groups inside groups.
//!
//! Active Directory answers that itself with a matching rule. Elsewhere all groups are read and unfolded in
//! memory; groups that contain each other are met once.

use std::collections::{BTreeMap, HashMap, HashSet};

use ldap3::{Scope, ldap_escape};

use crate::connection::{Connection, Kind};
use crate::entry::{Attributes, Entry, Key, Value};
use crate::error::ReadError;
use crate::name::Name;
use crate::query::Query;
use crate::search::Search;

/// LDAP_MATCHING_RULE_IN_CHAIN: membership through any number of groups.
const IN_CHAIN: &str = "memberOf:1.2.840.113556.1.4.1941:";

const GROUP_CLASSES: &str = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup))";

impl Connection {
    /// Notes in each entry which of the query's groups it belongs to.
    pub(crate) async fn mark_members(
        &mut self,
        query: &Query,
        entries: &mut BTreeMap<Key, Entry>,
    ) -> Result<(), ReadError> {
        let mut known = KnownGroups::default();
        for group in &query.groups {
            match self.kind {
                Kind::ActiveDirectory => self.mark_in_chain(query, group, entries).await?,
                Kind::Other => self.mark_unfolded(group, &mut known, entries).await?,
            }
        }
        Ok(())
    }

    async fn mark_in_chain(
        &mut self,
        query: &Query,
        group: &str,
        entries: &mut BTreeMap<Key, Entry>,
    ) -> Result<(), ReadError> {
        let primary = self.primary_groups_within(group).await?;
        for entry in entries.values_mut() {
            if entry.account.primary_group.is_some_and(|relative| primary.contains(&relative)) {
                entry.groups.insert(group.to_owned());
            }
        }
        let filter = format!("(&{}({IN_CHAIN}={}))", bracketed(&query.filter), ldap_escape(group));
        for base in &query.bases {
            let attributes = vec![self.key_attribute()];
            let search = Search { base, scope: Scope::Subtree, filter: &filter, attributes };
            for found in self.search(&search).await? {
                if let Some(entry) = entries.get_mut(&self.key(base, &found.attributes)?) {
                    entry.groups.insert(group.to_owned());
                }
            }
        }
        Ok(())
    }

    /// The primary group of a person, usually Domain Users, is in no `memberOf`; it is a number at the person.
    /// These are the numbers of the group and all groups inside it.
    async fn primary_groups_within(&mut self, group: &str) -> Result<HashSet<u32>, ReadError> {
        let asked = self.read_group(group, &["objectSid"]).await?;
        let mut numbers: HashSet<u32> = relative_identifier(&asked).into_iter().collect();
        let Some(base) = self.naming_context_of(group).map(str::to_owned) else { return Ok(numbers) };
        let filter = format!("(&(objectClass=group)({IN_CHAIN}={}))", ldap_escape(group));
        let search =
            Search { base: &base, scope: Scope::Subtree, filter: &filter, attributes: vec!["objectSid"] };
        let inner = self.search(&search).await?;
        numbers.extend(inner.iter().filter_map(|found| relative_identifier(&found.attributes)));
        Ok(numbers)
    }

    async fn mark_unfolded(
        &mut self,
        group: &str,
        known: &mut KnownGroups,
        entries: &mut BTreeMap<Key, Entry>,
    ) -> Result<(), ReadError> {
        self.read_group(group, &["objectClass"]).await?;
        let context = self.naming_context_of(group).unwrap_or(group).to_owned();
        if known.contexts.insert(context.clone()) {
            self.learn_groups(&context, known).await?;
        }
        let members = known
            .unfold(group, self.limits.nesting)
            .ok_or_else(|| self.limit_reached("groups inside groups", self.limits.nesting))?;
        for entry in entries.values_mut() {
            if members.hold(entry) {
                entry.groups.insert(group.to_owned());
            }
        }
        Ok(())
    }

    async fn learn_groups(&mut self, base: &str, known: &mut KnownGroups) -> Result<(), ReadError> {
        let attributes = vec!["member", "uniqueMember", "memberUid"];
        let search = Search { base, scope: Scope::Subtree, filter: GROUP_CLASSES, attributes };
        for mut found in self.search(&search).await? {
            self.complete_ranges(&mut found).await?;
            known.groups.insert(Name::new(&found.distinguished_name), Members::read(&found.attributes));
        }
        Ok(())
    }

    /// A group that is gone must not look like one without members.
    async fn read_group(&mut self, group: &str, attributes: &[&str]) -> Result<Attributes, ReadError> {
        match self.read_one(group, attributes).await {
            Ok(found) => Ok(found.attributes),
            Err(ReadError::BaseNotFound { server, .. }) => {
                Err(ReadError::GroupNotFound { server, group: group.to_owned() })
            }
            Err(other) => Err(other),
        }
    }
}

/// A filter may be written without brackets around it; inside another one it needs them.
fn bracketed(filter: &str) -> String {
    let filter = filter.trim();
    if filter.starts_with('(') { filter.to_owned() } else { format!("({filter})") }
}

/// The last four octets of a SID, lowest first.
fn relative_identifier(attributes: &Attributes) -> Option<u32> {
    let sid = attributes.get("objectsid")?.first()?.as_bytes();
    sid.last_chunk::<4>().map(|octets| u32::from_le_bytes(*octets))
}

/// The groups below the naming contexts read so far.
#[derive(Default)]
struct KnownGroups {
    contexts: HashSet<String>,
    groups: HashMap<Name, Members>,
}

/// What a group lists.
#[derive(Clone, Default)]
struct Members {
    names: HashSet<Name>,
    user_names: HashSet<String>,
}

impl KnownGroups {
    /// All members of a group and of the groups inside it; `None` when they are nested deeper than allowed.
    fn unfold(&self, group: &str, nesting: u32) -> Option<Members> {
        let mut all = Members::default();
        let mut layer = vec![Name::new(group)];
        for _ in 0..=nesting {
            let mut next = Vec::new();
            for members in layer.iter().filter_map(|name| self.groups.get(name)) {
                all.user_names.extend(members.user_names.iter().cloned());
                // Whoever is new may be a group; whoever was met before closes a circle.
                next.extend(members.names.iter().filter(|name| all.names.insert((*name).clone())).cloned());
            }
            if next.is_empty() {
                return Some(all);
            }
            layer = next;
        }
        None
    }
}

impl Members {
    fn read(attributes: &Attributes) -> Self {
        let texts = |name: &str| attributes.get(name).into_iter().flatten().filter_map(Value::as_text);
        Self {
            names: texts("member").chain(texts("uniquemember")).map(Name::new).collect(),
            user_names: texts("memberuid").map(str::to_lowercase).collect(),
        }
    }

    fn hold(&self, entry: &Entry) -> bool {
        self.names.contains(&Name::new(&entry.distinguished_name))
            || entry
                .values("uid")
                .iter()
                .filter_map(Value::as_text)
                .any(|name| self.user_names.contains(&name.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(groups: &[(&str, &[&str])]) -> KnownGroups {
        let members = |names: &[&str]| Members {
            names: names.iter().map(|name| Name::new(name)).collect(),
            user_names: HashSet::new(),
        };
        let groups = groups.iter().map(|(group, names)| (Name::new(group), members(names)));
        KnownGroups { contexts: HashSet::new(), groups: groups.collect() }
    }

    #[test]
    fn groups_that_contain_each_other_are_met_once() {
        let known = known(&[("cn=a", &["cn=b", "uid=1"]), ("cn=b", &["cn=a", "cn=b", "uid=2"])]);
        let members = known.unfold("CN=A", 50).unwrap();
        for expected in ["uid=1", "uid=2"] {
            assert!(members.names.contains(&Name::new(expected)), "{expected}");
        }
    }

    #[test]
    fn nesting_beyond_the_limit_is_not_cut_off_in_silence() {
        let known = known(&[("cn=a", &["cn=b"]), ("cn=b", &["cn=c"]), ("cn=c", &["uid=1"])]);
        assert!(known.unfold("cn=a", 3).is_some());
        assert!(known.unfold("cn=a", 2).is_none());
    }

    #[test]
    fn filters_get_the_brackets_they_need() {
        assert_eq!(bracketed("cn=*"), "(cn=*)");
        assert_eq!(bracketed(" (cn=*)"), "(cn=*)");
    }
}
