//! What MitID Erhverv last said of one identity, with the time it said it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cpr, Field, Fields, RemoteUuid};

/// One identity as last seen in MitID Erhverv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    pub uuid: RemoteUuid,
    pub status: Status,
    /// Whatever the answers held; a field that no answer held is absent.
    pub fields: Fields,
    /// `None` also when what came was not a CPR number.
    pub cpr: Option<Cpr>,
    pub administrator_roles: Vec<String>,
    pub authenticators: Vec<Authenticator>,
    /// The time of the search or read that last showed it.
    pub seen_at: Timestamp,
    /// The time of its last own GET, if it ever had one.
    pub detailed_at: Option<Timestamp>,
    /// When its rights were last read. `None`: never, or something happened since that may have changed them.
    pub rights_at: Option<Timestamp>,
    pub sight: Sight,
}

/// Status in MitID Erhverv: an open set, of which three values are known (reference/idm-api.md §3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Status {
    Pending,
    Active,
    Suspended,
    /// Kept as it came; nothing is written to such an identity.
    Other(String),
}

impl From<String> for Status {
    fn from(text: String) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "pending" => Self::Pending,
            "active" => Self::Active,
            "suspended" => Self::Suspended,
            _ => Self::Other(text),
        }
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.wire_name().to_owned()
    }
}

impl Status {
    pub fn wire_name(&self) -> &str {
        match self {
            Self::Pending => "Pending",
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Other(text) => text,
        }
    }
}

/// Whether the last answers showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    Seen,
    /// A search left it out. Nothing is planned for it.
    NotSeen,
    /// Its own GET answered 404. Only that makes an identity gone.
    Gone,
}

/// A login means as listed by MitID Erhverv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticator {
    pub uuid: Option<String>,
    pub kind: String,
    pub status: Option<String>,
    /// For a local identity provider the subjectNameId.
    pub id: Option<String>,
}

impl Observed {
    pub fn field(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).map(String::as_str)
    }

    /// The values of some fields as they may be shown: a CPR number masked.
    pub fn shown(&self, fields: &BTreeSet<Field>) -> Fields {
        let value = |field: Field| match field {
            Field::Status => Some(self.status.wire_name().to_owned()),
            Field::Cpr => self.cpr.as_ref().map(Cpr::masked),
            other => self.field(other).map(str::to_owned),
        };
        fields.iter().filter_map(|field| Some((*field, value(*field)?))).collect()
    }

    pub fn is_administrator(&self) -> bool {
        !self.administrator_roles.is_empty()
    }

    pub fn full_name(&self) -> String {
        let parts = [self.field(Field::GivenName), self.field(Field::Surname)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
