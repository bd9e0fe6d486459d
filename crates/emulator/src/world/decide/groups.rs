//! User groups: an old side of the interface that nobody uses any more. Membership was never seen.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, Decision, Outcome, checks, rights};
use crate::world::change::Kind;
use crate::world::input::Input;
use crate::world::organisation::{Group, Organisation};
use crate::world::reply::{ApiResponse, Refusal};

pub(crate) fn create(call: &mut Call) -> Outcome {
    let input = Input::parse(call.body)?;
    let name =
        checks::trimmed(&input, "name")?.ok_or_else(|| Refusal::Invalid("name is missing.".to_owned()))?;
    let group = Group {
        uuid: call.dice.uuid(),
        name,
        description: input.text("description")?.map(str::to_owned),
        organization_group_identifier: input.text("organizationGroupIdentifier")?.map(str::to_owned),
        scope: rights::own_scope(&input, call.organisation)?,
        role_uuids: Vec::new(),
    };
    let reply = ApiResponse::json(&json!({ "uuid": group.uuid }));
    Ok(Decision { reply, ..put(group, call) })
}

pub(crate) fn list(call: &mut Call) -> Decision {
    let groups: Vec<Value> =
        call.organisation.groups.values().map(|group| item(group, call.organisation)).collect();
    Decision::answer(ApiResponse::json(&groups))
}

pub(crate) fn read(call: &mut Call) -> Outcome {
    Ok(Decision::answer(ApiResponse::json(&item(group(call)?, call.organisation))))
}

pub(crate) fn update(call: &mut Call) -> Outcome {
    let group = group(call)?.clone();
    let input = Input::parse(call.body)?;
    let text = |name, former: Option<String>| Ok(input.text(name)?.map(str::to_owned).or(former));
    let changed = Group {
        name: checks::trimmed(&input, "name")?.unwrap_or(group.name),
        description: text("description", group.description)?,
        organization_group_identifier: text(
            "organizationGroupIdentifier",
            group.organization_group_identifier,
        )?,
        scope: rights::own_scope(&input, call.organisation)?,
        ..group
    };
    Ok(put(changed, call))
}

pub(crate) fn delete(call: &mut Call) -> Outcome {
    let uuid = group(call)?.uuid;
    let cvr = call.organisation.settings.cvr.clone();
    Ok(Decision::done([Kind::Group { cvr, uuid, group: None }]))
}

pub(crate) fn add_role(call: &mut Call) -> Outcome {
    let mut group = group(call)?.clone();
    let uuid = call.uuid(1)?;
    call.organisation.right(uuid).ok_or_else(|| Refusal::Invalid("There is no such right.".to_owned()))?;
    if !group.role_uuids.contains(&uuid) {
        group.role_uuids.push(uuid);
    }
    Ok(put(group, call))
}

pub(crate) fn remove_role(call: &mut Call) -> Outcome {
    let mut group = group(call)?.clone();
    let uuid: Uuid = call.uuid(1)?;
    group.role_uuids.retain(|role| *role != uuid);
    Ok(put(group, call))
}

fn group<'a>(call: &Call<'a, '_>) -> Result<&'a Group, Refusal> {
    call.organisation.groups.get(&call.uuid(0)?).ok_or(Refusal::NotFound)
}

fn put(group: Group, call: &Call) -> Decision {
    let cvr = call.organisation.settings.cvr.clone();
    Decision::done([Kind::Group { cvr, uuid: group.uuid, group: Some(group) }])
}

fn item(group: &Group, organisation: &Organisation) -> Value {
    let roles: Vec<_> = group.role_uuids.iter().filter_map(|uuid| organisation.right(*uuid)).collect();
    json!({
        "uuid": group.uuid,
        "name": group.name,
        "description": group.description,
        "organizationGroupIdentifier": group.organization_group_identifier,
        "scope": group.scope,
        "roles": roles,
    })
}
