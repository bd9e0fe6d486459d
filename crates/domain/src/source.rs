//! Where people come from: what one source said of everybody at one time.
//!
//! A [`Snapshot`] is complete by construction. A read that failed half-way is an error of the reader and never
//! becomes a value of this module, so it cannot cause a suspension or deletion.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{Cpr, Email, Name, PNumber, Rid, UserName};

/// The name of a source in the configuration: `ad`, `payroll`, `by-hand`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceName(pub String);

impl SourceName {
    /// The source that administrators write themselves, in the console or by `lokalid person`.
    pub const BY_HAND: &'static str = "by-hand";

    pub fn by_hand() -> Self {
        Self(Self::BY_HAND.to_owned())
    }
}

impl std::fmt::Display for SourceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What makes a record the same record next time: objectGUID in AD, a configured column in a file.
///
/// A key made from a CPR number is that number under a keyed hash, never the number itself; the reader marks it
/// with [`SourceKey::FromCpr`] and the store replaces it before anything is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceKey {
    Text(String),
    FromCpr(Cpr),
}

/// Whether the source says that this person should be able to log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Employed,
    /// The account is disabled in the directory.
    Disabled,
    /// The account has expired (AD: accountExpires) at this instant.
    Expired(Timestamp),
    /// Known to the directory but not in the group that means "in MitID Erhverv".
    OutsideGroup,
}

/// What one source says of one person. A source may know only some fields: payroll has no user name, say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    pub key: SourceKey,
    /// Where a human finds it: "row 17", a distinguished name.
    pub place: String,
    pub standing: Standing,
    pub user_name: Option<UserName>,
    pub cpr: Option<Cpr>,
    pub birth_date: Option<Date>,
    pub given_name: Option<Name>,
    pub surname: Option<Name>,
    pub email: Option<Email>,
    pub phone: Option<String>,
    pub unit: Option<String>,
    pub title: Option<String>,
    pub manager: Option<String>,
    pub p_number: Option<PNumber>,
    pub rid: Option<Rid>,
    /// First day of employment.
    pub start: Option<Date>,
    /// Last day of employment; the person may log in until the end of it, Danish time.
    pub end: Option<Date>,
    /// The value of the attribute that chooses an invoice method.
    pub invoice_key: Option<String>,
    /// Name protection.
    pub pseudonym: bool,
    /// Qualified signing, where the source decides it.
    pub signing: Option<bool>,
    /// The groups that the person belongs to, as far as the source was asked for them.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// Mapped attributes that nothing above has room for.
    pub more: BTreeMap<String, String>,
}

impl SourceRecord {
    /// A record that says nothing but that this key is employed; readers fill in what they know.
    pub fn new(key: SourceKey, place: impl Into<String>) -> Self {
        Self {
            key,
            place: place.into(),
            standing: Standing::Employed,
            user_name: None,
            cpr: None,
            birth_date: None,
            given_name: None,
            surname: None,
            email: None,
            phone: None,
            unit: None,
            title: None,
            manager: None,
            p_number: None,
            rid: None,
            start: None,
            end: None,
            invoice_key: None,
            pseudonym: false,
            signing: None,
            groups: BTreeSet::new(),
            more: BTreeMap::new(),
        }
    }
}

/// A row that was broken and left out because somebody asked for that. Its person stays as last known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// `None` when the key itself could not be read: then nobody at all is taken for a leaver.
    pub key: Option<SourceKey>,
    pub place: String,
    /// In English, for the command line.
    pub why: String,
    /// The same in parts, where the reader of the source has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Parts>,
}

/// Something a human should look at that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub place: String,
    /// In English, for the command line.
    pub text: String,
    /// The same in parts, where the reader of the source has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
}

/// A sentence in parts: which one it is, and what stands in it. Whoever shows it makes the words in the language of the
/// reader. Never holds what stood in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// The name of the text.
    pub key: String,
    pub values: BTreeMap<String, String>,
}

impl Parts {
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), values: BTreeMap::new() }
    }

    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a word or a number, as it stands at hand")]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Why something failed: in English, for the command line and the log, and in parts where the reader has them.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("{words}")]
pub struct Told {
    pub words: String,
    pub parts: Vec<Parts>,
}

impl Told {
    pub fn in_english(words: impl Into<String>) -> Self {
        Self { words: words.into(), parts: Vec::new() }
    }

    /// The sentence that has this name in the console's languages, and needs nothing put in.
    pub fn named(key: &str, words: &str) -> Self {
        Self { words: words.to_owned(), parts: vec![Parts::new(key)] }
    }
}

/// Everything a source said at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub source: SourceName,
    pub taken_at: Timestamp,
    pub records: Vec<SourceRecord>,
    pub skipped: Vec<SkippedRow>,
    pub warnings: Vec<Warning>,
}
