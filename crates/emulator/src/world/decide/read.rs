//! The reading operations, and how an employee looks on the wire in a list and alone.

use serde_json::{Value, json};

use super::{Call, Decision, Outcome};
use crate::world::employee::{AuthenticatorKind, Employee};
use crate::world::input::Input;
use crate::world::reply::{ApiResponse, Refusal};

/// `maxCount` 0, or none, means everything in one answer.
pub(crate) fn search(call: &mut Call) -> Outcome {
    let input = Input::parse(call.body)?;
    let most = match input.number("maxCount")? {
        None | Some(0) => usize::MAX,
        Some(most) => usize::try_from(most).unwrap_or(usize::MAX),
    };
    Ok(employee_list(call.organisation.employees.values().take(most)))
}

/// Page 0 holds them all.
pub(crate) fn migrated_identities(call: &mut Call) -> Outcome {
    let page: u64 = call.arguments.first().and_then(|page| page.parse().ok()).ok_or(Refusal::NotFound)?;
    Ok(employee_list(call.organisation.employees.values().filter(|employee| employee.migrated && page == 0)))
}

pub(crate) fn employee(call: &mut Call) -> Outcome {
    Ok(answer(&full(call.employee()?)))
}

/// The real list has many more members than anybody reads.
pub(crate) fn authenticators(call: &mut Call) -> Outcome {
    let employee = call.employee()?;
    let level = employee.registered_ial;
    let items: Vec<Value> = employee
        .authenticators
        .iter()
        .map(|means| json!({ "uuid": means.uuid, "type": means.kind, "status": means.status, "id": means.id, "assuranceLevel": level }))
        .collect();
    Ok(answer(&json!({ "authenticators": items })))
}

pub(crate) fn se_numbers(call: &mut Call) -> Decision {
    let numbers: Vec<Value> =
        call.organisation.se_numbers.iter().map(|number| json!({ "seNumber": number })).collect();
    answer(&json!(numbers))
}

pub(crate) fn production_units(call: &mut Call) -> Decision {
    answer(&json!(call.organisation.production_units))
}

fn employee_list<'a>(employees: impl Iterator<Item = &'a Employee>) -> Decision {
    let items: Vec<Value> = employees.map(list_item).collect();
    answer(&json!({ "employees": items }))
}

fn list_item(employee: &Employee) -> Value {
    let credentials: Vec<Value> = employee
        .authenticators
        .iter()
        .map(|means| match means.kind {
            AuthenticatorKind::LocalIdentityProvider => json!({ "id": "Local" }),
            AuthenticatorKind::PrivateMitId => json!({ "id": "PrivateMitID" }),
        })
        .collect();
    json!({
        "id": employee.id,
        "uuid": employee.uuid,
        "status": employee.status,
        "emailAddress": employee.email_address,
        "rid": employee.rid,
        "profile": {
            "givenName": employee.given_name,
            "surname": employee.surname,
            "cprNumber": employee.cpr_number,
        },
        "employeeCredentials": credentials,
    })
}

/// Signing shows in two places that move together.
fn full(employee: &Employee) -> Value {
    json!({
        "uuid": employee.uuid,
        "identityProfile": {
            "status": employee.status,
            "rid": employee.rid,
            "allowQualifiedCertificateIssuance": employee.allow_signing,
            "roles": employee.administrator_roles,
            "givenName": employee.given_name,
            "surname": employee.surname,
            "emailAddress": employee.email_address,
            "cprNumber": employee.cpr_number,
            "dateOfBirth": employee.date_of_birth,
            "registeredIal": employee.registered_ial,
            "targetIal": employee.target_ial,
            "pseudonym": employee.pseudonym,
        },
        "identityPermissions": { "authorizedToRepresent": false, "allowSigning": employee.allow_signing },
        "identityOrganizationProfile": { "invoiceMethodUuid": employee.invoice_method_uuid },
    })
}

fn answer(body: &Value) -> Decision {
    Decision::answer(ApiResponse::json(body))
}
