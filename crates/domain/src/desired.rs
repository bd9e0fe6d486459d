//! What we want: one identity as its sources, merged by precedence, say it must be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    Cpr, Email, Field, Fields, IdentityId, InvoiceChoice, Language, Name, Organisation, PNumber, PersonId,
    Rid, SourceName, UserName,
};

/// One identity as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    pub identity: IdentityId,
    pub person: PersonId,
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
    pub invoice_key: Option<String>,
    pub pseudonym: bool,
    /// `None`: the organisation's default.
    pub signing: Option<bool>,
    /// Of all sources that show the person.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<String>,
    /// Further attributes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The source whose word on status counted.
    pub source: SourceName,
    pub presence: Presence,
}

/// Whether the person should be able to log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Employment begins on a later day.
    Ahead(Date),
    Employed,
    Left(Departure),
}

/// How somebody left: the words of a suspension's reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// The known last day, else the day of the first complete snapshot without the person.
    pub on: Date,
    pub source: SourceName,
    pub how: Leaving,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leaving {
    Missing,
    Disabled,
    Expired,
    OutsideGroup,
    Ended,
}

impl Leaving {
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Self::Missing => language.pick("findes ikke længere i kilden", "no longer in the source"),
            Self::Disabled => language.pick("kontoen er deaktiveret", "the account is disabled"),
            Self::Expired => language.pick("kontoen er udløbet", "the account has expired"),
            Self::OutsideGroup => language.pick("er ikke længere i gruppen", "no longer in the group"),
            Self::Ended => language.pick("ansættelsen er slut", "the employment has ended"),
        }
    }
}

/// A person's own order that an identity stays suspended; no source and no plan lifts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub by: String,
    pub why: String,
    pub at: Timestamp,
}

impl Desired {
    /// The fields that MitID Erhverv shows too, as we want them.
    pub fn fields(&self, organisation: &Organisation) -> Fields {
        let settings = &organisation.settings;
        let mut fields = Fields::new();
        let mut put = |field, value: Option<String>| {
            if let Some(value) = value {
                fields.insert(field, value);
            }
        };
        put(Field::GivenName, self.given_name.as_ref().map(ToString::to_string));
        put(Field::Surname, self.surname.as_ref().map(ToString::to_string));
        put(Field::Email, self.email.as_ref().map(ToString::to_string));
        put(Field::Rid, self.rid.as_ref().map(ToString::to_string));
        put(Field::Level, Some(settings.created_level().wire_name().to_owned()));
        put(Field::Signing, Some(self.wants_signing(organisation).to_string()));
        if let InvoiceChoice::Method(method) = settings.invoice.choose(self) {
            put(Field::InvoiceMethod, Some(method.to_string()));
        }
        fields
    }

    pub fn wants_signing(&self, organisation: &Organisation) -> bool {
        self.signing.unwrap_or(organisation.settings.signing)
    }

    /// What a list calls this person: the user name, else the name.
    pub fn label(&self) -> String {
        self.user_name.as_ref().map_or_else(|| self.full_name(), ToString::to_string)
    }

    pub fn full_name(&self) -> String {
        let parts = [self.given_name.as_ref(), self.surname.as_ref()];
        parts.into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}
