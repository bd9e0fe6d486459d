//! Rights, organisation data, and the old operations.

use emulator::OrganisationSettings;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{CVR, Client};

#[test]
fn a_right_is_given_once_listed_and_taken() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let right = client.world.catalogue(CVR)[3].clone();
    let (path, body) = (path(uuid), assignment("Cvr", CVR, right.0));
    assert_eq!(client.post(&path, &body).status, 204);
    assert_eq!(client.post(&path, &body).status, 204);
    let list = client.get(&path).body;
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["name"], right.1.as_str());
    assert_eq!(list[0]["scope"], json!({ "type": "Cvr", "value": CVR }));
    assert_eq!(client.call("DELETE", &path, Some(&body)).status, 204);
    assert_eq!(client.get(&path).body, json!([]));
}

#[test]
fn one_right_in_several_scopes_is_several_rights() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let right = client.world.catalogue(CVR)[0].0;
    let se =
        client.get("administration/organization/senumber").body[0]["seNumber"].as_str().unwrap().to_owned();
    let unit = client.get("administration/organization/productionunits").body[0]["pNumber"].as_i64().unwrap();
    for (kind, value) in [("SE", se.as_str()), ("PU", &unit.to_string()), ("Cvr", CVR)] {
        assert_eq!(client.post(&path(uuid), &assignment(kind, value, right)).status, 204);
    }
    let body = assignment("SE", &se, right);
    client.call("DELETE", &path(uuid), Some(&body));
    assert_eq!(client.get(&path(uuid)).body.as_array().unwrap().len(), 2);
}

#[test]
fn unknown_rights_and_foreign_scopes_are_refused() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let right = client.world.catalogue(CVR)[0].0;
    let cases = [
        assignment("Cvr", CVR, Uuid::nil()),
        assignment("Cvr", "90000002", right),
        assignment("SE", "12345678", right),
        assignment("PU", "1", right),
        assignment("Region", CVR, right),
    ];
    for body in cases {
        assert_eq!(client.post(&path(uuid), &body).status, 400, "{body}");
    }
    assert_eq!(client.get(&path(uuid)).body, json!([]));
}

#[test]
fn the_rights_of_an_unknown_user_are_a_server_error() {
    let mut client = Client::light();
    let answer = client.get(&path(Uuid::nil()));
    assert_eq!(answer.status, 500);
    assert!(answer.text.contains("See log for exception details"));
    let body = assignment("Cvr", CVR, client.world.catalogue(CVR)[0].0);
    assert_eq!(client.post(&path(Uuid::nil()), &body).status, 500);
}

#[test]
fn pending_users_get_rights_unless_the_organisation_says_no_and_suspended_ones_never() {
    for (permitted, status) in [(true, 204), (false, 400)] {
        let settings = OrganisationSettings {
            rights_for_pending: permitted,
            ..OrganisationSettings::light(CVR, "Ærø")
        };
        let mut client = Client::new(settings);
        let uuid = client.created("ap");
        let body = assignment("Cvr", CVR, client.world.catalogue(CVR)[0].0);
        assert_eq!(client.post(&path(uuid), &body).status, status);
    }
    let mut client = Client::light();
    let uuid = client.suspended("ap");
    let body = assignment("Cvr", CVR, client.world.catalogue(CVR)[0].0);
    assert_eq!(client.post(&path(uuid), &body).status, 409);
    assert_eq!(client.call("DELETE", &path(uuid), Some(&body)).status, 409);
}

#[test]
fn catalogue_and_organisation_data() {
    let mut client = Client::light();
    let roles = client.get("administration/rights/categorizedRoles").body["roles"].clone();
    assert_eq!(roles.as_array().unwrap().len(), 25);
    assert!(roles[0]["isBasicPackage"].is_boolean());
    let units = client.get("administration/organization/productionunits").body;
    assert!(units[0]["pNumber"].as_i64().unwrap() >= 1_000_000_000);
    assert_eq!(units[0].as_object().unwrap().len(), 5, "a strict reader bears no more");
}

#[test]
fn old_operations_are_there_only_behind_their_switch() {
    let mut client = Client::light();
    for path in ["administration/rights/group", "admin/organization-activation/migrated-identities/0"] {
        let request = client.request("GET", path, None);
        let emulator::Exchange::Answer { response, .. } = client.exchange(&request) else { panic!() };
        assert_eq!(response.status, 404);
    }
    let mut client =
        Client::new(OrganisationSettings { legacy: true, ..OrganisationSettings::light(CVR, "Ærø") });
    group_life(&mut client);
}

fn group_life(client: &mut Client) {
    let scope = json!({ "type": "Cvr", "value": CVR });
    let body = json!({ "name": "Løn", "scope": scope, "mainGroupType": "Regular" });
    let group = client.post("administration/rights/group", &body).body["uuid"].as_str().unwrap().to_owned();
    let (path, right) = (format!("administration/rights/group/{group}"), client.world.catalogue(CVR)[0].0);
    assert_eq!(client.call("POST", &format!("{path}/role/{right}"), None).status, 204);
    assert_eq!(client.get(&path).body["roles"][0]["uuid"], json!(right));
    assert_eq!(client.put(&path, &json!({ "name": "Løn og skat", "scope": scope })).status, 204);
    assert_eq!(client.get("administration/rights/group").body[0]["name"], "Løn og skat");
    assert_eq!(client.call("DELETE", &format!("{path}/role/{right}"), None).status, 204);
    assert_eq!(client.call("DELETE", &path, None).status, 204);
    assert_eq!(client.get(&path).status, 404);
    let foreign =
        json!({ "name": "Løn", "scope": { "type": "SE", "value": "12345678" }, "mainGroupType": "Regular" });
    assert_eq!(client.post("administration/rights/group", &foreign).status, 400);
}

fn path(uuid: Uuid) -> String {
    format!("administration/rights/identity/{uuid}/roles")
}

fn assignment(kind: &str, value: &str, right: Uuid) -> Value {
    json!({ "scope": { "type": kind, "value": value }, "roleUuids": [right] })
}
