//! One entry of a directory, as plain as it came: a key that outlives every rename, the name it has today, its
//! attributes, and the facts about its account. What they mean is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

/// What identifies an entry for ever: `objectGUID` in Active Directory, `entryUUID` elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Uuid);

/// One entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) key: Key,
    pub(crate) distinguished_name: String,
    pub(crate) attributes: Attributes,
    pub(crate) account: Account,
    pub(crate) groups: BTreeSet<String>,
}

/// The value of an attribute: text where it is UTF-8, else the bytes themselves.
///
/// Values may be CPR numbers, therefore `Debug` shows only their kind.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

/// What Active Directory says about an account; all `None` in other directories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// `userAccountControl`, raw.
    pub control: Option<u32>,
    pub expires: Option<AccountExpiry>,
    /// The last part of the SID of the group that is not in `memberOf`.
    pub(crate) primary_group: Option<u32>,
}

/// `accountExpires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountExpiry {
    Never,
    At(Timestamp),
}

/// Values by attribute name in lower case.
pub(crate) type Attributes = BTreeMap<String, Vec<Value>>;

impl Key {
    /// From an `objectGUID`: its first three parts have their lowest byte first.
    pub fn from_object_guid(bytes: &[u8]) -> Option<Self> {
        Some(Self(Uuid::from_bytes_le(bytes.try_into().ok()?)))
    }

    /// From the text of an `entryUUID`, or one that was stored earlier.
    pub fn from_text(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    pub(crate) fn as_number(self) -> u128 {
        self.0.as_u128()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl Entry {
    /// An entry without attributes, put together by hand: for whoever tests what entries mean.
    pub fn new(key: Key, distinguished_name: impl Into<String>, account: Account) -> Self {
        let distinguished_name = distinguished_name.into();
        Self { key, distinguished_name, attributes: Attributes::new(), account, groups: BTreeSet::new() }
    }

    /// The same with one more value of an attribute.
    #[must_use]
    pub fn with(mut self, attribute: &str, value: impl Into<Vec<u8>>) -> Self {
        let values = self.attributes.entry(attribute.to_ascii_lowercase()).or_default();
        values.push(Value::from(value.into()));
        self
    }

    /// The same as a member of one more group.
    #[must_use]
    pub fn within(mut self, group: &str) -> Self {
        self.groups.insert(group.to_owned());
        self
    }

    pub fn key(&self) -> Key {
        self.key
    }

    pub fn distinguished_name(&self) -> &str {
        &self.distinguished_name
    }

    pub fn account(&self) -> Account {
        self.account
    }

    /// All values of an attribute; upper and lower case make no difference in its name.
    pub fn values(&self, attribute: &str) -> &[Value] {
        self.attributes.get(&attribute.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The first value that is text.
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.values(attribute).iter().find_map(Value::as_text)
    }

    /// Whether it belongs, directly or through other groups, to a group that the query asked for, named as there.
    pub fn is_member(&self, group: &str) -> bool {
        self.groups.contains(group)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes: Vec<&String> = self.attributes.keys().collect();
        formatter
            .debug_struct("Entry")
            .field("key", &self.key)
            .field("attributes", &attributes)
            .field("account", &self.account)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|not_text| Self::Bytes(not_text.into_bytes()), Self::Text)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text(_) => "Text(masked)",
            Self::Bytes(_) => "Bytes(masked)",
        })
    }
}

impl Account {
    /// The flag ACCOUNTDISABLE of `userAccountControl`.
    pub fn is_disabled(self) -> bool {
        self.control.is_some_and(|control| control & 0x2 != 0)
    }

    /// Reads the three attributes; the error is the name of the one that cannot be read.
    pub(crate) fn read(attributes: &Attributes) -> Result<Self, &'static str> {
        let number = |attribute: &'static str| match first_text(attributes, attribute) {
            None => Ok(None),
            Some(text) => text.parse::<i64>().map(Some).map_err(|_| attribute),
        };
        let control =
            number("useraccountcontrol")?.map(flags).transpose().map_err(|()| "userAccountControl")?;
        let primary_group = number("primarygroupid")?.and_then(|relative| u32::try_from(relative).ok());
        Ok(Self {
            control,
            expires: number("accountexpires")?.map(AccountExpiry::from_filetime),
            primary_group,
        })
    }
}

impl AccountExpiry {
    /// From 100-nanosecond steps since 1601. Zero and dates no calendar reaches mean never.
    fn from_filetime(steps: i64) -> Self {
        const STEPS_PER_SECOND: i64 = 10_000_000;
        const SECONDS_FROM_1601_TO_1970: i64 = 11_644_473_600;
        if steps <= 0 {
            return Self::Never;
        }
        let seconds = steps / STEPS_PER_SECOND - SECONDS_FROM_1601_TO_1970;
        Timestamp::from_second(seconds).map_or(Self::Never, Self::At)
    }
}

pub(crate) fn first_text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name)?.iter().find_map(Value::as_text)
}

/// The flags are a signed 32-bit number on the wire.
fn flags(number: i64) -> Result<u32, ()> {
    i32::try_from(number).map(i32::cast_unsigned).or_else(|_| u32::try_from(number)).map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_guid_is_mixed_endian() {
        let bytes: Vec<u8> = (0..16).collect();
        let key = Key::from_object_guid(&bytes).unwrap();
        assert_eq!(key.to_string(), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(Key::from_text("03020100-0504-0706-0809-0A0B0C0D0E0F"), Some(key));
        assert_eq!(Key::from_object_guid(&bytes[..15]), None);
        assert_eq!(Key::from_text("kirsten"), None);
    }

    #[test]
    fn account_expires_is_never_or_an_instant() {
        for never in [0, i64::MAX] {
            assert_eq!(AccountExpiry::from_filetime(never), AccountExpiry::Never);
        }
        // As Active Directory shows midnight, Danish winter time, at the end of 2026-11-30.
        let expected: Timestamp = "2026-11-30T23:00:00Z".parse().unwrap();
        assert_eq!(AccountExpiry::from_filetime(134_405_532_000_000_000), AccountExpiry::At(expected));
    }

    #[test]
    fn account_facts_are_read_or_the_broken_one_is_named() {
        let with = |name: &str, value: &str| {
            Attributes::from([(name.to_owned(), vec![Value::Text(value.to_owned())])])
        };
        assert_eq!(Account::read(&Attributes::new()), Ok(Account::default()));
        assert!(Account::read(&with("useraccountcontrol", "514")).unwrap().is_disabled());
        assert!(!Account::read(&with("useraccountcontrol", "512")).unwrap().is_disabled());
        assert_eq!(
            Account::read(&with("useraccountcontrol", "-2147483136")).unwrap().control,
            Some(0x8000_0200)
        );
        assert_eq!(Account::read(&with("accountexpires", "soon")), Err("accountexpires"));
    }

    #[test]
    fn values_are_never_shown() {
        let value = Value::from("610190-1234".as_bytes().to_vec());
        assert_eq!(format!("{value:?}"), "Text(masked)");
        assert_eq!(Value::from(vec![0xff, 0xfe]).as_text(), None);
    }
}
