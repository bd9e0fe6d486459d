//! The changes that calls cause. The state is altered through them alone, so a list of them is the
//! journal that brings the state back after a crash.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::employee::Employee;
use super::faults::Fault;
use super::log::RequestEntry;
use super::operation::Operation;
use super::organisation::{Deleted, Group, Mail, Organisation};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change(pub(crate) Kind);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Organisation(Box<Organisation>),
    Employee { cvr: String, employee: Box<Employee> },
    EmployeeGone { cvr: String, deleted: Deleted },
    Mail { cvr: String, mail: Mail },
    Group { cvr: String, uuid: Uuid, group: Option<Group> },
    Token { token: String, session: Session },
    Faults(Vec<Fault>),
    ClockShift { seconds: i64 },
    Planned(Planned),
    Settled { sequence: u64 },
    Request(RequestEntry),
}

/// What an access token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub cvr: String,
    pub expires_at: Timestamp,
}

/// Something that happens by itself later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Planned {
    pub at: Timestamp,
    pub sequence: u64,
    pub cvr: String,
    pub event: Event,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// A Local IdP user becomes active.
    Activation { uuid: Uuid },
    /// The effect of a call whose connection broke.
    Call { operation: Operation, arguments: Vec<String>, body: Vec<u8>, seed: u64 },
}

impl std::fmt::Debug for Event {
    /// Without the body: it may hold a CPR number.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Activation { uuid } => formatter.debug_struct("Activation").field("uuid", uuid).finish(),
            Self::Call { operation, .. } => {
                formatter.debug_struct("Call").field("operation", operation).finish_non_exhaustive()
            }
        }
    }
}

impl Change {
    /// Whether the answer to the caller must wait until this is on disk.
    pub fn is_durable(&self) -> bool {
        !matches!(self.0, Kind::Request(_))
    }
}
