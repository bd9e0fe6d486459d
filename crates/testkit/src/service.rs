//! Which real servers this run may use.
//!
//! Plain `cargo test` needs nothing but Rust. Tests that need a real server ask here first and return early
//! when it was not asked for, which is said on standard error so that nothing is left out in silence.

use std::env;
use std::io::Write as _;
use std::thread;

/// A real server that tests can be run against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// OpenLDAP; each test starts its own on free ports.
    Slapd,
    /// Exim; each test starts its own on free ports.
    Exim,
    /// Samba AD DC; listens on fixed ports and is therefore run in a network namespace of its own.
    Samba,
    /// PostgreSQL; the variable holds the URL of a database whose user may create others.
    Postgres,
}

impl Service {
    /// The environment variable that asks for this server.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Slapd => "LOKALID_TEST_SLAPD",
            Self::Exim => "LOKALID_TEST_EXIM",
            Self::Samba => "LOKALID_SAMBA",
            Self::Postgres => "LOKALID_TEST_POSTGRES",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Slapd => "slapd",
            Self::Exim => "exim4",
            Self::Samba => "Samba AD DC in a network namespace",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The value of the server's variable, or `None` after saying that the calling test is left out.
///
/// ```no_run
/// let Some(url) = testkit::service(testkit::Service::Postgres) else { return };
/// ```
pub fn service(service: Service) -> Option<String> {
    let value = env::var(service.variable()).ok().filter(|value| !value.is_empty());
    if value.is_none() {
        say_left_out(service);
    }
    value
}

/// Written to the stream itself: the macros' output is captured by the test harness and lost for a passing test.
fn say_left_out(service: Service) {
    let current = thread::current();
    let test = current.name().unwrap_or("a test");
    let line = format!("left out: {test}: needs {} (run cargo xtask test)\n", service.name());
    let _said_or_nobody_listens = std::io::stderr().write_all(line.as_bytes());
}
