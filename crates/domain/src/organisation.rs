//! One CVR number and everything it has settled: variant, environment, owners of fields, limits of the guard.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cvr, Desired, Field, SourceName};

/// An organisation that this installation looks after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    pub cvr: Cvr,
    pub name: String,
    pub variant: Variant,
    pub environment: Environment,
    pub settings: Settings,
}

impl Organisation {
    /// Where real people are forbidden, nothing is sent before somebody has said that these are none.
    pub fn may_be_written_to(&self) -> bool {
        !self.environment.forbids_real_people() || self.settings.fictitious_people
    }

    /// Whether a call may carry several rights: today's clients send one (reference/idm-api.md §2.12).
    pub fn sends_rights_together(&self) -> bool {
        self.settings.rights_together.unwrap_or(self.environment == Environment::Emulator)
    }
}

/// Which arrangement the organisation has with MitID Erhverv.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Users activate themselves with private MitID.
    Light,
    /// The organisation logs its own people in.
    LocalIdp,
}

/// Which MitID Erhverv is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    Production,
    IntegrationTest,
    PreProduction,
    Emulator,
}

impl Environment {
    /// The name as it stands in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::IntegrationTest => "integration-test",
            Self::PreProduction => "pre-production",
            Self::Emulator => "emulator",
        }
    }

    /// Environments of MitID Erhverv where real people are forbidden (mitid-erhverv.dk, test environments).
    pub fn forbids_real_people(self) -> bool {
        matches!(self, Self::IntegrationTest | Self::PreProduction)
    }
}

/// An NSIS assurance level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Low,
    Substantial,
    High,
}

impl Level {
    /// The name that the IdM API uses (reference/idm-api.md §2.1; only `Substantial` was ever seen).
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Substantial => "Substantial",
            Self::High => "High",
        }
    }

    /// The level of that name, whatever its case; `None` for one that is not known.
    pub fn from_wire_name(text: &str) -> Option<Self> {
        let levels = [Self::Low, Self::Substantial, Self::High];
        levels.into_iter().find(|level| level.wire_name().eq_ignore_ascii_case(text.trim()))
    }
}

/// The highest level that the organisation is notified for; nothing is created or asserted above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notified {
    #[default]
    None,
    Substantial,
    High,
}

impl Notified {
    pub fn ceiling(self) -> Level {
        match self {
            Self::None => Level::Low,
            Self::Substantial => Level::Substantial,
            Self::High => Level::High,
        }
    }
}

/// Who decides a field when both sides have changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// We write our value over theirs.
    Local,
    /// We accept theirs.
    Remote,
    /// A human decides.
    Ask,
}

/// Limits that stop a plan for a second pair of eyes (behaviour.md, Guard).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardLimits {
    /// Suspensions and deletions are held above this share of the people, in per cent ...
    pub stop_percent: f64,
    /// ... and above this number.
    pub stop_count: usize,
    /// Removals of rights are held above this share of all that are held, in per cent, ...
    pub removal_percent: f64,
    /// ... and from this number on.
    pub removal_count: usize,
    /// A source or search answer that is this much shorter than the last good one is not believed, in per cent.
    pub shrink_percent: f64,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            stop_percent: 5.0,
            stop_count: 5,
            removal_percent: 5.0,
            removal_count: 20,
            shrink_percent: 10.0,
        }
    }
}

/// What an organisation has settled. Defaults are those of behaviour.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the configuration, not a state")]
pub struct Settings {
    /// `nsis_notified` in the configuration and in the database; earlier it was written without the prefix.
    #[serde(rename = "nsis_notified", alias = "notified")]
    pub notified: Notified,
    /// The level that identities are created at; never above what is notified.
    pub level: Level,
    pub owners: BTreeMap<Field, Owner>,
    pub guard: GuardLimits,
    pub wave_limit: usize,
    pub single_administrator: bool,
    pub several_identities: bool,
    pub create_without_cpr: bool,
    pub allow_replacement_cpr: bool,
    pub fictitious_people: bool,
    pub delete_after_days: u32,
    pub create_days_ahead: u32,
    pub signing: bool,
    /// Whether users get their rights only once they have activated.
    pub rights_wait_for_activation: bool,
    /// Whether several rights are given or taken in one call; where that is refused they go one by one. By itself only
    /// against the emulator.
    pub rights_together: Option<bool>,
    /// Sources in order of precedence, the most trusted first. One that is not named comes last.
    pub precedence: Vec<SourceName>,
    /// Another order for single fields, by the field's name as in `lokalid.toml` (`status`, `email`, ...).
    pub field_precedence: BTreeMap<String, Vec<SourceName>>,
    pub invoice: InvoiceMethods,
    /// Put behind the user name to make the subjectNameId of Local IdP.
    pub subject_name_id_suffix: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            notified: Notified::None,
            level: Level::Low,
            owners: BTreeMap::new(),
            guard: GuardLimits::default(),
            wave_limit: 100,
            single_administrator: false,
            several_identities: false,
            create_without_cpr: false,
            allow_replacement_cpr: false,
            fictitious_people: false,
            delete_after_days: 90,
            create_days_ahead: 0,
            signing: false,
            rights_wait_for_activation: false,
            rights_together: None,
            precedence: Vec::new(),
            field_precedence: BTreeMap::new(),
            invoice: InvoiceMethods::default(),
            subject_name_id_suffix: String::new(),
        }
    }
}

impl Settings {
    /// Who owns a field, where the organisation has not said otherwise.
    pub fn owner(&self, field: Field) -> Owner {
        self.owners.get(&field).copied().unwrap_or(match field {
            Field::Rid => Owner::Remote,
            Field::Status | Field::Cpr | Field::Rights => Owner::Ask,
            _ => Owner::Local,
        })
    }

    /// The rank of a source for a field; lower is more trusted.
    pub fn rank(&self, field: &str, source: &SourceName) -> usize {
        let order = self.field_precedence.get(field).unwrap_or(&self.precedence);
        order.iter().position(|name| name == source).unwrap_or(order.len())
    }

    /// The level that an identity is created at and kept at.
    pub fn created_level(&self) -> Level {
        self.level.min(self.notified.ceiling())
    }
}

/// Which invoice method pays for a user. The IdM API takes a UUID and lists none (reference/idm-api.md §2.16).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InvoiceMethods {
    pub organisation: Option<Uuid>,
    pub by_unit: BTreeMap<String, Uuid>,
    /// By the value of the source attribute that chooses one.
    pub by_key: BTreeMap<String, Uuid>,
}

/// What the invoice settings say of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceChoice {
    Method(Uuid),
    /// Nothing is configured at all.
    Unset,
    /// The source names a key that is not configured.
    UnknownKey(String),
}

impl InvoiceMethods {
    pub fn choose(&self, person: &Desired) -> InvoiceChoice {
        if let Some(key) = &person.invoice_key {
            return match self.by_key.get(key) {
                Some(method) => InvoiceChoice::Method(*method),
                None => InvoiceChoice::UnknownKey(key.clone()),
            };
        }
        let of_unit = person.unit.as_ref().and_then(|unit| self.by_unit.get(unit));
        of_unit
            .or(self.organisation.as_ref())
            .map_or(InvoiceChoice::Unset, |method| InvoiceChoice::Method(*method))
    }

    /// Every method that is configured.
    pub fn all(&self) -> BTreeSet<Uuid> {
        self.organisation.iter().chain(self.by_unit.values()).chain(self.by_key.values()).copied().collect()
    }
}

/// The last day that counts `days` from `from`; saturates at the end of the calendar.
pub(crate) fn days_after(from: Date, days: u32) -> Date {
    from.saturating_add(jiff::Span::new().days(i64::from(days)))
}
