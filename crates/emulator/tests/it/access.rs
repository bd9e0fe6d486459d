//! Tokens and certificates: who is let in.

use emulator::{ApiRequest, CertificateDemand, Exchange, OrganisationSettings};

use crate::client::{CVR, Client};

const LIST: &str = "administration/rights/categorizedRoles";
const TOKEN: &str = "administration/idmlogin/tls/authenticate";

#[test]
fn a_token_lives_one_hour() {
    let mut client = Client::light();
    client.wait(59 * 60 * 1000);
    assert_eq!(client.get(LIST).status, 200);
    client.wait(60 * 1000);
    assert_eq!(client.get(LIST).status, 401);
    client.sign_in();
    assert_eq!(client.get(LIST).status, 200);
}

#[test]
fn the_clock_of_the_world_can_be_shifted_to_the_same_end() {
    let mut client = Client::light();
    client.world.shift_clock(3600, client.now).unwrap();
    assert_eq!(client.get(LIST).status, 401);
    client.world.shift_clock(0, client.now).unwrap();
    assert_eq!(client.get(LIST).status, 200);
    assert!(client.world.shift_clock(i64::MAX, client.now).is_err());
}

#[test]
fn a_missing_or_unknown_token_is_refused() {
    let mut client = Client::light();
    for bearer in [None, Some("made up".to_owned())] {
        let request = ApiRequest { bearer, ..client.request("GET", LIST, None) };
        assert_eq!(client.unchecked(&request).status, 401);
    }
}

#[test]
fn a_token_is_good_only_with_the_certificate_of_its_organisation() {
    let mut client = Client::light();
    client.world.add_organisation(OrganisationSettings::light("90000002", "Samsø Kommune"));
    let other =
        ApiRequest { certificate_cvr: Some("90000002".to_owned()), ..client.request("GET", LIST, None) };
    assert_eq!(client.unchecked(&other).status, 401);
}

#[test]
fn an_organisation_without_access_gets_no_token() {
    let mut client = Client::light();
    let stranger =
        ApiRequest { certificate_cvr: Some("90000009".to_owned()), ..client.request("POST", TOKEN, None) };
    assert_eq!(client.unchecked(&stranger).status, 403);
}

#[test]
fn how_much_a_certificate_is_demanded_is_a_switch() {
    let expected = [
        (CertificateDemand::All, 401, 401),
        (CertificateDemand::TokenOnly, 401, 200),
        (CertificateDemand::Off, 200, 200),
    ];
    for (demand, token, list) in expected {
        let mut client = Client::light();
        client.world.set_certificate_demand(demand);
        let without = |path: &str, method: &str| ApiRequest {
            certificate_cvr: None,
            certificate_fingerprint: None,
            ..client.request(method, path, None)
        };
        let (for_token, for_list) = (without(TOKEN, "POST"), without(LIST, "GET"));
        assert_eq!(client.unchecked(&for_token).status, token, "{demand:?}");
        assert_eq!(client.unchecked(&for_list).status, list, "{demand:?}");
    }
}

#[test]
fn one_organisation_does_not_see_the_users_of_another() {
    let mut client = Client::light();
    let uuid = client.created("ap");
    client.world.add_organisation(OrganisationSettings::light("90000002", "Samsø Kommune"));
    let other = |request: ApiRequest| ApiRequest { certificate_cvr: Some("90000002".to_owned()), ..request };
    let token = client.unchecked(&other(client.request("POST", TOKEN, None))).body["accessToken"].clone();
    let bearer = Some(token.as_str().unwrap().to_owned());
    let read = client.request("GET", &crate::client::employee_path(uuid), None);
    assert_eq!(client.unchecked(&ApiRequest { bearer, ..other(read) }).status, 404);
}

#[test]
fn the_request_log_has_every_call_and_no_cpr_number() {
    let mut client = Client::light();
    client.get(LIST);
    let request = client.request("GET", "administration/identity/employee/6101900000", None);
    client.exchange(&request);
    let log = client.world.requests(1);
    assert_eq!(log.len(), 2);
    assert_eq!((log[0].sequence, log[0].status, log[0].organisation.as_deref()), (2, Some(200), Some(CVR)));
    assert_eq!(log[1].path, "/api/administration/identity/employee/**********");
}

#[test]
fn an_unknown_path_is_not_found() {
    let mut client = Client::light();
    let request = client.request("GET", "administration/nowhere", None);
    let Exchange::Answer { response, .. } = client.exchange(&request) else { panic!() };
    assert_eq!(response.status, 404);
}
