use emulator::PortalAction;
use serde_json::json;
use sync::api::Failure;

use super::*;
use crate::direct::fault;

/// The class in one word.
fn class<T>(result: &Result<T, Failure>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(Failure::Retry { .. }) => "retry",
        Err(Failure::Unknown { .. }) => "unknown",
        Err(Failure::Gone) => "gone",
        Err(Failure::Conflict { transient: true, .. }) => "transient",
        Err(Failure::Conflict { .. }) => "conflict",
        Err(Failure::Fail { .. }) => "fail",
        Err(Failure::Unauthorised { .. }) => "unauthorised",
        Err(Failure::Garbled { .. }) => "garbled",
        Err(Failure::NotACall { .. }) => "not a call",
    }
}

#[tokio::test]
async fn a_create_says_whether_it_may_have_had_its_effect() {
    for (kind, expected, people) in [
        ("reset_before", "retry", 0),
        ("status_503", "retry", 0),
        ("status_500", "unknown", 0),
        ("status_500_after", "unknown", 1),
        ("lost_answer", "unknown", 1),
        ("late_effect", "unknown", 0),
    ] {
        let Bench { client, direct, .. } = &Bench::light();
        direct.break_with(
            json!([{ "operation": "createEmployee", "kind": kind, "count": 1, "latency_ms": 1000 }]),
        );
        assert_eq!(class(&client.perform(&create(person())).await), expected, "{kind}");
        assert_eq!(direct.employees().len(), people, "{kind}");
    }
}

#[tokio::test]
async fn a_create_whose_answer_names_no_identity_is_not_done() {
    let Bench { client, direct, .. } = &Bench::garbling("/identity/employee");
    let failure = client.perform(&create(person())).await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown { .. }), "{failure:?}");
    assert!(failure.to_string().ends_with("cannot be used: it is not JSON"), "{failure}");
    assert_eq!(direct.employees().len(), 1);
}

#[tokio::test]
async fn a_read_may_always_be_repeated_and_never_becomes_an_empty_list() {
    for (kind, expected) in [
        ("reset_before", "retry"),
        ("lost_answer", "retry"),
        ("status_500", "retry"),
        ("status_503", "retry"),
        ("garbage_200", "garbled"),
        ("unknown_fields", "done"),
        ("unknown_enum", "done"),
    ] {
        let bench = Bench::light();
        let (uuid, Bench { client, direct, .. }) = (bench.created().await, &bench);
        direct.break_with(fault("*", kind, 3));
        assert_eq!(class(&client.search(0).await), expected, "search, {kind}");
        assert_eq!(class(&client.employee(uuid).await), expected, "employee, {kind}");
        assert_eq!(class(&client.authenticators(uuid).await), expected, "authenticators, {kind}");
    }
}

#[tokio::test]
async fn other_writes_are_classed_too() {
    let bench = Bench::light();
    let (uuid, Bench { client, direct, .. }) = (bench.created().await, &bench);
    direct.portal(PortalAction::Activate, uuid.0);
    direct.break_with(fault("suspendEmployee", "status_500_after", 1));
    assert_eq!(class(&client.perform(&Action::Suspend(uuid)).await), "unknown");
    assert_eq!(class(&client.perform(&Action::Suspend(uuid)).await), "conflict", "it had its effect");
    direct.break_with(fault("reactivateEmployee", "optimistic_concurrency", 1));
    assert_eq!(class(&client.perform(&Action::Reactivate(uuid)).await), "transient");
    assert_eq!(class(&client.perform(&Action::Reactivate(uuid)).await), "done");
    assert_eq!(class(&client.perform(&Action::Suspend(unknown())).await), "gone");
}

#[tokio::test]
async fn retry_after_reaches_the_caller() {
    let Bench { client, direct, .. } = &Bench::light();
    client.authenticate().await.unwrap();
    direct.break_with(
        json!([{ "operation": "*", "kind": "status_503", "count": 1, "retry_after_seconds": 9 }]),
    );
    let failure = client.search(0).await.unwrap_err();
    assert!(
        matches!(failure, Failure::Retry { after: Some(after), .. } if after.as_secs() == 9),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_refused_create_keeps_what_was_answered_and_nothing_secret() {
    let Bench { client, .. } = &Bench::light();
    let unknown_method = NewIdentity { invoice_method: Some(unknown().0), ..person() };
    let failure = client.perform(&create(unknown_method)).await.unwrap_err();
    assert!(matches!(failure, Failure::Fail { status: 400, .. }), "{failure:?}");
    assert!(failure.why().unwrap().raw.contains("invoiceMethodUuid"), "{failure:?}");
    let printed = format!("{failure} {failure:?}");
    assert!(!printed.contains("6101900007") && !printed.contains("0007"), "{printed}");
}

#[tokio::test]
async fn another_organisation_is_not_let_in() {
    let bench = Bench::new(OrganisationSettings::light("90000002", "Læsø Kommune"), options(Variant::Light));
    assert_eq!(class(&bench.client.search(0).await), "unauthorised");
}
