//! Identities in MitID Erhverv that no source knows: never touched by themselves, suspended where somebody decided it.

use std::collections::{BTreeSet, HashMap};

use crate::{
    Action, Field, Operation, Reason, RemoteUuid, Sight, Status, matching::Match, plan::decision::Common,
};

/// What is there and nobody of ours, neither by a match nor because a human said so.
pub(super) fn nobodys(common: &Common<'_>, matches: &HashMap<usize, Match>) -> Vec<RemoteUuid> {
    let mut spoken_for: BTreeSet<RemoteUuid> = matches.values().flat_map(Match::uuids).collect();
    spoken_for.extend(common.claims.keys());
    let there = common.situation.unlinked.iter().filter(|one| one.sight != Sight::Gone);
    there.map(|one| one.uuid).filter(|uuid| !spoken_for.contains(uuid)).collect()
}

/// The suspensions that somebody decided. MitID Erhverv suspends active identities only, so one that has not activated
/// waits until it has.
pub(super) fn suspensions(common: &Common<'_>, unmanaged: &[RemoteUuid]) -> Vec<Operation> {
    if !common.situation.organisation.may_be_written_to() {
        return Vec::new();
    }
    unmanaged.iter().filter_map(|uuid| suspension(common, *uuid)).collect()
}

/// Waits for its own read too: only that shows administrator roles, which the guard must know.
fn suspension(common: &Common<'_>, uuid: RemoteUuid) -> Option<Operation> {
    let order = common.situation.to_suspend.get(&uuid)?;
    let observed = common.unlinked.get(&uuid)?;
    let readable = observed.sight == Sight::Seen && observed.detailed_at.is_some();
    if !readable || observed.status != Status::Active {
        return None;
    }
    let fields = BTreeSet::from([Field::Status]);
    Some(Operation {
        identity: None,
        label: Some(observed.full_name()).filter(|name| !name.is_empty()).unwrap_or_else(|| uuid.to_string()),
        action: Action::Suspend(uuid),
        before: observed.shown(&fields),
        fields,
        reason: Reason::Unmanaged { by: order.by.clone(), why: order.why.clone() },
    })
}
