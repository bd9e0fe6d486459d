//! Who gains and who loses, as pages show it before anything counts.

use std::collections::{BTreeSet, HashMap};

use domain::IdentityId;
use domain::rights::{By, Change, Key, Policy, Preview};
use store::identity;

use super::proposal::Present;
use super::say;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::layout::Layout;

/// What saving would lead to.
pub struct PreviewShown {
    /// The conclusion in one sentence, read out when it changes.
    pub status: String,
    pub gains: Side,
    pub losses: Side,
}

/// Those who gain, or those who lose.
pub struct Side {
    pub number: String,
    pub caption: String,
    pub lines: Vec<Line>,
    pub more: Option<String>,
}

pub struct Line {
    pub address: String,
    pub name: String,
    pub post: String,
    pub rights: String,
}

impl PreviewShown {
    pub fn sides(&self) -> [&Side; 2] {
        [&self.gains, &self.losses]
    }
}

/// How many people are listed; of more, the number is told.
const SHOWN: usize = 50;

pub async fn of(
    console: &Console,
    page: &Layout,
    present: &Present,
    new: &Policy,
) -> Result<PreviewShown, Failure> {
    let preview = present.scene.preview(new);
    let listed = |changes: &[Change]| -> Vec<IdentityId> {
        changes.iter().take(SHOWN).map(|one| one.identity).collect()
    };
    let ids = [listed(&preview.gains), listed(&preview.losses)].concat();
    let names = console
        .store
        .read(|tx| Box::pin(async { Ok::<_, Failure>(identity::names(tx, &ids).await?) }))
        .await?;
    let side = |changes: &[Change], key: &str| side(page, present, &names, changes, key);
    Ok(PreviewShown {
        status: status(page, present, &preview),
        gains: side(&preview.gains, "preview-gains"),
        losses: side(&preview.losses, "preview-losses"),
    })
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn status(page: &Layout, present: &Present, preview: &Preview) -> String {
    let values = [
        ("time", format::time(page.language, page.now).into()),
        ("people", page.n(count(present.scene.people.len())).into()),
        ("gains", page.n(count(preview.gains.len())).into()),
        ("losses", page.n(count(preview.losses.len())).into()),
    ];
    page.tv(if preview.is_nothing() { "preview-nothing" } else { "preview-status" }, &values)
}

fn side(
    page: &Layout,
    present: &Present,
    names: &HashMap<IdentityId, String>,
    changes: &[Change],
    key: &str,
) -> Side {
    let all = count(changes.len());
    let shown = count(changes.len().min(SHOWN));
    let values = [("shown", page.n(shown).into()), ("all", page.n(all).into())];
    Side {
        number: page.n(all),
        caption: page.tv(key, &values),
        lines: changes.iter().take(SHOWN).map(|one| line(page, present, names, one)).collect(),
        more: (all > shown).then(|| page.tn("preview-more", all - shown)),
    }
}

fn line(page: &Layout, present: &Present, names: &HashMap<IdentityId, String>, change: &Change) -> Line {
    let facts = present.scene.person(change.identity).map(|person| &person.facts);
    let post = facts.map(|facts| [facts.title.clone(), facts.unit.clone()]).unwrap_or_default();
    let catalogue = &present.scene.entitlements.catalogue;
    let rights = change.assignments.iter().map(|one| say::assignment(page, catalogue, *one));
    Line {
        address: format!("/people/{}/rights", change.identity),
        name: names.get(&change.identity).cloned().unwrap_or_else(|| change.label.clone()),
        post: post.into_iter().flatten().collect::<Vec<_>>().join(", "),
        rights: rights.collect::<Vec<_>>().join(", "),
    }
}

/// Whom a rule reaches: how many people get something by it, and how many should and cannot.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    pub people: i64,
    pub waiting: i64,
}

/// Every rule that reaches anybody under a policy.
pub fn reached(present: &Present, policy: &Policy) -> HashMap<Key, Reach> {
    let rulebook = present.scene.rulebook(policy);
    let rule = |by: By<'_>| match by {
        By::Rule(key, _) => Some(key.clone()),
        By::Grant(_) => None,
    };
    let mut reached: HashMap<Key, Reach> = HashMap::new();
    for person in &present.scene.people {
        let found = present.scene.evaluate(&rulebook, person);
        let gets: BTreeSet<Key> = found.wants.iter().filter_map(|want| rule(want.because.by)).collect();
        let unresolved = found.unresolved.iter().map(|one| one.because);
        let refused = found.refused.iter().map(|(because, _)| *because);
        let waits: BTreeSet<Key> = unresolved.chain(refused).filter_map(|one| rule(one.by)).collect();
        for key in gets {
            reached.entry(key).or_default().people += 1;
        }
        for key in waits {
            reached.entry(key).or_default().waiting += 1;
        }
    }
    reached
}

pub fn reach(present: &Present, policy: &Policy, rule: &Key) -> Reach {
    reached(present, policy).remove(rule).unwrap_or_default()
}
