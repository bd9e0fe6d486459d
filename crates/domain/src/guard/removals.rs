//! Removals of rights: held where there are very many, and where a right would be left without a holder.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    Action, Operation, RemoteUuid, RightId,
    guard::{Circumstances, Held, Rule, is_more_than},
    rights::Assignment,
};

pub(super) fn hold(operations: &[Operation], circumstances: &Circumstances<'_>, held: &mut Vec<Held>) {
    let places: Vec<usize> = takes(operations).map(|(place, _)| place).collect();
    if places.is_empty() {
        return;
    }
    hold_many(operations, &places, circumstances, held);
    for (right, places) in last_holders(operations, circumstances) {
        let name =
            circumstances.catalogue.get(&right).map_or_else(|| right.to_string(), |known| known.name.clone());
        held.push(Held { rule: Rule::LastHolders { right, name }, operations: places });
    }
}

fn takes(operations: &[Operation]) -> impl Iterator<Item = (usize, &Operation)> {
    operations.iter().enumerate().filter(|(_, one)| matches!(one.action, Action::TakeRights(..)))
}

fn hold_many(
    operations: &[Operation],
    places: &[usize],
    circumstances: &Circumstances<'_>,
    held: &mut Vec<Held>,
) {
    let limits = &circumstances.organisation.settings.guard;
    let removals: usize = takes(operations).map(|(_, one)| assignments(&one.action).count()).sum();
    let rights: usize = circumstances.rights.values().map(|held| held.len()).sum();
    let over_share = is_more_than(removals as u64, limits.removal_percent, rights as u64);
    if over_share && removals >= limits.removal_count {
        held.push(Held { rule: Rule::TooManyRemovals { removals, rights }, operations: places.to_vec() });
    }
}

fn assignments(action: &Action) -> impl Iterator<Item = Assignment> {
    let rights = action.rights().into_iter();
    rights.flat_map(|(scope, rights)| rights.iter().map(move |right| Assignment { right: *right, scope }))
}

/// The rights that somebody holds now and nobody would hold afterwards, in any scope, with the operations that take them.
fn last_holders(
    operations: &[Operation],
    circumstances: &Circumstances<'_>,
) -> BTreeMap<RightId, Vec<usize>> {
    let mut after: HashMap<RemoteUuid, BTreeSet<Assignment>> = HashMap::new();
    let mut taken: BTreeMap<RightId, Vec<usize>> = BTreeMap::new();
    for (place, operation) in operations.iter().enumerate() {
        let (Some(uuid), Some((_, rights))) = (operation.action.uuid(), operation.action.rights()) else {
            continue;
        };
        let held = after.entry(uuid).or_insert_with(|| {
            circumstances.rights.get(&uuid).map(|held| (*held).clone()).unwrap_or_default()
        });
        if matches!(operation.action, Action::GiveRights(..)) {
            held.extend(assignments(&operation.action));
            continue;
        }
        for assignment in assignments(&operation.action) {
            held.remove(&assignment);
        }
        for right in rights {
            taken.entry(*right).or_default().push(place);
        }
    }
    let untouched = circumstances.rights.iter().filter(|(uuid, _)| !after.contains_key(*uuid));
    let left: BTreeSet<RightId> = untouched
        .flat_map(|(_, held)| held.iter())
        .chain(after.values().flatten())
        .map(|assignment| assignment.right)
        .collect();
    taken.retain(|right, _| !left.contains(right));
    taken
}
