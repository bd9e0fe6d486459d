//! The three profile calls. Which of them is right depends on the status; the strict emulator answers
//! 409 to the wrong one, the lenient one does as told.

use super::{Call, Decision, Outcome, activation_mail, checks};
use crate::world::employee::{Employee, Status};
use crate::world::input::Input;
use crate::world::reply::Refusal;

pub(crate) fn profile(call: &mut Call) -> Outcome {
    let employee = editable(call, Status::Active)?;
    let changed = with_profile(employee, call)?;
    Ok(Decision::done([call.put(changed)]))
}

/// In Light a Pending user whose address changes gets the mail again: the first one went elsewhere.
pub(crate) fn draft(call: &mut Call) -> Outcome {
    let employee = editable(call, Status::Pending)?;
    let former_address = employee.email_address.clone();
    let mut changed = with_profile(employee, call)?;
    if changed.activation.is_none() || changed.email_address == former_address {
        return Ok(Decision::done([call.put(changed)]));
    }
    let mail = activation_mail(&mut changed, call.organisation, call.now, call.dice);
    Ok(Decision::done([call.put(changed), mail]))
}

pub(crate) fn non_sensitive(call: &mut Call) -> Outcome {
    let mut employee = editable(call, Status::Active)?;
    let input = Input::parse(call.body)?;
    if let Some(email) = checks::email(&input, call)? {
        employee.email_address = email;
    }
    let reply = crate::world::reply::ApiResponse::empty(200);
    Ok(Decision { reply, ..Decision::done([call.put(employee)]) })
}

pub(crate) fn allow_signing(call: &mut Call) -> Outcome {
    let mut employee = call.employee()?.clone();
    let wanted = Input::parse(call.body)?.flag("allowSigning")?;
    let wanted = wanted.ok_or_else(|| Refusal::Invalid("allowSigning is missing.".to_owned()))?;
    call.strictly(
        !wanted || call.organisation.settings.signing_allowed,
        "The organisation does not permit signing.",
    )?;
    employee.allow_signing = wanted;
    Ok(Decision::done([call.put(employee)]))
}

fn editable(call: &Call, needed: Status) -> Result<Employee, Refusal> {
    let employee = call.employee()?;
    if call.is_strict() && employee.status != needed {
        return Err(Refusal::Conflict("The call does not fit the status of the identity."));
    }
    Ok(employee.clone())
}

/// Members that are absent leave their field as it is.
fn with_profile(mut employee: Employee, call: &Call) -> Result<Employee, Refusal> {
    let input = Input::parse(call.body)?;
    let set = |field: &mut String, value: Option<String>| value.into_iter().for_each(|value| *field = value);
    set(&mut employee.given_name, checks::trimmed(&input, "givenName")?);
    set(&mut employee.surname, checks::trimmed(&input, "surname")?);
    set(&mut employee.email_address, checks::email(&input, call)?);
    employee.cpr_number = checks::cpr_number(&input, call.now)?.or(employee.cpr_number);
    employee.registered_ial =
        checks::level(&input, "registeredIal", call)?.unwrap_or(employee.registered_ial);
    employee.target_ial = checks::level(&input, "targetIal", call)?.unwrap_or(employee.target_ial);
    Ok(employee)
}
