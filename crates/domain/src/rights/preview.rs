//! Who gains and who loses when a policy changes.

use std::collections::BTreeSet;

use crate::{
    IdentityId,
    rights::{Assignment, Facts, Grant, Rulebook},
};

/// What a change of policy means for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    pub gains: Vec<Change>,
    pub losses: Vec<Change>,
}

/// What one person gains or loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub identity: IdentityId,
    pub label: String,
    pub assignments: BTreeSet<Assignment>,
}

impl Preview {
    /// Compares what two rulebooks say of the same people. What somebody holds that no rule ever gave is not in it.
    pub fn of<'p>(
        before: &Rulebook<'p>,
        after: &Rulebook<'p>,
        people: impl Iterator<Item = (&'p Facts, &'p [Grant], &'p BTreeSet<Assignment>)>,
    ) -> Self {
        let mut preview = Self::default();
        for (facts, grants, held) in people {
            let wanted = |rulebook: &Rulebook<'p>| -> BTreeSet<Assignment> {
                rulebook.evaluate(facts, grants, held).wants.iter().map(|want| want.assignment).collect()
            };
            let (old, new) = (wanted(before), wanted(after));
            let change = |assignments: BTreeSet<Assignment>| Change {
                identity: facts.identity,
                label: facts.label.clone(),
                assignments,
            };
            let (gained, lost) = (&new - &old, &old - &new);
            preview.gains.extend((!gained.is_empty()).then(|| change(gained)));
            preview.losses.extend((!lost.is_empty()).then(|| change(lost)));
        }
        preview.gains.sort_by_cached_key(|change| change.label.to_lowercase());
        preview.losses.sort_by_cached_key(|change| change.label.to_lowercase());
        preview
    }

    pub fn is_nothing(&self) -> bool {
        self.gains.is_empty() && self.losses.is_empty()
    }
}
