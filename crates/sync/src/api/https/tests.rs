use http::{HeaderName, HeaderValue};

use super::*;

#[test]
fn addresses_with_and_without_the_path_of_the_api_mean_the_same() {
    for address in [
        "https://services.example",
        "https://services.example/",
        "https://services.example/api",
        " https://services.example:443/api/ ",
    ] {
        assert_eq!(base_of(address).unwrap(), "https://services.example", "{address}");
    }
    assert_eq!(base_of("https://localhost:8443").unwrap(), "https://localhost:8443");
}

#[test]
fn what_is_no_safe_address_is_refused() {
    for address in [
        "",
        "services.example",
        "http://services.example",
        "https://",
        "https://u:p@services.example",
        "https://u@services.example",
        "https://services.example/other",
        "https://services.example/?x=1",
        "https://services.example/#x",
    ] {
        assert!(matches!(base_of(address), Err(TransportError::Address { .. })), "{address}");
    }
}

fn wait(headers: &[(HeaderName, &'static str)]) -> Option<u64> {
    let headers =
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
    retry_after(&headers).map(|wait| wait.as_secs())
}

#[test]
fn retry_after_is_seconds_or_a_date_by_the_servers_own_clock() {
    assert_eq!(wait(&[(RETRY_AFTER, " 7 ")]), Some(7));
    let now = (DATE, "Fri, 20 Nov 2026 08:00:00 GMT");
    assert_eq!(wait(&[(RETRY_AFTER, "Fri, 20 Nov 2026 08:00:30 GMT"), now.clone()]), Some(30));
    assert_eq!(wait(&[(RETRY_AFTER, "Fri, 20 Nov 2026 07:00:00 GMT"), now]), Some(0));
}

#[test]
fn a_retry_after_that_says_nothing_useful_is_passed_over_or_shortened() {
    assert_eq!(wait(&[]), None);
    assert_eq!(wait(&[(RETRY_AFTER, "soon")]), None);
    assert_eq!(wait(&[(RETRY_AFTER, "Fri, 20 Nov 2026 08:00:30 GMT")]), None);
    assert_eq!(wait(&[(RETRY_AFTER, "99999999")]), Some(3_600));
}
