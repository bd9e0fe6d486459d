//! Rights: the catalogue, those of a user, giving and taking. A right in a scope is held once or not.

use serde_json::{Value, json};

use super::{Call, Decision, Outcome};
use crate::world::employee::{AssignedRole, Employee, Scope, ScopeKind, Status};
use crate::world::input::Input;
use crate::world::organisation::Organisation;
use crate::world::reply::{ApiResponse, Refusal};

pub(crate) fn catalogue(call: &mut Call) -> Decision {
    Decision::answer(ApiResponse::json(&json!({ "roles": call.organisation.catalogue })))
}

pub(crate) fn list(call: &mut Call) -> Outcome {
    let items: Vec<Value> = holder(call)?.roles.iter().map(|role| item(role, call.organisation)).collect();
    Ok(Decision::answer(ApiResponse::json(&items)))
}

pub(crate) fn give(call: &mut Call) -> Outcome {
    let mut employee = changeable(call)?;
    let may_wait = call.organisation.settings.rights_for_pending || employee.status != Status::Pending;
    call.strictly(may_wait, "The identity is not active.")?;
    for role in assignments(call)? {
        if !employee.roles.contains(&role) {
            employee.roles.push(role);
        }
    }
    Ok(Decision::done([call.put(employee)]))
}

/// A right that left the catalogue can still be taken away.
pub(crate) fn take(call: &mut Call) -> Outcome {
    let mut employee = changeable(call)?;
    let input = Input::parse(call.body)?;
    let scope = scope(&input)?;
    let uuids = input.uuids("roleUuids")?.unwrap_or_default();
    employee.roles.retain(|role| role.scope != scope || !uuids.contains(&role.uuid));
    Ok(Decision::done([call.put(employee)]))
}

/// The scope that a request names, whoever owns the number.
pub(crate) fn scope(input: &Input) -> Result<Scope, Refusal> {
    let scope = input.object("scope")?;
    let unknown = || Refusal::Invalid("scope needs a type (Cvr, SE or PU) and a value.".to_owned());
    let kind: ScopeKind = scope.text("type")?.and_then(|kind| kind.parse().ok()).ok_or_else(unknown)?;
    let value = scope.text("value")?.ok_or_else(unknown)?.to_owned();
    Ok(Scope { kind, value })
}

/// A scope whose number belongs to the organisation.
pub(crate) fn own_scope(input: &Input, organisation: &Organisation) -> Result<Scope, Refusal> {
    let scope = scope(input)?;
    let is_own = match scope.kind {
        ScopeKind::Cvr => scope.value == organisation.settings.cvr,
        ScopeKind::SeNumber => organisation.se_numbers.contains(&scope.value),
        ScopeKind::ProductionUnit => {
            let number: Option<i64> = scope.value.parse().ok();
            organisation.production_units.iter().any(|unit| Some(unit.p_number) == number)
        }
    };
    is_own.then_some(scope).ok_or_else(|| Refusal::Invalid("The organisation has no such scope.".to_owned()))
}

fn assignments(call: &Call) -> Result<Vec<AssignedRole>, Refusal> {
    let input = Input::parse(call.body)?;
    let scope = own_scope(&input, call.organisation)?;
    let uuids = input.uuids("roleUuids")?.unwrap_or_default();
    call.strictly(!uuids.is_empty(), "roleUuids must name a right.")?;
    let assigned = |uuid| {
        let right = call.organisation.right(uuid)?;
        Some(AssignedRole { uuid, name: right.name.clone(), scope: scope.clone() })
    };
    let unknown = || Refusal::Invalid("roleUuids holds an unknown right.".to_owned());
    uuids.into_iter().map(assigned).collect::<Option<Vec<_>>>().ok_or_else(unknown)
}

/// Unlike everywhere else an unknown user is a server error here.
fn holder<'a>(call: &Call<'a, '_>) -> Result<&'a Employee, Refusal> {
    call.employee().map_err(|_| Refusal::Server)
}

fn changeable(call: &Call) -> Result<Employee, Refusal> {
    let employee = holder(call)?;
    if call.is_strict() && employee.status == Status::Suspended {
        return Err(Refusal::Conflict("The identity is suspended."));
    }
    Ok(employee.clone())
}

fn item(role: &AssignedRole, organisation: &Organisation) -> Value {
    let description = organisation.right(role.uuid).and_then(|right| right.description.as_deref());
    json!({
        "uuid": role.uuid,
        "name": role.name,
        "description": description,
        "teaserText": description,
        "scope": role.scope,
        "isInternal": false,
        "from": null,
        "to": null,
    })
}
