//! What every page of the console stands on: the store (with its clock and its source of chance), the address, and
//! what the operator configured.

use std::path::Path;
use std::sync::Arc;

use domain::Language;
use identity::Limits;
use store::Store;
use store::rights::telling::Telling;

use crate::address::Address;

/// Handed to [`crate::router`]; a clone is cheap and means the same.
#[derive(Clone)]
pub struct Console {
    pub(crate) store: Store,
    pub(crate) address: Arc<Address>,
    pub(crate) limits: Limits,
    pub(crate) configured: Arc<[Configured]>,
    pub(crate) is_demo: bool,
    letters: Option<Letters>,
    pub(crate) checkpoint_file: Arc<Path>,
}

/// How letters about requests are written.
#[derive(Clone)]
struct Letters {
    console: Arc<str>,
    language: Language,
}

/// One setting in force, for the settings page: what the configuration file or its defaults say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// The key as in `lokalid.toml`: `guard.stop_percent`. Secrets are named, never shown.
    pub key: String,
    pub value: String,
    pub origin: Origin,
}

/// Where a setting was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Default,
    File,
    Environment,
}

impl Console {
    /// `checkpoint_file`: where the log's sealer keeps its signed checkpoints outside the database.
    pub fn new(store: Store, address: Address, checkpoint_file: &Path) -> Self {
        Self {
            store,
            address: Arc::new(address),
            limits: Limits::default(),
            configured: Arc::from([]),
            is_demo: false,
            letters: None,
            checkpoint_file: Arc::from(checkpoint_file),
        }
    }

    #[must_use]
    pub fn with_session_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What the settings page shows as in force.
    #[must_use]
    pub fn with_configured(mut self, configured: Vec<Configured>) -> Self {
        self.configured = configured.into();
        self
    }

    /// Those who must act are told by mail, in this language. Without it nobody is.
    #[must_use]
    pub fn with_mail(mut self, language: Language) -> Self {
        self.letters = Some(Letters { console: Arc::from(self.address.origin()), language });
        self
    }

    pub(crate) fn telling(&self) -> Option<Telling<'_>> {
        let letters = self.letters.as_ref()?;
        Some(Telling { console: &letters.console, language: letters.language })
    }

    /// Adds the button *Next day*, which the demo's worker answers to.
    #[must_use]
    pub fn as_demo(mut self) -> Self {
        self.is_demo = true;
        self
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("address", &self.address).finish_non_exhaustive()
    }
}
