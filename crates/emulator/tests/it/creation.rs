//! Creating users: what is taken over, and each reason to refuse.

use emulator::world::Status;
use emulator::{Level, OrganisationSettings};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

use crate::client::{CVR, Client, employee_path, light_wish, local_wish};

#[test]
fn light_users_are_pending_and_get_a_mail_with_a_link_for_30_days() {
    let mut client = Client::light();
    let uuid = client.created("ap");
    assert_eq!(client.employee(uuid).status, Status::Pending);
    let mail = &client.world.mailbox(CVR)[0];
    assert_eq!((mail.to.as_str(), mail.employee_uuid), ("aase@kommune.example", uuid));
    assert_eq!(mail.expires_at.duration_since(client.now).as_hours(), 30 * 24);
    assert!(client.employee(uuid).authenticators.is_empty());
}

#[test]
fn local_idp_users_are_active_at_once_with_their_name_id() {
    let mut client = Client::local_idp();
    let uuid = client.created("ap");
    assert_eq!(client.employee(uuid).status, Status::Active);
    let means = client.get(&format!("{}/authenticators", employee_path(uuid))).body;
    assert_eq!(means["authenticators"][0]["id"], "ap@kommune.example");
    assert!(client.world.mailbox(CVR).is_empty());
}

#[test]
fn local_idp_users_are_active_after_the_delay_of_the_organisation() {
    let delay = Duration::from_mins(1);
    let settings =
        OrganisationSettings { activation_delay: delay, ..OrganisationSettings::local_idp(CVR, "Ærø") };
    let mut client = Client::new(settings);
    let uuid = client.created("ap");
    client.wait(59_000);
    assert_eq!(client.employee(uuid).status, Status::Pending);
    client.wait(1_000);
    assert_eq!(client.employee(uuid).status, Status::Active);
}

#[test]
fn a_given_rid_is_taken_over_and_a_missing_one_is_made() {
    let mut client = Client::light();
    let made = client.created("ap");
    assert_eq!(client.employee(made).rid.unwrap().len(), 8);
    let answer = client.create(&changed(&["identityProfile", "rid"], &json!("12345678")));
    let uuid: Uuid = answer.body["employeeUuid"].as_str().unwrap().parse().unwrap();
    assert_eq!(client.employee(uuid).rid.unwrap(), "12345678");
}

#[test]
fn the_names_of_members_are_matched_without_regard_to_case() {
    let mut client = Client::light();
    let text =
        light_wish().to_string().replace("registeredIal", "REGISTEREDIAL").replace("givenName", "givenname");
    let mut request = client.request("POST", "administration/identity/employee", None);
    request.body = text.into_bytes();
    assert_eq!(client.unchecked(&request).status, 200);
}

#[test]
fn each_wrong_field_is_refused_with_its_name_and_nothing_is_created() {
    let mut client = Client::light();
    let unknown = Uuid::nil();
    let cases = [
        (&["identityProfile", "givenName"], json!(" Åse")),
        (&["identityProfile", "surname"], json!("Prøvesen ")),
        (&["identityProfile", "surname"], json!("")),
        (&["identityProfile", "emailAddress"], json!("aase@kommune.example ")),
        (&["identityProfile", "emailAddress"], json!("aase")),
        (&["identityProfile", "emailAddress"], json!(7)),
        (&["identityProfile", "givenName"], Value::Null),
        (&["identityProfile", "cprNumber"], json!("610190-0000")),
        (&["identityProfile", "cprNumber"], json!("9902900000")),
        (&["identityProfile", "cprNumber"], Value::Null),
        (&["identityProfile", "registeredIal"], json!("Substantial")),
        (&["identityProfile", "targetIal"], json!("Middling")),
        (&["identityProfile", "status"], json!("Active")),
        (&["identityOrganizationProfile", "invoiceMethodUuid"], json!(unknown)),
        (&["identityAuthenticators", "authenticatorTypes"], json!(["LocalIdentityProvider"])),
        (&["identityAuthenticators", "authenticatorTypes"], json!(["Telepathy"])),
        (&["identityAuthenticators", "authenticatorTypes"], json!([])),
        (&["identityAuthenticators", "subjectNameId"], json!("ap@kommune.example")),
    ];
    for (place, value) in cases {
        let answer = client.create(&changed(place, &value));
        assert_eq!(answer.status, 400, "{place:?} {value}");
    }
    assert_eq!(client.world.employees(CVR).count(), 0);
}

#[test]
fn a_person_must_be_13() {
    let mut client = Client::light();
    let mut born = |cpr: &str| client.create(&changed(&["identityProfile", "cprNumber"], &json!(cpr))).status;
    assert_eq!(born("8011135000"), 200, "13 today");
    assert_eq!(born("8111135000"), 400, "13 tomorrow");
}

#[test]
fn without_cpr_number_a_date_of_birth_will_do() {
    let mut client = Client::light();
    let mut wish = changed(&["identityProfile", "cprNumber"], &Value::Null);
    wish["identityProfile"]["dateOfBirth"] = json!("1990-01-01");
    assert_eq!(client.create(&wish).status, 200);
    wish["identityProfile"]["dateOfBirth"] = json!("2020-01-01");
    assert_eq!(client.create(&wish).status, 400);
}

#[test]
fn what_the_organisation_does_not_permit_is_refused() {
    let settings = OrganisationSettings {
        pseudonym_allowed: false,
        signing_allowed: false,
        private_mitid_allowed: false,
        ..OrganisationSettings::local_idp(CVR, "Ærø")
    };
    let mut client = Client::new(settings);
    let mut wish = local_wish("ap");
    wish["identityProfile"]["pseudonym"] = json!(true);
    assert_eq!(client.create(&wish).status, 400);
    let mut wish = local_wish("ap");
    wish["identityProfile"]["allowQualifiedCertificateIssuance"] = json!(true);
    assert_eq!(client.create(&wish).status, 400);
    let mut wish = local_wish("ap");
    wish["identityAuthenticators"]["authenticatorTypes"] =
        json!(["LocalIdentityProvider", "PrivateNemIdMitId"]);
    assert_eq!(client.create(&wish).status, 400);
    assert_eq!(client.create(&local_wish("ap")).status, 200);
}

#[test]
fn a_name_id_is_taken_without_regard_to_case_and_by_suspended_users_too() {
    let mut client = Client::local_idp();
    client.suspended("ap");
    assert_eq!(client.create(&local_wish("AP")).status, 409);
    assert_eq!(client.create(&local_wish("bp")).status, 200);
}

#[test]
fn whether_deletion_frees_the_name_id_is_a_switch() {
    for (free, status) in [(true, 200), (false, 409)] {
        let settings = OrganisationSettings {
            free_subject_name_id_on_delete: free,
            ..OrganisationSettings::local_idp(CVR, "Ærø")
        };
        let mut client = Client::new(settings);
        let uuid = client.created("ap");
        assert_eq!(client.call("DELETE", &employee_path(uuid), None).status, 204);
        assert_eq!(client.create(&local_wish("ap")).status, status);
    }
}

#[test]
fn the_level_follows_the_notification_and_the_lenient_emulator_does_not_mind() {
    let wish = changed(&["identityProfile", "registeredIal"], &json!("Substantial"));
    let notified = OrganisationSettings {
        nsis_notified: Level::Substantial,
        ..OrganisationSettings::light(CVR, "Ærø")
    };
    assert_eq!(Client::new(notified).create(&wish).status, 200);
    let lenient = OrganisationSettings { strict: false, ..OrganisationSettings::light(CVR, "Ærø") };
    assert_eq!(Client::new(lenient).create(&wish).status, 200);
    assert_eq!(Client::light().create(&wish).status, 400);
}

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    let mut client = Client::light();
    for body in ["", "{", "[]", "\u{0}"] {
        let mut request = client.request("POST", "administration/identity/employee", None);
        request.body = body.as_bytes().to_vec();
        assert_eq!(client.unchecked(&request).status, 400, "{body:?}");
    }
}

fn changed(place: &[&str; 2], value: &Value) -> Value {
    let mut wish = light_wish();
    wish[place[0]][place[1]] = value.clone();
    wish
}
