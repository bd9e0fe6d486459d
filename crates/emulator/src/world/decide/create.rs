//! Creation of an employee. Light: Pending, with a mail to the user. Local IdP: Active, at once or
//! after the organisation's delay.

use serde_json::json;
use uuid::Uuid;

use super::{Call, Decision, Outcome, activation_mail, checks, credentials};
use crate::world::change::Event;
use crate::world::cpr::CprNumber;
use crate::world::employee::{AuthenticatorKind, Employee, Level, Status};
use crate::world::input::Input;
use crate::world::reply::{ApiResponse, Refusal};

pub(crate) fn create(call: &mut Call) -> Outcome {
    let input = Input::parse(call.body)?;
    let mut employee = profile(&input.object("identityProfile")?, call)?;
    employee.invoice_method_uuid = invoice_method(&input.object("identityOrganizationProfile")?, call)?;
    let means = input.object("identityAuthenticators")?;
    let kinds = credentials::kinds(&means, "authenticatorTypes", call)?;
    let subject_name_id = credentials::subject_name_id(&means, &kinds, call)?;
    has_identification(&employee, &kinds, call)?;
    let reply = ApiResponse::json(&json!({ "employeeUuid": employee.uuid }));
    let decision = if call.organisation.is_light() {
        mailed(employee, kinds, call)
    } else {
        local(employee, kinds, subject_name_id.as_deref(), call)
    };
    Ok(Decision { reply, ..decision })
}

/// The user gets a link and stays Pending until it is used.
fn mailed(mut employee: Employee, kinds: Vec<AuthenticatorKind>, call: &mut Call) -> Decision {
    employee.requested_authenticators = kinds;
    let mail = activation_mail(&mut employee, call.organisation, call.now, call.dice);
    Decision::done([call.put(employee), mail])
}

/// No activation by the user: MitID Erhverv does it by itself.
fn local(
    mut employee: Employee,
    kinds: Vec<AuthenticatorKind>,
    subject_name_id: Option<&str>,
    call: &mut Call,
) -> Decision {
    employee.authenticators =
        kinds.into_iter().map(|kind| credentials::attached(kind, subject_name_id, call)).collect();
    let delay = call.organisation.settings.activation_delay;
    let later = (!delay.is_zero()).then(|| (call.now + delay, Event::Activation { uuid: employee.uuid }));
    if later.is_none() {
        employee.status = Status::Active;
    }
    Decision { later, ..Decision::done([call.put(employee)]) }
}

fn profile(input: &Input, call: &mut Call) -> Result<Employee, Refusal> {
    status(input, call)?;
    let signing = input.flag("allowQualifiedCertificateIssuance")?.unwrap_or(false);
    call.strictly(
        !signing || call.organisation.settings.signing_allowed,
        "The organisation does not permit signing.",
    )?;
    let rid = checks::trimmed(input, "rid")?;
    Ok(Employee {
        status: Status::Pending,
        given_name: needed(checks::trimmed(input, "givenName")?, "givenName")?,
        surname: needed(checks::trimmed(input, "surname")?, "surname")?,
        email_address: needed(checks::email(input, call)?, "emailAddress")?,
        cpr_number: checks::cpr_number(input, call.now)?,
        date_of_birth: checks::date_of_birth(input, call.now)?,
        pseudonym: pseudonym(input, call)?,
        registered_ial: level(input, "registeredIal", call)?,
        target_ial: level(input, "targetIal", call)?,
        allow_signing: signing,
        id: call.organisation.next_id,
        uuid: call.dice.uuid(),
        rid: Some(rid.unwrap_or_else(|| call.dice.rid())),
        invoice_method_uuid: None,
        administrator_roles: Vec::new(),
        authenticators: Vec::new(),
        roles: Vec::new(),
        requested_authenticators: Vec::new(),
        activation: None,
        migrated: false,
    })
}

/// The server decides the real status; early clients sent `active`.
fn status(input: &Input, call: &Call) -> Result<(), Refusal> {
    let is_pending = input.text("status")?.is_some_and(|status| status.eq_ignore_ascii_case("Pending"));
    call.strictly(is_pending, "status must be Pending.")
}

fn level(input: &Input, name: &str, call: &Call) -> Result<Level, Refusal> {
    let level = checks::level(input, name, call)?;
    call.strictly(level.is_some(), &format!("{name} is missing."))?;
    Ok(level.unwrap_or(Level::Low))
}

fn pseudonym(input: &Input, call: &Call) -> Result<bool, Refusal> {
    let pseudonym = input.flag("pseudonym")?.unwrap_or(false);
    let allowed = call.organisation.settings.pseudonym_allowed;
    call.strictly(allowed || !pseudonym, "The organisation does not permit anonymous users.")?;
    Ok(pseudonym)
}

fn invoice_method(input: &Input, call: &Call) -> Result<Option<Uuid>, Refusal> {
    let method = input.uuid("invoiceMethodUuid")?;
    let known = method.is_none_or(|method| call.organisation.settings.invoice_methods.contains(&method));
    call.strictly(known, "invoiceMethodUuid is not an invoice method of the organisation.")?;
    Ok(method)
}

/// By CPR number; without a Local IdP a date of birth will do, since an administrator hands over a code.
fn has_identification(employee: &Employee, kinds: &[AuthenticatorKind], call: &Call) -> Result<(), Refusal> {
    let by_cpr = employee.cpr_number.as_ref().and_then(CprNumber::birth_date).is_some();
    let by_birth =
        employee.date_of_birth.is_some() && !kinds.contains(&AuthenticatorKind::LocalIdentityProvider);
    call.strictly(by_cpr || by_birth, "cprNumber is missing.")
}

fn needed(text: Option<String>, name: &str) -> Result<String, Refusal> {
    text.ok_or_else(|| Refusal::Invalid(format!("{name} is missing.")))
}
