//! Reading a real OpenLDAP. Everything here needs `slapd`; without it each test says that it was left out.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod broken;
mod proxy;
mod reading;
mod refusals;

use std::time::Duration;

use directory::{Address, Limits, Query, Secret, Settings, Trust};
use testkit::slapd::Slapd;
use testkit::{Service, service};

/// Starts slapd, or says that the test is left out.
fn slapd() -> Option<Slapd> {
    service(Service::Slapd).map(|_| Slapd::start())
}

/// As `reader`, by LDAPS, trusting the right authority.
fn settings(slapd: &Slapd) -> Settings {
    at(slapd, Address::parse(&slapd.ldaps_url(), false, false).unwrap())
}

fn at(slapd: &Slapd, address: Address) -> Settings {
    let limits = Limits {
        connect_timeout: Duration::from_secs(20),
        answer_timeout: Duration::from_secs(30),
        ..Limits::default()
    };
    Settings {
        address,
        trust: Trust::File(slapd.authority_file()),
        bind_name: slapd.reader(),
        password: Secret::new(slapd.password()).unwrap(),
        limits,
    }
}

fn people(slapd: &Slapd) -> Query {
    Query::new([slapd.people()], "(objectClass=inetOrgPerson)").unwrap().attributes([
        "uid",
        "givenName",
        "sn",
        "mail",
    ])
}
