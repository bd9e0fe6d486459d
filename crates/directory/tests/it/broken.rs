//! Reads that fail half-way. Each must end as an error: a list of some of the people would make the others leavers.

use std::time::Duration;

use directory::{Address, Connection, ReadError, Step};
use testkit::slapd::Slapd;

use crate::proxy::{Then, proxy};
use crate::{at, people, settings, slapd};

async fn through_proxy(slapd: &Slapd, octets: usize, then: Then) -> directory::Settings {
    let port = proxy(slapd.plain_port(), octets, then).await;
    at(slapd, Address::parse(&format!("ldap://127.0.0.1:{port}"), false, true).unwrap())
}

#[tokio::test]
async fn a_connection_cut_at_any_place_is_an_error() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(3_000);
    // In the first page, at its end, in the second, in the last: an entry has about 200 octets.
    for octets in [2_000, 150_000, 250_000, 400_000, 560_000] {
        let settings = through_proxy(&slapd, octets, Then::HangUp).await;
        let mut connection = Connection::open(&settings).await.unwrap();
        let failed = connection.read_full(&people(&slapd)).await.unwrap_err();
        assert!(matches!(failed, ReadError::ConnectionLost { step: Step::Search, .. }), "{octets}: {failed}");
    }
}

#[tokio::test]
async fn silence_half_way_is_an_error_after_the_time_out() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(2_000);
    let mut settings = through_proxy(&slapd, 250_000, Then::FallSilent).await;
    settings.limits.answer_timeout = Duration::from_secs(2);
    let mut connection = Connection::open(&settings).await.unwrap();
    let failed = connection.read_full(&people(&slapd)).await.unwrap_err();
    assert!(matches!(failed, ReadError::TimedOut { step: Step::Search, .. }), "{failed}");
}

#[tokio::test]
async fn silence_at_the_greeting_is_an_error_after_the_time_out() {
    let Some(slapd) = slapd() else { return };
    for (starttls, url) in [(true, "ldap"), (false, "ldaps")] {
        let port = proxy(slapd.plain_port(), 0, Then::FallSilent).await;
        let address = Address::parse(&format!("{url}://localhost:{port}"), starttls, false).unwrap();
        let mut settings = at(&slapd, address);
        settings.limits.connect_timeout = Duration::from_millis(500);
        let failed = Connection::open(&settings).await.unwrap_err();
        assert!(matches!(failed, ReadError::TimedOut { step: Step::Encrypt, .. }), "{failed}");
    }
}

#[tokio::test]
async fn slapd_killed_between_pages_is_an_error() {
    let Some(mut slapd) = slapd() else { return };
    slapd.populate(10);
    let mut connection = Connection::open(&settings(&slapd)).await.unwrap();
    connection.read_full(&people(&slapd)).await.unwrap();
    slapd.stop();
    let failed = connection.read_full(&people(&slapd)).await.unwrap_err();
    assert!(matches!(failed, ReadError::ConnectionLost { .. }), "{failed}");
}

#[tokio::test]
async fn a_size_limit_is_an_error_and_not_a_short_list() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(1_200);
    for page_entries in [100, 1_000] {
        let mut settings = settings(&slapd);
        settings.bind_name = slapd.limited();
        settings.limits.page_entries = page_entries;
        let mut connection = Connection::open(&settings).await.unwrap();
        let failed = connection.read_full(&people(&slapd)).await.unwrap_err();
        assert!(matches!(failed, ReadError::SizeLimit { .. }), "{page_entries}: {failed}");
    }
}

#[tokio::test]
async fn our_own_limit_is_an_error_and_not_a_short_list() {
    let Some(slapd) = slapd() else { return };
    slapd.populate(50);
    let mut settings = settings(&slapd);
    settings.limits.page_entries = 10;
    settings.limits.pages = 4;
    let mut connection = Connection::open(&settings).await.unwrap();
    let failed = connection.read_full(&people(&slapd)).await.unwrap_err();
    assert!(matches!(failed, ReadError::LimitReached { limit: 4, .. }), "{failed}");
}
