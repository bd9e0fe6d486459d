//! Login means: which are asked for, which are attached, and taking one away.

use super::{Call, Decision, Outcome, checks};
use crate::world::employee::{Authenticator, AuthenticatorKind, Employee, Status};
use crate::world::input::Input;
use crate::world::reply::Refusal;

const TAKEN: &str = "The subjectNameId is already used by another identity.";
const ATTACHED: &str = "The login means is already attached.";

pub(crate) fn request(call: &mut Call) -> Outcome {
    let employee = call.employee()?;
    let input = Input::parse(call.body)?;
    let kinds = kinds(&input, "authenticatorSettingTypes", call)?;
    let has_already = |kind: &AuthenticatorKind| {
        employee.has(*kind)
            || (waits_for_user(employee, call) && employee.requested_authenticators.contains(kind))
    };
    if kinds.iter().any(has_already) {
        return Err(Refusal::Conflict(ATTACHED));
    }
    let subject_name_id = subject_name_id(&input, &kinds, call)?;
    let mut employee = employee.clone();
    if waits_for_user(&employee, call) {
        employee.requested_authenticators.extend(kinds);
    } else {
        let attached = kinds.into_iter().map(|kind| attached(kind, subject_name_id.as_deref(), call));
        employee.authenticators.extend(attached);
    }
    Ok(Decision::done([call.put(employee)]))
}

pub(crate) fn revoke(call: &mut Call) -> Outcome {
    let mut employee = call.employee()?.clone();
    let uuid = call.uuid(1)?;
    if !employee.authenticators.iter().any(|authenticator| authenticator.uuid == uuid) {
        return Err(Refusal::NotFound);
    }
    employee.authenticators.retain(|authenticator| authenticator.uuid != uuid);
    Ok(Decision::done([call.put(employee)]))
}

/// The means that a request names, each permitted by the organisation.
pub(crate) fn kinds(input: &Input, name: &str, call: &Call) -> Result<Vec<AuthenticatorKind>, Refusal> {
    let names = input.texts(name)?.unwrap_or_default();
    let unknown = |_| Refusal::Invalid(format!("{name} holds a login means that does not exist."));
    let kinds = names.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>().map_err(unknown)?;
    call.strictly(!kinds.is_empty(), &format!("{name} must name a login means."))?;
    for kind in &kinds {
        match kind {
            AuthenticatorKind::LocalIdentityProvider => {
                call.strictly(!call.organisation.is_light(), "The organisation has no Local IdP.")?;
            }
            AuthenticatorKind::PrivateMitId => {
                let allowed = call.organisation.settings.private_mitid_allowed;
                call.strictly(allowed, "The organisation does not permit private MitID.")?;
            }
        }
    }
    Ok(kinds)
}

/// Belongs to the Local IdP and to nothing else; free in the whole organisation.
pub(crate) fn subject_name_id(
    input: &Input,
    kinds: &[AuthenticatorKind],
    call: &Call,
) -> Result<Option<String>, Refusal> {
    let wants_local = kinds.contains(&AuthenticatorKind::LocalIdentityProvider);
    let name = checks::trimmed(input, "subjectNameId")?;
    call.strictly(wants_local || name.is_none(), "subjectNameId goes with LocalIdentityProvider only.")?;
    match name {
        _ if !wants_local => Ok(None),
        None => Err(Refusal::Invalid("subjectNameId is missing.".to_owned())),
        Some(name) if call.organisation.subject_name_taken(&name) => Err(Refusal::Conflict(TAKEN)),
        name => Ok(name),
    }
}

pub(crate) fn attached(
    kind: AuthenticatorKind,
    subject_name_id: Option<&str>,
    call: &mut Call,
) -> Authenticator {
    let id = subject_name_id.filter(|_| kind == AuthenticatorKind::LocalIdentityProvider);
    Authenticator { uuid: call.dice.uuid(), kind, status: "Active".to_owned(), id: id.map(str::to_owned) }
}

/// Before activation in Light nothing can be attached, only asked for.
fn waits_for_user(employee: &Employee, call: &Call) -> bool {
    call.organisation.is_light() && employee.status == Status::Pending
}
