use domain::Action;
use jiff::SignedDuration;
use sync::api::Failure;

use super::*;
use crate::direct::fault;

#[tokio::test]
async fn one_token_serves_many_calls_and_is_renewed_before_half_an_hour() {
    let Bench { client, direct, clock } = &Bench::light();
    for (minutes, tokens) in [(0, 1), (28, 1), (2, 2), (28, 2), (1, 3)] {
        clock.advance(SignedDuration::from_mins(minutes));
        client.search(0).await.unwrap();
        assert_eq!(direct.calls("authenticateTls"), tokens, "after another {minutes} minutes");
    }
}

#[tokio::test]
async fn a_clock_that_goes_back_costs_a_new_token() {
    let Bench { client, direct, clock } = &Bench::light();
    client.search(0).await.unwrap();
    clock.advance(SignedDuration::from_hours(-1));
    client.search(0).await.unwrap();
    assert_eq!(direct.calls("authenticateTls"), 2);
}

#[tokio::test]
async fn many_callers_at_once_fetch_one_token() {
    let Bench { client, direct, .. } = &Bench::light();
    let answers = futures::future::join_all((0..8).map(|_| client.search(0))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((direct.calls("authenticateTls"), direct.calls("searchEmployees")), (1, 8));
}

#[tokio::test]
async fn many_callers_share_a_failed_fetch_and_the_next_tries_anew() {
    let Bench { client, direct, .. } = &Bench::light();
    direct.break_with(fault("authenticateTls", "status_503", 1));
    let answers = futures::future::join_all((0..8).map(|_| client.search(0))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Failure::Retry { .. }))));
    assert_eq!((direct.calls("authenticateTls"), direct.calls("searchEmployees")), (1, 0));
    client.search(0).await.unwrap();
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_call_repeated_once() {
    let bench = Bench::light();
    let (uuid, Bench { client, direct, .. }) = (bench.created().await, &bench);
    direct.break_with(fault("suspendEmployee", "status_401", 1));
    direct.portal(emulator::PortalAction::Activate, uuid.0);
    client.perform(&Action::Suspend(uuid)).await.unwrap();
    assert_eq!((direct.calls("authenticateTls"), direct.calls("suspendEmployee")), (2, 2));

    direct.break_with(fault("reactivateEmployee", "status_401", 2));
    let refused = client.perform(&Action::Reactivate(uuid)).await.unwrap_err();
    assert!(matches!(refused, Failure::Unauthorised { .. }), "{refused:?}");
    assert_eq!((direct.calls("authenticateTls"), direct.calls("reactivateEmployee")), (3, 2));
    client.perform(&Action::Reactivate(uuid)).await.unwrap();
}

#[tokio::test]
async fn many_callers_with_one_refused_token_fetch_one_new_token() {
    let Bench { client, direct, .. } = &Bench::light();
    client.search(0).await.unwrap();
    direct.break_with(fault("searchEmployees", "status_401", 4));
    let answers = futures::future::join_all((0..4).map(|_| client.search(0))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(direct.calls("authenticateTls"), 2);
}

#[tokio::test]
async fn a_certificate_that_is_not_accepted_is_said_to_be_the_reason() {
    let Bench { client, direct, .. } = &Bench::light();
    direct.break_with(fault("authenticateTls", "status_401", 1));
    let refused = client.authenticate().await.unwrap_err();
    assert!(matches!(refused, Failure::Unauthorised { .. }), "{refused:?}");
    assert!(refused.to_string().contains("did not accept the certificate"), "{refused}");
    client.authenticate().await.unwrap();
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_so_a_write_may_be_tried_again() {
    let Bench { client, direct, .. } = &Bench::light();
    for kind in ["lost_answer", "status_500", "reset_before"] {
        direct.break_with(fault("authenticateTls", kind, 1));
        let failure = client.perform(&create(person())).await.unwrap_err();
        assert!(matches!(failure, Failure::Retry { .. }), "{kind}: {failure:?}");
    }
    assert_eq!(direct.calls("createEmployee"), 0);
}

#[tokio::test]
async fn an_answer_without_a_token_is_not_kept() {
    let Bench { client, direct, .. } = &Bench::garbling("/tls/authenticate");
    let failure = client.perform(&create(person())).await.unwrap_err();
    assert!(matches!(failure, Failure::Retry { .. }), "{failure:?}");
    assert_eq!(failure.why().unwrap().raw, "");
    assert_eq!(direct.calls("createEmployee"), 0);
}
