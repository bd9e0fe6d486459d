//! A plan as a readable difference: grouped by kind and reason, and person by person, before and after.

use std::collections::{BTreeMap, HashSet};

use domain::{Action, Field, Fields, Operation, OperationId, Reason};
use store::plan::PlanRecord;
use store::{StoreError, Tx, identity};

use super::CHANGES_ON_A_PAGE;
use crate::layout::Layout;
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

/// The table of kinds and reasons, in the order of the plan's kinds.
pub fn groups(page: &Layout, plan: &PlanRecord, operations: &[Operation]) -> Vec<Group> {
    let held = held_places(plan);
    let mut groups: BTreeMap<(&'static str, String), (i64, i64)> = BTreeMap::new();
    for (place, operation) in operations.iter().enumerate() {
        let entry =
            groups.entry((operation.action.kind(), short_reason(page, &operation.reason))).or_default();
        entry.0 += 1;
        entry.1 += i64::from(held.contains(&place));
    }
    let group = |((kind, reason), (count, held)): ((&'static str, String), (i64, i64))| Group {
        kind: page.t(&format!("kind-{kind}")),
        reason,
        count: page.n(count),
        held: if held > 0 { page.n(held) } else { String::new() },
        address: format!("/plans/{}?kind={kind}#changes", plan.id),
        stops: kind == "suspend" || kind == "delete",
    };
    groups.into_iter().map(group).collect()
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
        other => crate::format::sentence(&other.say(page.language)),
    }
}

fn held_places(plan: &PlanRecord) -> HashSet<usize> {
    plan.held.iter().flat_map(|held| &held.operations).copied().collect()
}

fn is_asked(operation: &Operation, kind: &str) -> bool {
    kind.is_empty() || operation.action.kind() == kind
}

/// How many operations of a kind there are; an empty kind means all.
pub fn count(operations: &[Operation], kind: &str) -> i64 {
    let count = operations.iter().filter(|operation| is_asked(operation, kind)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub fn pages(plan: &PlanRecord, operations: &[Operation], kind: &str, asked: i64) -> Pages {
    let filters = if kind.is_empty() { Vec::new() } else { vec![("kind", kind.to_owned())] };
    let size = i64::try_from(CHANGES_ON_A_PAGE).unwrap_or(1);
    Pages::of_size(&format!("/plans/{}", plan.id), filters, asked, count(operations, kind), size)
}

/// The changes of one page, each with what MitID Erhverv shows now.
pub async fn people(
    tx: &mut Tx,
    page: &Layout,
    plan: &PlanRecord,
    operations: &[Operation],
    kind: &str,
    pages: &Pages,
) -> Result<Vec<PersonChange>, StoreError> {
    let held = held_places(plan);
    let skipped = usize::try_from(pages.current() - 1).unwrap_or(0) * CHANGES_ON_A_PAGE;
    let asked = operations.iter().enumerate().filter(|(_, operation)| is_asked(operation, kind));
    let mut changes = Vec::new();
    for (place, operation) in asked.skip(skipped).take(CHANGES_ON_A_PAGE) {
        let known = match operation.identity {
            Some(id) => identity::one(tx, id).await?,
            None => None,
        };
        let now =
            known.as_ref().and_then(|record| record.subject.observed.as_ref()).map(|one| one.fields.clone());
        let name =
            known.as_ref().map(|record| record.subject.desired.full_name()).filter(|name| !name.is_empty());
        changes.push(PersonChange {
            id: operation_id(plan, place),
            name: name.unwrap_or_else(|| operation.label.clone()),
            user_name: operation.label.clone(),
            address: operation.identity.map(|id| format!("/people/{id}")),
            kind: page.t(&format!("kind-{}", operation.action.kind())),
            badge: badge(&operation.action),
            held: held.contains(&place),
            lines: lines(page, operation, &now.unwrap_or_default()),
            reason: crate::format::sentence(&operation.reason.say(page.language)),
        });
    }
    Ok(changes)
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

/// What the operation makes of the fields. A CPR number is named and never shown.
fn lines(page: &Layout, operation: &Operation, now: &Fields) -> Vec<Line> {
    let status = |before: &str, after: &str| {
        let shown = |word: &str| if word.is_empty() { String::new() } else { page.t(word) };
        vec![Line { field: page.t("word-status"), before: shown(before), after: shown(after) }]
    };
    match &operation.action {
        Action::Suspend(_) => status("people-status-active", "people-status-suspended"),
        Action::Reactivate(_) => status("people-status-suspended", "people-status-active"),
        Action::Delete(_) => status("people-status-suspended", "plan-deleted"),
        Action::Adopt(_) => status("plan-unlinked", "plan-adopted"),
        Action::Create(new) => {
            let name = format!("{} {}", new.given_name, new.surname);
            let created = [(page.t("word-name"), name), (page.t("word-email"), new.email.to_string())];
            created.map(|(field, after)| Line { field, before: String::new(), after }).into()
        }
        Action::UpdateDraft(_, profile) | Action::UpdateProfile(_, profile) => {
            let after = Fields::from([
                (Field::GivenName, profile.given_name.to_string()),
                (Field::Surname, profile.surname.to_string()),
                (Field::Email, profile.email.to_string()),
                (Field::Level, profile.level.wire_name().to_owned()),
            ]);
            operation.fields.iter().map(|field| changed(page, *field, now, &after)).collect()
        }
        Action::UpdateEmail(_, email) => {
            vec![changed(page, Field::Email, now, &Fields::from([(Field::Email, email.to_string())]))]
        }
        Action::SetSigning(_, allow) => {
            let word = |allow| page.t(if allow { "word-yes" } else { "word-no" });
            let field = crate::format::sentence(Field::Signing.word(page.language));
            vec![Line { field, before: word(!allow), after: word(*allow) }]
        }
    }
}

fn changed(page: &Layout, field: Field, now: &Fields, after: &Fields) -> Line {
    let shown = |fields: &Fields| match field {
        Field::Cpr => page.t("plan-cpr-hidden"),
        field => fields.get(&field).cloned().unwrap_or_default(),
    };
    Line {
        field: crate::format::sentence(field.word(page.language)),
        before: shown(now),
        after: shown(after),
    }
}

/// The rows of the exported spreadsheet.
pub fn cells(page: &Layout, plan: &PlanRecord, operations: &[Operation]) -> Vec<Vec<String>> {
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
    operations.iter().enumerate().map(row).collect()
}
