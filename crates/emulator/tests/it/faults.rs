//! Every kind of fault: what the caller sees, and whether the call took effect.

use emulator::world::Status;
use emulator::{Exchange, Fault, FaultKind, Level, OrganisationSettings};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{CVR, Client, employee_path, light_wish};

const SEARCH: &str = "administration/identity/employee/search";
const CREATE: &str = "administration/identity/employee";

#[test]
fn refuse_and_reset_before_break_the_connection_without_effect() {
    for kind in [FaultKind::Refuse, FaultKind::ResetBefore] {
        let mut client = Client::light();
        client.fault(Fault::always("createEmployee", kind));
        assert_eq!(create(&mut client), Exchange::BrokenBefore);
        assert_eq!(people(&client), 0);
    }
}

#[test]
fn statuses_without_effect() {
    let expected = [
        (FaultKind::Status500, 500, "See log for exception details"),
        (FaultKind::Status503, 503, "ServiceUnavailable"),
        (FaultKind::Status401, 401, "Unauthorized"),
        (FaultKind::OptimisticConcurrency, 409, "OptimisticConcurrency"),
    ];
    for (kind, status, text) in expected {
        let mut client = Client::light();
        client.fault(Fault::times("createEmployee", kind, 1));
        let answer = client.create(&light_wish());
        assert_eq!(answer.status, status);
        assert!(answer.text.contains(text));
        assert_eq!(people(&client), 0);
        assert_eq!(client.create(&light_wish()).status, 200, "the count is used up");
    }
}

#[test]
fn a_503_can_say_when_to_come_back() {
    let mut client = Client::light();
    let fault =
        Fault { retry_after_seconds: Some(7), ..Fault::always("searchEmployees", FaultKind::Status503) };
    client.fault(fault);
    assert_eq!(client.post(SEARCH, &json!({})).retry_after_seconds, Some(7));
}

#[test]
fn a_lost_answer_takes_effect() {
    let mut client = Client::light();
    client.fault(Fault::always("createEmployee", FaultKind::LostAnswer));
    assert!(matches!(create(&mut client), Exchange::BrokenAfter { late_until: None, .. }));
    assert_eq!(people(&client), 1);
}

#[test]
fn a_500_after_takes_effect() {
    let mut client = Client::light();
    client.fault(Fault::always("createEmployee", FaultKind::Status500After));
    assert_eq!(client.create(&light_wish()).status, 500);
    assert_eq!(people(&client), 1);
}

#[test]
fn a_late_effect_comes_when_its_time_has_come() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    client.fault(Fault::times("suspendEmployee", FaultKind::LateEffect, 1).with_latency_ms(2_000));
    let request = client.request("PUT", &format!("{}/suspend", employee_path(uuid)), None);
    assert!(matches!(client.exchange(&request), Exchange::BrokenAfter { late_until: Some(_), .. }));
    client.wait(1_999);
    assert_eq!(client.employee(uuid).status, Status::Active);
    assert!(client.world.has_planned());
    client.wait(1);
    assert_eq!(client.employee(uuid).status, Status::Suspended);
    assert!(!client.world.has_planned());
}

#[test]
fn a_late_creation_is_there_in_the_end_and_only_once() {
    let mut client = Client::light();
    client.fault(Fault::times("createEmployee", FaultKind::LateEffect, 1).with_latency_ms(500));
    create(&mut client);
    assert_eq!(people(&client), 0);
    client.wait(500);
    client.wait(500);
    assert_eq!(people(&client), 1);
}

#[test]
fn a_late_effect_needs_a_token_like_any_call() {
    let mut client = Client::light();
    client.fault(Fault::always("createEmployee", FaultKind::LateEffect).with_latency_ms(1));
    client.token = "made up".to_owned();
    create(&mut client);
    client.wait(10);
    assert_eq!(people(&client), 0);
}

#[test]
fn garbage_is_a_200_that_is_not_json() {
    let mut client = Client::light();
    client.fault(Fault::always("*", FaultKind::Garbage200));
    let response = raw(&mut client, "POST", SEARCH);
    assert!(serde_json::from_slice::<Value>(&response).is_err());
}

#[test]
fn a_truncated_search_leaves_out_about_what_was_asked() {
    let mut client = Client::light();
    for _ in 0..300 {
        client.created("ap");
    }
    for (fault, range) in [
        (Fault::always("searchEmployees", FaultKind::TruncatedSearch), 140..=220),
        (Fault::always("*", FaultKind::TruncatedSearch).with_keep(0.95), 270..=298),
    ] {
        client.fault(fault);
        let found = client.post(SEARCH, &json!({})).body["employees"].as_array().unwrap().len();
        assert!(range.contains(&found), "{found}");
    }
}

#[test]
fn an_empty_list_is_well_formed() {
    let mut client = Client::light();
    client.created("ap");
    client.fault(Fault::always("*", FaultKind::EmptyList));
    assert_eq!(client.get("administration/organization/productionunits").body, json!([]));
    assert_eq!(client.get("administration/rights/categorizedRoles").body["roles"], json!([]));
    assert_eq!(client.post(SEARCH, &json!({})).body["employees"], json!([]));
}

#[test]
fn unknown_fields_are_added_everywhere_and_the_contract_bears_them() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    client.fault(Fault::always("*", FaultKind::UnknownFields));
    let employee = client.get(&employee_path(uuid)).body;
    assert!(employee["addedLater"].is_object());
    assert!(employee["identityProfile"]["addedLater"].is_object());
    assert!(client.post(SEARCH, &json!({})).body["employees"][0]["addedLater"].is_object());
}

#[test]
fn unknown_enum_values_appear_once_an_answer() {
    let mut client = Client::light();
    let uuid = client.active("ap");
    let right = client.world.catalogue(CVR)[0].0;
    let rights = format!("administration/rights/identity/{uuid}/roles");
    client.post(&rights, &json!({ "scope": { "type": "Cvr", "value": CVR }, "roleUuids": [right] }));
    client.fault(Fault::always("*", FaultKind::UnknownEnum));
    assert_eq!(client.get(&employee_path(uuid)).body["identityProfile"]["status"], "UnderReview");
    assert_eq!(client.post(SEARCH, &json!({})).body["employees"][0]["status"], "UnderReview");
    assert_eq!(client.get(&rights).body[0]["scope"]["type"], "Region");
    let means = client.get(&format!("{}/authenticators", employee_path(uuid))).body;
    assert_eq!(means["authenticators"][0]["type"], "Wallet");
}

#[test]
fn slow_adds_to_every_other_fault() {
    let mut client = Client::light();
    let slow = Fault::always("*", FaultKind::Slow).with_latency_ms(50);
    client.world.set_faults(vec![slow, Fault::always("createEmployee", FaultKind::Status500)]).unwrap();
    assert_eq!(client.post(SEARCH, &json!({})).delay_ms, 50);
    let answer = client.create(&light_wish());
    assert_eq!((answer.status, answer.delay_ms), (500, 50));
    assert_eq!(client.world.requests(0).last().unwrap().fault, Some(FaultKind::Status500));
}

#[test]
fn a_rate_strikes_that_share_of_the_calls() {
    let mut client = Client::light();
    client.fault(Fault::rate("searchEmployees", FaultKind::Status503, 0.25));
    let struck = (0..1000).filter(|_| client.post(SEARCH, &json!({})).status == 503).count();
    assert!((180..=320).contains(&struck), "{struck}");
}

#[test]
fn faults_on_everything_pass_by_what_they_mean_nothing_for() {
    let mut client = Client::light();
    client.fault(Fault::times("*", FaultKind::OptimisticConcurrency, 1));
    assert_eq!(client.post(SEARCH, &json!({})).status, 200);
    assert_eq!(client.create(&light_wish()).status, 409);
}

#[test]
fn a_plan_that_means_nothing_is_refused_and_the_former_one_stays() {
    let mut client = Client::light();
    client.fault(Fault::always("*", FaultKind::Status503));
    for plan in [
        vec![Fault::always("makeCoffee", FaultKind::Slow)],
        vec![Fault::rate("*", FaultKind::Slow, 1.5)],
        vec![Fault::always("*", FaultKind::TruncatedSearch).with_keep(-0.1)],
        vec![Fault { rate: Some(0.5), ..Fault::times("*", FaultKind::Slow, 1) }],
    ] {
        assert!(client.world.set_faults(plan).is_err());
    }
    assert_eq!(client.world.faults().len(), 1);
}

#[test]
fn the_same_inputs_give_the_same_world() {
    let run = || {
        let settings =
            OrganisationSettings { nsis_notified: Level::High, ..OrganisationSettings::light(CVR, "Ærø") };
        let mut client = Client::new(settings);
        client.fault(Fault::rate("*", FaultKind::LostAnswer, 0.5));
        for _ in 0..50 {
            create(&mut client);
        }
        client.world.state().to_string()
    };
    assert_eq!(run(), run());
}

fn create(client: &mut Client) -> Exchange {
    let request = client.request("POST", CREATE, Some(&light_wish()));
    client.exchange(&request)
}

fn raw(client: &mut Client, method: &str, path: &str) -> Vec<u8> {
    let request = client.request(method, path, Some(&json!({})));
    let Exchange::Answer { response, .. } = client.exchange(&request) else { panic!("the connection broke") };
    assert_eq!(response.status, 200);
    response.body
}

fn people(client: &Client) -> usize {
    client.world.employees(CVR).count()
}

#[test]
fn an_empty_search_has_no_element_to_make_unknown() {
    let mut client = Client::light();
    client.fault(Fault::always("*", FaultKind::UnknownEnum));
    assert_eq!(client.post(SEARCH, &json!({})).body["employees"], json!([]));
    assert_eq!(client.get(&employee_path(Uuid::nil())).status, 404);
}
