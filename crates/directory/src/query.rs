//! What to read: below which bases, which entries, which attributes, and membership of which groups.

use crate::entry::Entry;
use crate::name::Name;
use crate::settings::SettingsError;

/// A question to a directory. One made here always has a base and a filter that can be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub(crate) bases: Vec<String>,
    pub(crate) filter: String,
    pub(crate) attributes: Vec<String>,
    pub(crate) groups: Vec<String>,
}

impl Query {
    /// Entries that match `filter`, at and below each of `bases`.
    pub fn new<Base: Into<String>>(
        bases: impl IntoIterator<Item = Base>,
        filter: impl Into<String>,
    ) -> Result<Self, SettingsError> {
        let bases: Vec<String> = bases.into_iter().map(Into::into).collect();
        let filter = filter.into();
        if bases.is_empty() {
            return Err(SettingsError::BaseMissing);
        }
        if ldap3::parse_filter(&filter).is_err() {
            return Err(SettingsError::FilterMalformed { filter });
        }
        Ok(Self { bases, filter, attributes: Vec::new(), groups: Vec::new() })
    }

    /// The attributes wanted of each entry; key and account facts come without being asked for.
    #[must_use]
    pub fn attributes<Name: Into<String>>(mut self, names: impl IntoIterator<Item = Name>) -> Self {
        self.attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Distinguished names of groups; each entry then knows whether it belongs to them.
    #[must_use]
    pub fn groups<Name: Into<String>>(mut self, names: impl IntoIterator<Item = Name>) -> Self {
        self.groups.extend(names.into_iter().map(Into::into));
        self
    }

    /// The organisational units that an entry lies in below its base, outermost first. Where bases lie in each other
    /// the outermost one counts, so that a base more takes no unit away.
    pub fn units_of(&self, entry: &Entry) -> Vec<String> {
        let mut bases: Vec<Name> = self.bases.iter().map(|base| Name::new(base)).collect();
        bases.sort_by_key(Name::depth);
        bases.iter().find_map(|base| Name::units_below(&entry.distinguished_name, base)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Account, Key};

    #[test]
    fn the_outermost_base_says_where_the_units_begin() {
        let query = Query::new(["OU=Skoler,DC=kommune", "DC=Kommune", "DC=andet"], "(cn=*)").unwrap();
        let units = |name: &str| {
            let key = Key::from_object_guid(&[1; 16]).unwrap();
            query.units_of(&Entry::new(key, name, Account::default()))
        };
        assert_eq!(units("CN=Bo,OU=Nørreby,OU=Skoler,DC=kommune"), ["Skoler", "Nørreby"]);
        assert_eq!(units("CN=Bo,DC=kommune"), [""; 0]);
        assert_eq!(units("CN=Bo,OU=Skoler,DC=elsewhere"), [""; 0]);
    }

    #[test]
    fn a_query_without_base_or_with_a_broken_filter_is_refused() {
        let nowhere: [&str; 0] = [];
        assert_eq!(Query::new(nowhere, "(cn=*)"), Err(SettingsError::BaseMissing));
        let broken = Query::new(["dc=kommune,dc=example"], "(cn=*");
        assert_eq!(broken, Err(SettingsError::FilterMalformed { filter: "(cn=*".to_owned() }));
    }
}
