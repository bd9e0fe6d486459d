//! A line in the program's log for each operation that was in hand: which one, of what kind, and how it ended. The
//! sentences of failures name calls and addresses, never a person or what stood in an answer.

use store::outbox::{Claimed, Outcome};

pub(super) fn tell(one: &Claimed, outcome: &Outcome) {
    let Claimed { id: operation, cvr: organisation, action, .. } = one;
    let (kind, attempt) = (action.kind(), one.attempts + 1);
    match outcome {
        Outcome::Done { .. } => {
            tracing::info!(%organisation, %operation, kind, attempt, "an operation is done in MitID Erhverv");
        }
        Outcome::Moot { why, .. } => {
            tracing::info!(%organisation, %operation, kind, attempt, why = why.words, "an operation is not needed any more");
        }
        Outcome::Gone => {
            tracing::warn!(%organisation, %operation, kind, attempt, "the user of an operation is gone in MitID Erhverv");
        }
        Outcome::Retry { why, .. } => {
            tracing::warn!(%organisation, %operation, kind, attempt, why = why.words, "an operation failed; it is tried again");
        }
        Outcome::Unknown { why, .. } => {
            tracing::warn!(%organisation, %operation, kind, attempt, why = why.words, "the answer to an operation was lost; its effect is looked for");
        }
        Outcome::Parked { why, .. } => {
            tracing::warn!(%organisation, %operation, kind, attempt, why = why.words, "an operation is parked; `lokalid outbox` has it");
        }
    }
}
