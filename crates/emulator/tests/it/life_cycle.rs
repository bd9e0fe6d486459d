//! From Pending to Active to Suspended to gone, and which call fits which status.

use emulator::OrganisationSettings;
use emulator::PortalAction;
use emulator::world::Status;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{CPR, CVR, Client, employee_path};

#[test]
fn suspended_and_reactivated() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    assert_eq!(client.act(uuid, "suspend"), 204);
    assert_eq!(client.employee(uuid).status, Status::Suspended);
    assert_eq!(client.act(uuid, "reactivate"), 204);
    assert_eq!(client.employee(uuid).status, Status::Active);
}

#[test]
fn a_repeated_call_is_a_conflict_when_strict_and_nothing_when_lenient() {
    for (strict, status) in [(true, 409), (false, 204)] {
        let settings = OrganisationSettings { strict, ..OrganisationSettings::light(CVR, "Ærø") };
        let mut client = Client::new(settings);
        let uuid = client.active("ap");
        assert_eq!(client.act(uuid, "reactivate"), status);
        assert_eq!(client.act(uuid, "suspend"), 204);
        assert_eq!(client.act(uuid, "suspend"), status);
    }
}

#[test]
fn a_pending_user_is_neither_suspended_nor_reactivated() {
    let mut client = Client::light();
    let uuid = client.created("ap");
    assert_eq!(client.act(uuid, "suspend"), 409);
    assert_eq!(client.act(uuid, "reactivate"), 409);
}

#[test]
fn rights_survive_suspension_unless_the_organisation_says_otherwise() {
    for kept in [true, false] {
        let settings = OrganisationSettings {
            rights_kept_on_suspend: kept,
            ..OrganisationSettings::light(CVR, "Ærø")
        };
        let mut client = Client::new(settings);
        let uuid = client.active("ap");
        let right = client.world.catalogue(CVR)[0].0;
        let body = json!({ "scope": { "type": "Cvr", "value": CVR }, "roleUuids": [right] });
        client.post(&format!("administration/rights/identity/{uuid}/roles"), &body);
        client.act(uuid, "suspend");
        assert_eq!(!client.employee(uuid).roles.is_empty(), kept);
    }
}

#[test]
fn the_deleted_are_gone_from_every_call() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let path = employee_path(uuid);
    assert_eq!(client.call("DELETE", &path, None).status, 204);
    assert_eq!(client.get(&path).status, 404);
    assert_eq!(client.call("DELETE", &path, None).status, 404);
    assert_eq!(client.act(uuid, "suspend"), 404);
    assert_eq!(client.act(uuid, "reactivate"), 404);
    assert_eq!(client.get(&format!("{path}/authenticators")).status, 404);
    let search = client.post("administration/identity/employee/search", &json!({ "maxCount": 0 }));
    assert_eq!(search.body["employees"], json!([]));
    assert_eq!(client.world.state()["organisations"][0]["deleted"][0]["uuid"], json!(uuid));
}

#[test]
fn each_status_has_its_profile_call_and_the_others_are_conflicts() {
    let expected =
        [("pending", [409, 204, 409]), ("active", [204, 409, 200]), ("suspended", [409, 409, 409])];
    for (status, answers) in expected {
        let mut client = Client::light();
        let uuid = user_in(&mut client, status);
        let statuses =
            ["profile", "profile/draft", "profile/nonsensitive"].map(|call| change(&mut client, uuid, call));
        assert_eq!(statuses, answers, "{status}");
    }
}

#[test]
fn the_lenient_emulator_takes_every_profile_call() {
    let settings = OrganisationSettings { strict: false, ..OrganisationSettings::light(CVR, "Ærø") };
    let mut client = Client::new(settings);
    let uuid = client.suspended("ap");
    assert_eq!(change(&mut client, uuid, "profile"), 204);
    assert_eq!(client.employee(uuid).given_name, "Bo");
}

#[test]
fn a_profile_is_replaced_and_what_is_absent_stays() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let body = json!({ "registeredIAL": "Low", "givenName": "Bo", "surname": "Ny", "emailAddress": "bo@kommune.example" });
    client.put(&format!("{}/profile", employee_path(uuid)), &body);
    let profile = client.get(&employee_path(uuid)).body["identityProfile"].clone();
    assert_eq!(profile["givenName"], "Bo");
    assert_eq!(profile["emailAddress"], "bo@kommune.example");
    assert_eq!(profile["cprNumber"], CPR);
}

#[test]
fn a_profile_is_checked_like_a_creation() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    for (name, value) in [
        ("givenName", json!("Bo ")),
        ("cprNumber", json!("1")),
        ("targetIal", json!("High")),
        ("surname", json!("")),
    ] {
        let answer = client.put(&format!("{}/profile", employee_path(uuid)), &json!({ name: value }));
        assert_eq!(answer.status, 400, "{name}");
    }
}

#[test]
fn a_new_address_of_a_pending_user_gets_the_mail_and_ends_the_old_link() {
    let mut client = Client::light();
    let uuid = client.created("ap");
    let body = json!({ "emailAddress": "ny@kommune.example" });
    client.put(&format!("{}/profile/draft", employee_path(uuid)), &body);
    let codes: Vec<_> =
        client.world.mailbox(CVR).iter().map(|mail| (mail.to.clone(), mail.code.clone())).collect();
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[1].0, "ny@kommune.example");
    let (now, random) = (client.now, &mut |_: &mut [u8]| ());
    assert!(client.world.activate_by_link(CVR, uuid, &codes[0].1, now, random).is_err());
    assert!(client.world.activate_by_link(CVR, uuid, &codes[1].1, now, random).is_ok());
}

#[test]
fn signing_shows_in_both_places() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let path = format!("{}/allowsigning", employee_path(uuid));
    assert_eq!(client.put(&path, &json!({ "allowSigning": true })).status, 204);
    let employee = client.get(&employee_path(uuid)).body;
    assert_eq!(employee["identityProfile"]["allowQualifiedCertificateIssuance"], true);
    assert_eq!(employee["identityPermissions"]["allowSigning"], true);
    let request = client.request("PUT", &path, Some(&json!({})));
    assert_eq!(client.unchecked(&request).status, 400);
}

#[test]
fn login_means_are_added_once_and_taken_away() {
    let mut client = Client::local_idp();
    let uuid = client.active("ap");
    let (request, list) = (
        format!("{}/requestcredentials", employee_path(uuid)),
        format!("{}/authenticators", employee_path(uuid)),
    );
    let private = json!({ "authenticatorSettingTypes": ["PrivateNemIdMitId"] });
    assert_eq!(client.post(&request, &private).status, 204);
    assert_eq!(client.post(&request, &private).status, 409);
    let means = client.get(&list).body;
    assert_eq!(means["authenticators"][1]["type"], "PrivateMitId");
    let local = means["authenticators"][0]["uuid"].as_str().unwrap().to_owned();
    let revoke = format!("{}/revokecredential/{local}", employee_path(uuid));
    assert_eq!(client.call("POST", &revoke, None).status, 204);
    assert_eq!(client.call("POST", &revoke, None).status, 404);
    let again = json!({ "authenticatorSettingTypes": ["LocalIdentityProvider"], "subjectNameId": "AP@kommune.example" });
    assert_eq!(client.post(&request, &again).status, 204, "the name was freed");
}

#[test]
fn a_name_id_that_somebody_else_has_cannot_be_attached() {
    let mut client = Client::local_idp();
    client.created("bp");
    let uuid = client.created("ap");
    let means = client.employee(uuid).authenticators[0].uuid;
    client.call("POST", &format!("{}/revokecredential/{means}", employee_path(uuid)), None);
    let body = json!({ "authenticatorSettingTypes": ["LocalIdentityProvider"], "subjectNameId": "BP@kommune.example" });
    assert_eq!(client.post(&format!("{}/requestcredentials", employee_path(uuid)), &body).status, 409);
}

#[test]
fn imported_users_are_activated_by_an_order_once_their_cpr_number_is_there() {
    let settings = OrganisationSettings { legacy: true, ..OrganisationSettings::local_idp(CVR, "Ærø") };
    let mut client = Client::new(settings);
    let uuid = Uuid::from_u128(7);
    let imported = json!({
        "uuid": uuid, "id": 7, "status": "Pending", "givenName": "Old", "surname": "Timer",
        "emailAddress": "old@kommune.example", "rid": "11111111", "migrated": true,
    });
    client.world.seed(CVR, &[serde_json::from_value(imported).unwrap()]).unwrap();
    let list = client.get("admin/organization-activation/migrated-identities/0").body;
    assert_eq!(list["employees"][0]["rid"], "11111111");
    let order = json!({ "authenticatorSettingTypes": ["LocalIdentityProvider"], "userUuids": [uuid] });
    assert_eq!(client.post("admin/organization-activation/activation-orders", &order).status, 400);
    client.put(&format!("{}/profile/draft", employee_path(uuid)), &json!({ "cprNumber": CPR }));
    assert_eq!(client.post("admin/organization-activation/activation-orders", &order).status, 204);
    assert_eq!(client.employee(uuid).status, Status::Active);
}

#[test]
fn the_search_lists_all_and_a_maximum_cuts_it() {
    let mut client = Client::local_idp();
    let uuids: Vec<Uuid> = ["a", "b", "c"].map(|name| client.created(name)).to_vec();
    let all = client.post(
        "administration/identity/employee/search",
        &json!({ "maxCount": 0, "removeUuidFromResultSet": false }),
    );
    let mut found: Vec<Uuid> =
        list(&all.body).iter().map(|item| item["uuid"].as_str().unwrap().parse().unwrap()).collect();
    found.sort();
    let mut expected = uuids;
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(list(&all.body)[0]["profile"]["cprNumber"], CPR);
    assert_eq!(list(&all.body)[0]["employeeCredentials"][0]["id"], "Local");
    let two = client.post("administration/identity/employee/search", &json!({ "maxCount": 2 }));
    assert_eq!(list(&two.body).len(), 2);
}

fn list(body: &Value) -> &Vec<Value> {
    body["employees"].as_array().unwrap()
}

fn user_in(client: &mut Client, status: &str) -> Uuid {
    match status {
        "pending" => client.created("ap"),
        "active" => client.active("ap"),
        _ => client.suspended("ap"),
    }
}

fn change(client: &mut Client, uuid: Uuid, call: &str) -> u16 {
    let body = match call {
        "profile/nonsensitive" => json!({ "emailAddress": "bo@kommune.example" }),
        _ => json!({ "givenName": "Bo", "surname": "Ny" }),
    };
    client.put(&format!("{}/{call}", employee_path(uuid)), &body).status
}

#[test]
fn activation_gives_the_means_that_were_asked_for() {
    let mut client = Client::light();
    let uuid = client.created("ap");
    client.portal(PortalAction::Activate, uuid).unwrap();
    let means = client.get(&format!("{}/authenticators", employee_path(uuid))).body;
    assert_eq!(means["authenticators"][0]["type"], "PrivateMitId");
    assert_eq!(means["authenticators"][0]["id"], Value::Null);
}
