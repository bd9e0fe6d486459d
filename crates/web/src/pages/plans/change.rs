//! A plan as a readable difference: grouped by kind and reason, and person by person, before and after.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::rights::Catalogue;
use domain::{Action, Field, Fields, IdentityId, Operation, OperationId, Reason, RightId};
use store::plan::{self, PlanRecord};
use store::{StoreError, Tx, identity};

use super::CHANGES_ON_A_PAGE;
use crate::format;
use crate::layout::Layout;
use crate::pages::people::status_word;
use crate::paging::Pages;

/// Operations of one kind for one sort of reason.
pub struct Group {
    pub kind: String,
    pub reason: String,
    pub count: String,
    pub held: String,
    pub address: String,
    pub stops: bool,
}

/// One operation about one person.
pub struct PersonChange {
    pub id: String,
    pub name: String,
    pub user_name: String,
    pub address: Option<String>,
    pub kind: String,
    pub badge: &'static str,
    pub held: bool,
    pub lines: Vec<Line>,
    pub reason: String,
}

/// A field before and after.
pub struct Line {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// The table of kinds and reasons, as summed up when the plan was made.
pub fn groups(page: &Layout, plan: &PlanRecord) -> Vec<Group> {
    let group = |group: &plan::Group| Group {
        kind: page.t(&format!("kind-{}", group.kind)),
        reason: short_reason(page, &group.reason),
        count: page.n(group.count),
        held: if group.held > 0 { page.n(group.held) } else { String::new() },
        address: format!("/plans/{}?kind={}#changes", plan.id, group.kind),
        stops: group.kind == "suspend" || group.kind == "delete",
    };
    plan.summary.iter().map(group).collect()
}

/// The reason without what differs from person to person.
fn short_reason(page: &Layout, reason: &Reason) -> String {
    let left = |key: &str, left: &domain::Departure| {
        let how = left.how.say(page.language);
        page.tv(key, &[("source", left.source.0.as_str().into()), ("how", how.into())])
    };
    match reason {
        Reason::Left(departure) => left("reason-left", departure),
        Reason::NeverActivated(departure) => left("reason-never-activated", departure),
        Reason::LeftLongAgo { left: departure, .. } => left("reason-left-long-ago", departure),
        Reason::Ordered { by, .. } => page.t1("reason-ordered", by),
        Reason::Unmanaged { by, .. } => page.t1("reason-unmanaged", by),
        other => format::sentence(&other.say(page.language)),
    }
}

/// How many operations of a kind there are; an empty kind means all.
pub fn count(plan: &PlanRecord, kind: &str) -> i64 {
    if kind.is_empty() { plan.operation_count } else { plan.counts.get(kind).copied().unwrap_or_default() }
}

pub fn pages(plan: &PlanRecord, kind: &str, asked: i64) -> Pages {
    let filters = if kind.is_empty() { Vec::new() } else { vec![("kind", kind.to_owned())] };
    let size = i64::try_from(CHANGES_ON_A_PAGE).unwrap_or(1);
    Pages::of_size(&format!("/plans/{}", plan.id), filters, asked, count(plan, kind), size)
}

/// The changes of one page; nothing else of the plan is opened.
pub async fn people(
    tx: &mut Tx,
    page: &Layout,
    plan: &PlanRecord,
    kind: &str,
    pages: &Pages,
) -> Result<Vec<PersonChange>, StoreError> {
    let skipped = usize::try_from(pages.current() - 1).unwrap_or(0) * CHANGES_ON_A_PAGE;
    let operations = if kind.is_empty() {
        let all = plan::operations(tx, plan.id, skipped, CHANGES_ON_A_PAGE).await?;
        (skipped..).zip(all).collect()
    } else {
        plan::operations_of_kind(tx, plan.id, kind, skipped, CHANGES_ON_A_PAGE).await?
    };
    let ids: Vec<IdentityId> = operations.iter().filter_map(|(_, operation)| operation.identity).collect();
    let names = identity::names(tx, &ids).await?;
    let catalogue = store::rights::catalogue::rights(tx, &plan.cvr).await?;
    let held: HashSet<usize> = plan.held.iter().flat_map(|held| &held.operations).copied().collect();
    let shown = |(place, operation): &(usize, Operation)| {
        person(page, plan, *place, operation, &names, &catalogue, held.contains(place))
    };
    Ok(operations.iter().map(shown).collect())
}

fn person(
    page: &Layout,
    plan: &PlanRecord,
    place: usize,
    operation: &Operation,
    names: &HashMap<IdentityId, String>,
    catalogue: &Catalogue,
    held: bool,
) -> PersonChange {
    let name = operation.identity.and_then(|id| names.get(&id).cloned());
    let address = match (operation.identity, operation.action.uuid()) {
        (Some(id), _) => Some(format!("/people/{id}")),
        (None, Some(uuid)) => Some(format!("/unmanaged#u{uuid}")),
        (None, None) => None,
    };
    PersonChange {
        id: operation_id(plan, place),
        name: name.unwrap_or_else(|| operation.label.clone()),
        user_name: operation.label.clone(),
        address,
        kind: page.t(&format!("kind-{}", operation.action.kind())),
        badge: badge(&operation.action),
        held,
        lines: lines(page, operation, catalogue),
        reason: format::sentence(&operation.reason.say(page.language)),
    }
}

fn operation_id(plan: &PlanRecord, place: usize) -> String {
    let number = u32::try_from(place + 1).unwrap_or(u32::MAX);
    OperationId { plan: plan.id, number }.to_string()
}

fn badge(action: &Action) -> &'static str {
    match action {
        Action::Create(_) | Action::Reactivate(_) => "success",
        Action::Suspend(_) | Action::Delete(_) => "error",
        _ => "info",
    }
}

/// What the operation makes of the fields. A CPR number is shown masked.
fn lines(page: &Layout, operation: &Operation, catalogue: &Catalogue) -> Vec<Line> {
    let status = |before: String, after: &str| {
        vec![Line { field: page.t("word-status"), before, after: page.t(after) }]
    };
    let was = || operation.before.get(&Field::Status).map(|word| status_word(page, word)).unwrap_or_default();
    match &operation.action {
        Action::Suspend(_) => status(was(), "people-status-suspended"),
        Action::Reactivate(_) => status(was(), "people-status-active"),
        Action::Delete(_) => status(was(), "plan-deleted"),
        Action::Adopt(_) => status(page.t("plan-unlinked"), "plan-adopted"),
        Action::Create(new) => {
            let name = format!("{} {}", new.given_name, new.surname);
            let created = [(page.t("word-name"), name), (page.t("word-email"), new.email.to_string())];
            created.map(|(field, after)| Line { field, before: String::new(), after }).into()
        }
        Action::UpdateDraft(_, profile) | Action::UpdateProfile(_, profile) => {
            let mut after = Fields::from([
                (Field::GivenName, profile.given_name.to_string()),
                (Field::Surname, profile.surname.to_string()),
                (Field::Email, profile.email.to_string()),
                (Field::Level, profile.level.wire_name().to_owned()),
            ]);
            after.extend(profile.cpr.map(|cpr| (Field::Cpr, cpr.masked())));
            operation.fields.iter().map(|field| changed(page, *field, &operation.before, &after)).collect()
        }
        Action::UpdateEmail(_, email) => {
            let after = Fields::from([(Field::Email, email.to_string())]);
            vec![changed(page, Field::Email, &operation.before, &after)]
        }
        Action::SetSigning(_, allow) => {
            let word = |allow| page.t(if allow { "word-yes" } else { "word-no" });
            let field = format::sentence(Field::Signing.word(page.language));
            vec![Line { field, before: word(!allow), after: word(*allow) }]
        }
        Action::GiveRights(_, scope, rights) => {
            let (field, names) = (format::sentence(&scope.say(page.language)), names_of(catalogue, rights));
            vec![Line { field, before: String::new(), after: names }]
        }
        Action::TakeRights(_, scope, rights) => {
            let (field, names) = (format::sentence(&scope.say(page.language)), names_of(catalogue, rights));
            vec![Line { field, before: names, after: String::new() }]
        }
    }
}

fn names_of(catalogue: &Catalogue, rights: &BTreeSet<RightId>) -> String {
    let name =
        |right: &RightId| catalogue.get(right).map_or_else(|| right.to_string(), |known| known.name.clone());
    rights.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn changed(page: &Layout, field: Field, before: &Fields, after: &Fields) -> Line {
    let shown = |fields: &Fields| fields.get(&field).cloned().unwrap_or_default();
    Line { field: format::sentence(field.word(page.language)), before: shown(before), after: shown(after) }
}

/// The rows of an export for operations that begin at a place of the plan.
pub fn cells(page: &Layout, plan: &PlanRecord, first: usize, operations: &[Operation]) -> Vec<Vec<String>> {
    let row = |(place, operation): (usize, &Operation)| {
        let fields: Vec<&str> = operation.fields.iter().map(|field| field.word(page.language)).collect();
        vec![
            operation_id(plan, place),
            operation.label.clone(),
            page.t(&format!("kind-{}", operation.action.kind())),
            fields.join(", "),
            operation.reason.say(page.language),
        ]
    };
    (first..).zip(operations).map(row).collect()
}
