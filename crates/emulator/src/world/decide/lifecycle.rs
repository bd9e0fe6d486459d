//! From Pending to Active, to Suspended and back, and away.

use jiff::{SignedDuration, Timestamp};

use super::{Call, Decision, Outcome};
use crate::world::change::Kind;
use crate::world::dice::Dice;
use crate::world::employee::{Activation, Authenticator, AuthenticatorKind, Employee, Status};
use crate::world::input::Input;
use crate::world::organisation::{Deleted, Mail, Organisation};
use crate::world::reply::Refusal;

/// How long the link in the mail can be used.
const LINK_VALIDITY: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(crate) fn delete(call: &mut Call) -> Outcome {
    let deleted = Deleted { uuid: call.employee()?.uuid, at: call.now };
    let cvr = call.organisation.settings.cvr.clone();
    Ok(Decision::done([Kind::EmployeeGone { cvr, deleted }]))
}

pub(crate) fn suspend(call: &mut Call) -> Outcome {
    let mut employee = call.employee()?.clone();
    match employee.status {
        Status::Active => {
            employee.status = Status::Suspended;
            if !call.organisation.settings.rights_kept_on_suspend {
                employee.roles.clear();
            }
            Ok(Decision::done([call.put(employee)]))
        }
        Status::Suspended if !call.is_strict() => Ok(Decision::done([])),
        Status::Suspended => Err(Refusal::Conflict("The identity is suspended already.")),
        Status::Pending => Err(Refusal::Conflict("The identity is not active.")),
    }
}

pub(crate) fn reactivate(call: &mut Call) -> Outcome {
    let mut employee = call.employee()?.clone();
    match employee.status {
        Status::Suspended => {
            employee.status = Status::Active;
            Ok(Decision::done([call.put(employee)]))
        }
        Status::Active if !call.is_strict() => Ok(Decision::done([])),
        Status::Active => Err(Refusal::Conflict("The identity is active already.")),
        Status::Pending => Err(Refusal::Conflict("The identity is not suspended.")),
    }
}

/// For imported users: the CPR number must be in place before.
pub(crate) fn order_activation(call: &mut Call) -> Outcome {
    let input = Input::parse(call.body)?;
    let uuids = input.uuids("userUuids")?.unwrap_or_default();
    let mut changes = Vec::new();
    for uuid in uuids {
        let employee = call.organisation.employees.get(&uuid);
        let employee =
            employee.ok_or_else(|| Refusal::Invalid("userUuids names an unknown user.".to_owned()))?;
        call.strictly(employee.cpr_number.is_some(), "A user without CPR number cannot be activated.")?;
        if employee.status == Status::Pending {
            changes.extend(ordered(employee.clone(), call));
        }
    }
    Ok(Decision::done(changes))
}

/// Light mails a link; with a Local IdP the user is active at once.
fn ordered(mut employee: Employee, call: &mut Call) -> Vec<Kind> {
    employee.migrated = false;
    if call.organisation.is_light() {
        let mail = activation_mail(&mut employee, call.organisation, call.now, call.dice);
        vec![call.put(employee), mail]
    } else {
        employee.status = Status::Active;
        vec![call.put(employee)]
    }
}

/// Sends the user a new link; the former one ends.
pub(crate) fn activation_mail(
    employee: &mut Employee,
    organisation: &Organisation,
    now: Timestamp,
    dice: &mut Dice,
) -> Kind {
    let activation = Activation { code: dice.secret(), expires_at: now + LINK_VALIDITY };
    let mail = Mail {
        to: employee.email_address.clone(),
        name: format!("{} {}", employee.given_name, employee.surname),
        employee_uuid: employee.uuid,
        sent_at: now,
        expires_at: activation.expires_at,
        code: activation.code.clone(),
    };
    employee.activation = Some(activation);
    Kind::Mail { cvr: organisation.settings.cvr.clone(), mail }
}

/// The user has used the link (or MitID Erhverv did it by itself) and has the means that were asked for.
pub(crate) fn activated(mut employee: Employee, dice: &mut Dice) -> Employee {
    employee.status = Status::Active;
    employee.activation = None;
    for kind in std::mem::take(&mut employee.requested_authenticators) {
        if !employee.has(kind) && kind == AuthenticatorKind::PrivateMitId {
            let uuid = dice.uuid();
            employee.authenticators.push(Authenticator { uuid, kind, status: "Active".to_owned(), id: None });
        }
    }
    employee
}
