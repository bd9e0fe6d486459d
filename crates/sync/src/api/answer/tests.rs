use serde_json::json;

use super::*;

const UUID: &str = "ab0c5f0e-1a2b-4c3d-8e9f-a0b1c2d3e4f5";

fn octets(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn asked() -> RemoteUuid {
    UUID.parse().unwrap()
}

#[test]
fn a_search_gives_what_it_holds() {
    let body = octets(&json!({ "employees": [{
        "id": 1_234_567, "uuid": UUID, "status": "active", "emailAddress": "x1@kommune.example", "rid": 78_129_748,
        "profile": { "givenName": "Åse", "surname": null, "cprNumber": "6101900007" },
        "employeeCredentials": [{ "id": "Local" }], "addedLater": { "values": [1, null] },
    }]}));
    let [summary] = search(&body).unwrap().try_into().unwrap();
    assert_eq!(summary.uuid, asked());
    assert_eq!(summary.status, Status::Active);
    assert_eq!(summary.cpr, Cpr::parse("610190-0007").ok());
    let expected =
        [(Field::GivenName, "Åse"), (Field::Email, "x1@kommune.example"), (Field::Rid, "78129748")];
    assert_eq!(summary.fields, expected.map(|(field, value)| (field, value.to_owned())).into());
}

#[test]
fn a_search_is_read_in_any_case_and_with_much_missing() {
    let body = octets(
        &json!({ "Employees": [{ "UUID": UUID, "Profile": { "GIVENNAME": "Bo", "cprNumber": "secret" } }] }),
    );
    let [summary] = search(&body).unwrap().try_into().unwrap();
    assert_eq!(summary.status, Status::Other(String::new()));
    assert_eq!(summary.fields, [(Field::GivenName, "Bo".to_owned())].into());
    assert_eq!(summary.cpr, None);
}

#[test]
fn an_answer_without_its_list_is_never_an_empty_list() {
    for body in ["<html>", "", "[]", "null", "\"x\"", "{\"employees\":[{\"uuid\":"] {
        assert_eq!(search(body.as_bytes()), Err(Unreadable::NotJson), "{body}");
    }
    for body in ["{}", "{\"employees\":null}", "{\"employees\":{}}", "{\"error\":\"x\"}"] {
        assert_eq!(search(body.as_bytes()), Err(Unreadable::NoList("employees")), "{body}");
    }
    assert_eq!(search(b"{\"employees\":[]}"), Ok(Vec::new()));
}

#[test]
fn a_list_with_a_hole_is_not_believed() {
    let body = octets(&json!({ "employees": [{ "uuid": UUID }, { "status": "Active" }] }));
    assert_eq!(search(&body), Err(Unreadable::Incomplete(2, "uuid")));
    let body = octets(&json!({ "employees": [null] }));
    assert_eq!(search(&body), Err(Unreadable::Incomplete(1, "uuid")));
}

#[test]
fn details_hold_levels_rights_and_roles() {
    let body = octets(&json!({
        "uuid": UUID,
        "identityProfile": {
            "status": "Suspended", "rid": "5", "registeredIAL": "Substantial", "pseudonym": false,
            "allowQualifiedCertificateIssuance": false, "roles": ["IdentityAdministrator", null],
        },
        "identityPermissions": { "authorizedToRepresent": false, "allowSigning": "True" },
        "identityOrganizationProfile": { "invoiceMethodUuid": "0B0C" },
    }));
    let read = detail(&body, asked()).unwrap();
    assert_eq!(read.status, Status::Suspended);
    assert_eq!(read.administrator_roles, ["IdentityAdministrator"]);
    let expected = [
        (Field::Rid, "5"),
        (Field::Level, "Substantial"),
        (Field::Signing, "true"),
        (Field::InvoiceMethod, "0B0C"),
        (Field::Pseudonym, "false"),
    ];
    assert_eq!(read.fields, expected.map(|(field, value)| (field, value.to_owned())).into());
}

#[test]
fn signing_falls_back_to_the_other_flag() {
    let profile = json!({ "allowQualifiedCertificateIssuance": true });
    let read = detail(&octets(&json!({ "identityProfile": profile })), asked()).unwrap();
    assert_eq!(read.fields, [(Field::Signing, "true".to_owned())].into());
}

#[test]
fn an_unknown_status_is_kept_as_it_came() {
    let body = octets(&json!({ "uuid": UUID, "identityProfile": { "status": "UnderReview" } }));
    assert_eq!(detail(&body, asked()).unwrap().status, Status::Other("UnderReview".to_owned()));
}

#[test]
fn what_is_not_the_identity_asked_for_is_refused() {
    let other = octets(&json!({ "uuid": "00000000-0000-4000-8000-000000000001" }));
    assert_eq!(detail(&other, asked()), Err(Unreadable::AnotherIdentity));
    assert_eq!(detail(b"<html>", asked()), Err(Unreadable::NotJson));
    for body in ["{}", "[]", "{\"message\":\"x\"}", "null"] {
        assert_eq!(detail(body.as_bytes(), asked()), Err(Unreadable::NoIdentity), "{body}");
    }
}

#[test]
fn login_means_may_be_absent_or_null() {
    for body in ["{}", "{\"authenticators\":null}", "{\"authenticators\":[]}", "[]"] {
        assert_eq!(authenticators(body.as_bytes()), Ok(Vec::new()), "{body}");
    }
    let body =
        octets(&json!({ "authenticators": [{ "uuid": UUID, "type": "Wallet", "id": null, "more": 1 }] }));
    let [means] = authenticators(&body).unwrap().try_into().unwrap();
    assert_eq!((means.kind.as_str(), means.uuid.as_deref(), means.id), ("Wallet", Some(UUID), None));
    for body in ["null", "{\"authenticators\":\"x\"}"] {
        assert_eq!(authenticators(body.as_bytes()), Err(Unreadable::NoList("authenticators")), "{body}");
    }
    assert_eq!(authenticators(b"<"), Err(Unreadable::NotJson));
}

#[test]
fn rights_and_organisation_data_are_read_with_their_variants() {
    let body =
        octets(&json!({ "roles": [{ "uuid": UUID, "name": "n", "basicPackage": true }], "categories": [] }));
    assert_eq!(catalogue(&body).unwrap()[0].basic_package, Some(true));
    assert_eq!(catalogue(b"{}"), Err(Unreadable::NoList("roles")));

    let body = octets(
        &json!([{ "uuid": UUID, "scope": { "type": "Region", "value": 84 } }, { "uuid": UUID, "scope": null }]),
    );
    let held = roles(&body).unwrap();
    assert_eq!(held[0].scope, Some(Scope { kind: "Region".to_owned(), value: "84".to_owned() }));
    assert_eq!(held[1].scope, None);
    assert_eq!(roles(b"{}"), Err(Unreadable::NotAList));
    // What cannot be named is a hole in the list.
    assert_eq!(roles(b"[{\"uuid\":\"r\"}]"), Err(Unreadable::Incomplete(1, "uuid")));

    assert_eq!(se_numbers(b"[{\"seNumber\":\"90123456\"}]").unwrap(), ["90123456"]);
    assert_eq!(se_numbers(b"[{}]"), Err(Unreadable::Incomplete(1, "seNumber")));
    let units =
        production_units(b"[{\"pNumber\":1001234567},{\"PNumber\":\"1001234568\",\"name\":\"N\"}]").unwrap();
    assert_eq!((units[0].number.as_str(), units[1].number.as_str()), ("1001234567", "1001234568"));
}

#[test]
fn created_and_token_must_hold_their_one_thing() {
    assert_eq!(created(&octets(&json!({ "EmployeeUUID": UUID }))), Ok(asked()));
    for body in ["{}", "{\"employeeUuid\":\"\"}", "{\"employeeUuid\":null}"] {
        assert_eq!(created(body.as_bytes()), Err(Unreadable::Missing("employeeUuid")), "{body}");
    }
    assert_eq!(token(b"{\"accessToken\":\"t\",\"expiresIn\":\"60\"}"), Ok(("t".to_owned(), Some(60))));
    assert_eq!(token(b"{\"accessToken\":\"t\"}"), Ok(("t".to_owned(), None)));
    assert_eq!(token(b"{\"accessToken\":\"\"}"), Err(Unreadable::Missing("accessToken")));
}
