//! One user of an organisation, written flat as the control interface shows it.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cpr::CprNumber;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Employee {
    pub uuid: Uuid,
    pub id: i64,
    pub status: Status,
    pub given_name: String,
    pub surname: String,
    pub email_address: String,
    #[serde(default)]
    pub cpr_number: Option<CprNumber>,
    #[serde(default)]
    pub date_of_birth: Option<Date>,
    #[serde(default)]
    pub rid: Option<String>,
    #[serde(default)]
    pub pseudonym: bool,
    #[serde(default = "lowest")]
    pub registered_ial: Level,
    #[serde(default = "lowest")]
    pub target_ial: Level,
    #[serde(default)]
    pub allow_signing: bool,
    #[serde(default)]
    pub invoice_method_uuid: Option<Uuid>,
    #[serde(default)]
    pub administrator_roles: Vec<String>,
    #[serde(default)]
    pub authenticators: Vec<Authenticator>,
    #[serde(default)]
    pub roles: Vec<AssignedRole>,
    /// What a Pending user gets on the day of activation.
    #[serde(default)]
    pub requested_authenticators: Vec<AuthenticatorKind>,
    /// The link in the last activation mail; none once it was used.
    #[serde(default)]
    pub activation: Option<Activation>,
    /// Came over from NemID: waits for an activation order instead of a mail.
    #[serde(default)]
    pub migrated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Pending,
    Active,
    Suspended,
}

/// NSIS level, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    Low,
    Substantial,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticatorKind {
    LocalIdentityProvider,
    PrivateMitId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticator {
    pub uuid: Uuid,
    #[serde(rename = "type")]
    pub kind: AuthenticatorKind,
    pub status: String,
    /// The subjectNameId of a local identity provider, nothing otherwise.
    pub id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    pub code: String,
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedRole {
    pub uuid: Uuid,
    pub name: String,
    pub scope: Scope,
}

/// Where a right holds: (`Cvr`, `SE`, `PU`) and the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    #[serde(rename = "type")]
    pub kind: ScopeKind,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeKind {
    Cvr,
    #[serde(rename = "SE")]
    SeNumber,
    #[serde(rename = "PU")]
    ProductionUnit,
}

impl Employee {
    pub(crate) fn subject_name_id(&self) -> Option<&str> {
        self.authenticators.iter().find_map(|authenticator| authenticator.id.as_deref())
    }

    pub(crate) fn has(&self, kind: AuthenticatorKind) -> bool {
        self.authenticators.iter().any(|authenticator| authenticator.kind == kind)
    }
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Substantial => "Substantial",
            Self::High => "High",
        }
    }
}

impl ScopeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cvr => "Cvr",
            Self::SeNumber => "SE",
            Self::ProductionUnit => "PU",
        }
    }
}

/// The text is none of the words the emulator knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the word is not one that the emulator knows")]
pub struct UnknownWord;

impl FromStr for Level {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Low, Self::Substantial, Self::High]
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownWord)
    }
}

impl FromStr for AuthenticatorKind {
    type Err = UnknownWord;

    /// By the names that requests use; the lists have others.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.to_ascii_lowercase().as_str() {
            "localidentityprovider" => Ok(Self::LocalIdentityProvider),
            "privatenemidmitid" => Ok(Self::PrivateMitId),
            _ => Err(UnknownWord),
        }
    }
}

impl FromStr for ScopeKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.to_ascii_lowercase().as_str() {
            "cvr" => Ok(Self::Cvr),
            "se" => Ok(Self::SeNumber),
            "pu" => Ok(Self::ProductionUnit),
            _ => Err(UnknownWord),
        }
    }
}

fn lowest() -> Level {
    Level::Low
}
