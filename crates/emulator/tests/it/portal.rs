//! What people do in the portal, the reset, and the mailbox.

use emulator::world::{PortalError, Scope, ScopeKind, Status};
use emulator::{OrganisationSettings, PortalAction, PortalRequest};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::client::{CVR, Client};

#[test]
fn a_link_works_for_30_days_and_once() {
    let mut client = Client::light();
    let uuid = client.created("ap");
    let code = client.world.mailbox(CVR)[0].code.clone();
    client.world.shift_clock(30 * 24 * 3600, client.now).unwrap();
    assert_eq!(follow(&mut client, uuid, &code), Err(PortalError::LinkExpired));
    assert_eq!(client.portal(PortalAction::Activate, uuid), Err(PortalError::LinkExpired));
    client.portal(PortalAction::Resend, uuid).unwrap();
    assert_eq!(follow(&mut client, uuid, &code), Err(PortalError::LinkUnknown), "the old one ended");
    let code = client.world.mailbox(CVR)[1].code.clone();
    assert_eq!(follow(&mut client, uuid, &code), Ok(()));
    assert_eq!(client.employee(uuid).status, Status::Active);
    assert_eq!(follow(&mut client, uuid, &code), Err(PortalError::LinkUnknown), "it was used");
}

#[test]
fn an_administrator_suspends_reactivates_and_deletes() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    client.portal(PortalAction::Suspend, uuid).unwrap();
    assert_eq!(client.employee(uuid).status, Status::Suspended);
    let again = client.portal(PortalAction::Suspend, uuid);
    assert_eq!(again, Err(PortalError::Status { status: Status::Suspended }));
    client.portal(PortalAction::Reactivate, uuid).unwrap();
    client.portal(PortalAction::Delete, uuid).unwrap();
    assert!(client.world.employee(CVR, uuid).is_none());
    assert!(matches!(client.portal(PortalAction::Delete, uuid), Err(PortalError::NotFound { .. })));
}

#[test]
fn an_administrator_edits_by_the_names_of_the_state() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let fields = json!({ "surname": "Ny", "administratorRoles": ["IdentityAdministrator"] });
    edit(&mut client, uuid, &fields).unwrap();
    let employee = client.employee(uuid);
    assert_eq!((employee.surname.as_str(), employee.administrator_roles.len()), ("Ny", 1));
    for fields in [json!({ "surname": 7 }), json!({ "shoeSize": 43 }), json!({ "status": "Active" })] {
        assert!(matches!(edit(&mut client, uuid, &fields), Err(PortalError::Field { .. })), "{fields}");
    }
    assert_eq!(client.employee(uuid), employee);
}

#[test]
fn an_administrator_gives_and_takes_rights() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let right = client.world.catalogue(CVR)[0].0;
    assert_eq!(rights(&mut client, uuid, PortalAction::Grant, Uuid::nil()), Err(PortalError::Right));
    rights(&mut client, uuid, PortalAction::Grant, right).unwrap();
    assert_eq!(client.employee(uuid).roles.len(), 1);
    rights(&mut client, uuid, PortalAction::Revoke, right).unwrap();
    assert!(client.employee(uuid).roles.is_empty());
}

#[test]
fn a_reset_empties_one_organisation_or_all() {
    let mut client = Client::light();
    client.world.add_organisation(OrganisationSettings::light("90000002", "Samsø Kommune"));
    client.created("ap");
    assert!(client.world.reset(Some("90000009")).is_err());
    client.world.reset(Some("90000002")).unwrap();
    assert_eq!(client.world.employees(CVR).count(), 1);
    client.world.reset(None).unwrap();
    assert_eq!(client.world.employees(CVR).count(), 0);
    assert_eq!(client.world.organisations().count(), 2);
    client.created("ap");
}

#[test]
fn the_state_is_flat_and_has_the_names_of_the_interface() {
    let mut client = Client::light();
    client.active("ap");
    let state = client.world.state();
    let organisation = &state["organisations"][0];
    assert_eq!((&organisation["cvr"], &organisation["variant"]), (&json!(CVR), &json!("light")));
    let employee = organisation["employees"][0].as_object().unwrap();
    for name in [
        "uuid",
        "id",
        "status",
        "givenName",
        "surname",
        "emailAddress",
        "cprNumber",
        "rid",
        "pseudonym",
        "registeredIal",
        "targetIal",
        "allowSigning",
        "invoiceMethodUuid",
        "administratorRoles",
        "authenticators",
        "roles",
    ] {
        assert!(employee.contains_key(name), "{name}");
    }
    for name in ["deleted", "catalogue", "mailbox"] {
        assert!(organisation[name].is_array(), "{name}");
    }
}

#[test]
fn seeding_is_all_or_nothing() {
    let mut client = Client::local_idp();
    client.created("ap");
    let person = |number: u32, name: &str| {
        let means =
            json!([{ "uuid": Uuid::nil(), "type": "LocalIdentityProvider", "status": "Active", "id": name }]);
        let employee = json!({
            "uuid": Uuid::from_u128(number.into()), "id": number, "status": "Active", "givenName": "Seed",
            "surname": "Frø", "emailAddress": "x@kommune.example", "authenticators": means,
        });
        serde_json::from_value(employee).unwrap()
    };
    let (first, taken) = (person(1, "x@kommune.example"), person(2, "AP@kommune.example"));
    assert!(client.world.seed(CVR, &[first, taken]).is_err());
    assert_eq!(client.world.employees(CVR).count(), 1);
    assert!(client.world.seed("90000009", &[]).is_err());
}

fn follow(client: &mut Client, uuid: Uuid, code: &str) -> Result<(), PortalError> {
    let now = client.now;
    client.world.activate_by_link(CVR, uuid, code, now, &mut |bytes| bytes.fill(1))
}

fn edit(client: &mut Client, uuid: Uuid, fields: &Value) -> Result<(), PortalError> {
    let fields = fields.as_object().unwrap().clone();
    let (organisation, action) = (CVR.to_owned(), PortalAction::Edit);
    client.portal_with(&PortalRequest { organisation, action, uuid, fields, right: None })
}

fn rights(client: &mut Client, uuid: Uuid, action: PortalAction, right: Uuid) -> Result<(), PortalError> {
    let scope = Scope { kind: ScopeKind::Cvr, value: CVR.to_owned() };
    let right = Some(emulator::world::PortalRight { uuid: right, scope });
    let organisation = CVR.to_owned();
    client.portal_with(&PortalRequest { organisation, action, uuid, fields: Map::new(), right })
}
