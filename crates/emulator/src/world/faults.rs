//! The fault plan: what goes wrong, for which operations, how often.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::dice::Dice;
use super::operation::Operation;

/// One line of the plan. Without `rate` and `count` it strikes each call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// An operationId of the OpenAPI file, or `*`.
    pub operation: String,
    pub kind: FaultKind,
    /// The share of calls that are struck, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// How many calls are still struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// `slow`: how long the answer waits. `late_effect`: how long the effect waits. Otherwise a delay too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// `truncated_search`: the share of the list that is left, 0.6 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<f64>,
    /// `status_503`: sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    Refuse,
    ResetBefore,
    #[serde(rename = "status_500")]
    Status500,
    #[serde(rename = "status_503")]
    Status503,
    #[serde(rename = "status_401")]
    Status401,
    OptimisticConcurrency,
    LostAnswer,
    #[serde(rename = "status_500_after")]
    Status500After,
    LateEffect,
    #[serde(rename = "garbage_200")]
    Garbage200,
    TruncatedSearch,
    EmptyList,
    UnknownFields,
    UnknownEnum,
    Slow,
}

/// The plan names something that does not exist, or numbers that mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    #[error(
        "fault {index}: the operation {operation:?} is not an operationId of the contract; use one of those or *"
    )]
    Operation { index: usize, operation: String },
    #[error("fault {index}: {field} must lie between 0 and 1")]
    Share { index: usize, field: &'static str },
    #[error("fault {index}: give a rate or a count, not both")]
    RateAndCount { index: usize },
}

/// What the plan does to one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Strike {
    pub fault: Option<Fault>,
    pub delay_ms: u64,
    /// A count went down, so the plan has changed.
    pub counted: bool,
}

impl Fault {
    /// Strikes each call of the operation (`*` for all).
    pub fn always(operation: &str, kind: FaultKind) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            rate: None,
            count: None,
            latency_ms: None,
            keep: None,
            retry_after_seconds: None,
        }
    }

    /// Strikes the next `count` calls of the operation.
    pub fn times(operation: &str, kind: FaultKind, count: u64) -> Self {
        Self { count: Some(count), ..Self::always(operation, kind) }
    }

    /// Strikes a share of the calls of the operation.
    pub fn rate(operation: &str, kind: FaultKind, rate: f64) -> Self {
        Self { rate: Some(rate), ..Self::always(operation, kind) }
    }

    #[must_use]
    pub fn with_latency_ms(self, latency_ms: u64) -> Self {
        Self { latency_ms: Some(latency_ms), ..self }
    }

    #[must_use]
    pub fn with_keep(self, keep: f64) -> Self {
        Self { keep: Some(keep), ..self }
    }

    pub(crate) fn latency(&self) -> SignedDuration {
        SignedDuration::from_millis(i64::try_from(self.latency_ms.unwrap_or(0)).unwrap_or(i64::MAX))
    }

    fn concerns(&self, operation: Operation) -> bool {
        (self.operation == "*" || self.operation == operation.id()) && self.kind.applies_to(operation)
    }

    fn hits(&self, dice: &mut Dice) -> bool {
        match (self.count, self.rate) {
            (Some(count), _) => count > 0,
            (None, Some(rate)) => dice.share() < rate,
            (None, None) => true,
        }
    }

    fn check(&self, index: usize) -> Result<(), FaultError> {
        if self.operation != "*" && Operation::by_id(&self.operation).is_none() {
            return Err(FaultError::Operation { index, operation: self.operation.clone() });
        }
        for (field, share) in [("rate", self.rate), ("keep", self.keep)] {
            if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                return Err(FaultError::Share { index, field });
            }
        }
        match (self.rate, self.count) {
            (Some(_), Some(_)) => Err(FaultError::RateAndCount { index }),
            _ => Ok(()),
        }
    }
}

impl FaultKind {
    /// Whether the kind means anything for the operation; with `*` it passes by the others.
    fn applies_to(self, operation: Operation) -> bool {
        match self {
            Self::Refuse
            | Self::ResetBefore
            | Self::Status500
            | Self::Status503
            | Self::Status401
            | Self::LostAnswer
            | Self::Status500After
            | Self::Slow => true,
            Self::OptimisticConcurrency | Self::LateEffect => operation.is_write(),
            Self::Garbage200 | Self::UnknownFields => operation.is_read(),
            Self::TruncatedSearch => operation == Operation::SearchEmployees,
            Self::EmptyList => {
                operation.is_read() && !matches!(operation, Operation::GetEmployee | Operation::GetGroup)
            }
            Self::UnknownEnum => matches!(
                operation,
                Operation::SearchEmployees
                    | Operation::GetEmployee
                    | Operation::ListAuthenticators
                    | Operation::ListIdentityRoles
            ),
        }
    }
}

pub(crate) fn check(plan: &[Fault]) -> Result<(), FaultError> {
    plan.iter().enumerate().try_for_each(|(index, fault)| fault.check(index))
}

/// Goes through the plan in order: each `slow` that hits adds its delay, the first other fault that
/// hits is the one that strikes.
pub(crate) fn strike(plan: &mut [Fault], operation: Operation, dice: &mut Dice) -> Strike {
    let mut strike = Strike::default();
    for fault in plan.iter_mut().filter(|fault| fault.concerns(operation)) {
        let is_slow = fault.kind == FaultKind::Slow;
        if (!is_slow && strike.fault.is_some()) || !fault.hits(dice) {
            continue;
        }
        if let Some(count) = &mut fault.count {
            *count -= 1;
            strike.counted = true;
        }
        if fault.kind != FaultKind::LateEffect {
            strike.delay_ms += fault.latency_ms.unwrap_or(0);
        }
        if !is_slow {
            strike.fault = Some(fault.clone());
        }
    }
    strike
}
