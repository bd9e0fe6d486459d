//! Reading a real Active Directory, played by Samba. It listens on fixed ports and needs a network namespace of
//! its own; `cargo xtask test` gives it one. Without it each test says that it was left out.
//!
//! All tests share one domain and get it one after the other; each works in a unit of its own.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod account;
mod changes;
mod refusals;
mod wide;

use std::collections::BTreeSet;
use std::sync::MutexGuard;

use directory::{
    AccountExpiry, Address, Connection, Cookie, Delta, Entry, FullRead, FullReadReason, Key, Limits, Query,
    Secret, Settings, Trust,
};
use testkit::samba::{SambaDc, shared};
use tokio::runtime::Runtime;

/// One test's corner of the domain, watched as the reader by deltas and full reads.
struct Watched {
    controller: MutexGuard<'static, SambaDc>,
    runtime: Runtime,
    connection: Connection,
    unit: String,
    group: String,
    query: Query,
    cookie: Cookie,
}

impl Watched {
    /// A unit with a group in it and the cookie from before anything happens; `None` if the test is left out.
    fn unit(name: &str) -> Option<Self> {
        let controller = shared()?;
        let runtime = Runtime::new().unwrap();
        let unit = controller.add_unit(name);
        let group = controller.add_group(&unit, &format!("MitID {name}"));
        let query = Query::new([&unit], "(&(objectCategory=person)(objectClass=user))").unwrap();
        let query = query.attributes(["sAMAccountName", "givenName", "sn", "mail"]).groups([&group]);
        let mut connection = runtime.block_on(Connection::open(&settings(&controller))).unwrap();
        let begun = runtime.block_on(connection.delta(&query, None)).unwrap();
        let Delta::FullReadNeeded { why: FullReadReason::FirstTime, cookie: Some(cookie) } = begun else {
            panic!("a first delta gives a cookie, not {begun:?}")
        };
        Some(Self { controller, runtime, connection, unit, group, query, cookie })
    }

    fn read(&mut self) -> FullRead {
        self.runtime.block_on(self.connection.read_full(&self.query)).unwrap()
    }

    /// The only person in the unit.
    fn only_person(&mut self) -> Entry {
        let mut entries = self.read().entries;
        assert_eq!(entries.len(), 1);
        entries.remove(0)
    }

    /// What the delta says since the last time; goes on from there.
    fn delta(&mut self) -> Changes {
        let delta = self.runtime.block_on(self.connection.delta(&self.query, Some(&self.cookie))).unwrap();
        let is_empty = delta.is_nothing();
        let Delta::Changes { changed, came_or_went, cookie, .. } = delta else {
            panic!("changes, not {delta:?}")
        };
        self.cookie = cookie;
        Changes { changed, came_or_went, is_empty }
    }
}

struct Changes {
    changed: BTreeSet<Key>,
    came_or_went: bool,
    is_empty: bool,
}

/// As the ordinary account `reader`, by LDAPS.
fn settings(controller: &SambaDc) -> Settings {
    Settings {
        address: Address::parse("ldaps://localhost", false, false).unwrap(),
        trust: Trust::File(controller.authority_file()),
        bind_name: controller.reader().to_owned(),
        password: Secret::new(controller.password()).unwrap(),
        limits: Limits::default(),
    }
}

fn never_or(expiry: Option<AccountExpiry>) -> Option<String> {
    match expiry {
        Some(AccountExpiry::At(instant)) => Some(instant.to_string()),
        Some(AccountExpiry::Never) | None => None,
    }
}
