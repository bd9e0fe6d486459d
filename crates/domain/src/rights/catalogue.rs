//! What exists in MitID Erhverv: the rights that can be given, and the places that they can be limited to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{PNumber, RightId, rights::SeNumber};

/// Every right that MitID Erhverv ever showed this organisation.
pub type Catalogue = BTreeMap<RightId, Right>;

/// One right of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Right {
    pub name: String,
    pub description: Option<String>,
    /// Whether MitID Erhverv says that it is in the basic package, if it says so.
    pub basic: Option<bool>,
    /// Since when the catalogue no longer has it. It stays visible with its holders and is not given any more.
    pub vanished_at: Option<Timestamp>,
}

/// The SE numbers and open production units of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    pub se_numbers: BTreeSet<SeNumber>,
    /// With their names.
    pub production_units: BTreeMap<PNumber, String>,
}
