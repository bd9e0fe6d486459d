//! The fields of an identity that both sides know, as one uniform map, so that comparing is one loop.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Language;

/// A field that can differ between us and MitID Erhverv.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    GivenName,
    Surname,
    Email,
    Cpr,
    Rid,
    Level,
    InvoiceMethod,
    Signing,
    Pseudonym,
    UserName,
    Status,
    /// Rights to self-services, all of them together.
    Rights,
}

impl Field {
    /// The name in JSON and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::GivenName => "given-name",
            Self::Surname => "surname",
            Self::Email => "email",
            Self::Cpr => "cpr",
            Self::Rid => "rid",
            Self::Level => "level",
            Self::InvoiceMethod => "invoice-method",
            Self::Signing => "signing",
            Self::Pseudonym => "pseudonym",
            Self::UserName => "user-name",
            Self::Status => "status",
            Self::Rights => "rights",
        }
    }

    /// The word that a person reads.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Self::GivenName => language.pick("fornavn", "given name"),
            Self::Surname => language.pick("efternavn", "surname"),
            Self::Email => language.pick("e-mail", "e-mail"),
            Self::Cpr => language.pick("CPR-nummer", "CPR number"),
            Self::Rid => "RID",
            Self::Level => language.pick("sikringsniveau", "assurance level"),
            Self::InvoiceMethod => language.pick("faktureringsmetode", "invoice method"),
            Self::Signing => language.pick("kvalificeret signering", "qualified signing"),
            Self::Pseudonym => language.pick("navnebeskyttelse", "name protection"),
            Self::UserName => language.pick("brugernavn", "user name"),
            Self::Status => language.pick("status", "status"),
            Self::Rights => language.pick("rettigheder", "rights"),
        }
    }

    /// Whether two values of this field mean the same.
    pub fn same(self, left: &str, right: &str) -> bool {
        match self {
            Self::Email | Self::Level | Self::InvoiceMethod => left.to_lowercase() == right.to_lowercase(),
            _ => left == right,
        }
    }
}

/// Values by field. A field that is absent is not known, which is not the same as empty.
/// CPR numbers are never in here: they are compared as [`crate::Cpr`] and never shown.
pub type Fields = BTreeMap<Field, String>;
