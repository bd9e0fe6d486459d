use ApiOperation::{
    AuthenticateTls, CreateEmployee, GetEmployee, ReactivateEmployee, SearchEmployees, SuspendEmployee,
};

use super::*;

fn answer(status: u16, body: &str) -> ApiResponse {
    ApiResponse { status, retry_after: None, body: body.as_bytes().to_vec() }
}

fn failed(operation: ApiOperation, status: u16, body: &str) -> Failure {
    of_answer(operation, answer(status, body), None).unwrap_err()
}

/// The class in one word.
fn class(failure: &Failure) -> &'static str {
    match failure {
        Failure::Retry { .. } => "retry",
        Failure::Unknown { .. } => "unknown",
        Failure::Gone => "gone",
        Failure::Conflict { transient: true, .. } => "transient conflict",
        Failure::Conflict { .. } => "conflict",
        Failure::Fail { .. } => "fail",
        Failure::Unauthorised { .. } => "unauthorised",
        Failure::Garbled { .. } => "garbled",
        Failure::NotACall { .. } => "not a call",
    }
}

#[test]
fn the_class_follows_from_status_and_operation() {
    for (operation, status, body, expected) in [
        (GetEmployee, 500, "See log for exception details", "retry"),
        (SuspendEmployee, 500, "See log for exception details", "unknown"),
        (GetEmployee, 503, "", "retry"),
        (CreateEmployee, 503, "ServiceUnavailable", "retry"),
        (CreateEmployee, 500, "ServiceUnavailable", "unknown"),
        (CreateEmployee, 400, "ServiceUnavailable", "retry"),
        (GetEmployee, 404, "serviceunavailable", "retry"),
        (SuspendEmployee, 502, "", "unknown"),
        (SuspendEmployee, 504, "", "unknown"),
        (GetEmployee, 502, "", "retry"),
        (CreateEmployee, 429, "", "retry"),
        (CreateEmployee, 408, "", "retry"),
        (SuspendEmployee, 404, "", "gone"),
        (GetEmployee, 410, "", "gone"),
        (SearchEmployees, 404, "", "fail"),
        (CreateEmployee, 404, "", "fail"),
        (CreateEmployee, 409, "taken", "conflict"),
        (ReactivateEmployee, 409, "{\"errorCode\":\"OptimisticConcurrency\"}", "transient conflict"),
        (CreateEmployee, 400, "blank", "fail"),
        (CreateEmployee, 302, "", "fail"),
        (CreateEmployee, 422, "", "fail"),
        (GetEmployee, 401, "", "unauthorised"),
        (GetEmployee, 403, "", "unauthorised"),
        (AuthenticateTls, 403, "", "unauthorised"),
        (AuthenticateTls, 500, "", "retry"),
    ] {
        let failure = failed(operation, status, body);
        assert_eq!(class(&failure), expected, "{operation} {status} {body}");
        assert!(!failure.to_string().is_empty());
    }
}

#[test]
fn any_two_hundred_is_good_unless_a_write_is_told_that_the_service_is_away() {
    for status in [200, 201, 204, 299] {
        assert!(of_answer(SuspendEmployee, answer(status, ""), None).is_ok());
    }
    assert!(of_answer(SearchEmployees, answer(200, "a person named ServiceUnavailable"), None).is_ok());
    assert_eq!(class(&failed(SuspendEmployee, 200, "ServiceUnavailable")), "unknown");
}

#[test]
fn how_far_a_broken_call_got_decides() {
    let before = || Broken::BeforeSending("no connection".to_owned());
    let after = || Broken::AfterSending("no answer".to_owned());
    assert_eq!(class(&of_broken(CreateEmployee, before())), "retry");
    assert_eq!(class(&of_broken(CreateEmployee, after())), "unknown");
    assert_eq!(class(&of_broken(GetEmployee, after())), "retry");
    assert_eq!(of_broken(CreateEmployee, after()).to_string(), "no answer");
}

#[test]
fn retry_after_is_handed_on() {
    let after = Some(Duration::from_secs(7));
    let busy = ApiResponse { retry_after: after, ..answer(429, "") };
    let failure = of_answer(GetEmployee, busy, None).unwrap_err();
    assert!(matches!(failure, Failure::Retry { after: said, .. } if said == after));
    assert!(failure.hints_at_overload());
    assert!(!failed(CreateEmployee, 400, "").hints_at_overload());
}

#[test]
fn the_answer_is_kept_without_what_must_not_be_kept() {
    let token = Secret::new("t0ken");
    let body = "{\"message\":\"610190-0007 is known; Bearer t0ken\"}";
    let failure = of_answer(CreateEmployee, answer(409, body), Some(&token)).unwrap_err();
    assert_eq!(failure.why().unwrap().raw, "{\"message\":\"xxxxxx-xxxx is known; Bearer ***\"}");
    let printed = format!("{failure} {failure:?}");
    assert!(!printed.contains("0007") && !printed.contains("t0ken"), "{printed}");
}
