//! What somebody holds in MitID Erhverv.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{RightId, rights::Scope};

/// A right in a scope: held once or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Assignment {
    pub right: RightId,
    pub scope: Scope,
}

/// The rights of one identity as MitID Erhverv last showed them, and what we know of how they came there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldRights {
    pub held: BTreeSet<Assignment>,
    /// What we gave and did not take: held, or taken by somebody else.
    pub given: BTreeSet<Assignment>,
    /// In a scope of a type or number that is not understood: shown, never touched.
    pub other: Vec<OtherHolding>,
}

/// A right in a scope, as one answer of MitID Erhverv has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    Understood(Assignment),
    Other(OtherHolding),
}

/// A right in a scope that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OtherHolding {
    pub right: RightId,
    pub kind: String,
    pub value: String,
}
