//! The steps of `cargo xtask test`: what each needs on the machine and what it runs.
//!
//! Lints and tests use the same profile, features and lock file throughout, so that nothing is built twice that
//! could be built once. Services run on free loopback ports, except Samba: a domain controller has fixed ones and
//! gets a network of its own.

use crate::install::{DENY, NEXTEST, Need};
use crate::postgres::Cluster;
use crate::process::Session;
use crate::report::Finding;
use crate::simulation::{self, Engine};
use crate::tally::{Counter, Tally};
use crate::{docs, install};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use nix::sys::signal::Signal;
use nix::unistd::Uid;
use std::process::Command;

/// In the order in which they run: what is cheap and often wrong comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// `cargo fmt --check`
    Format,
    /// Licences, banned crates and sources; known vulnerabilities where their database can be fetched
    Deny,
    /// Clippy on everything, warnings denied
    Lints,
    /// Every test, on SQLite and PostgreSQL and against OpenLDAP and Exim
    Tests,
    /// The examples in doc comments
    DocTests,
    /// 1,800 seeds of the simulation on SQLite and 200 on PostgreSQL; more by `cargo xtask sim`
    Simulation,
    /// The tests against a Samba AD domain controller, in a network namespace of its own
    Samba,
    /// Chromium walks through every page of the demo
    Browser,
    /// Links lead somewhere, decisions are listed, generated pages are fresh
    Docs,
}

/// What the steps of one run share.
pub struct Workshop<'a> {
    session: &'a Session,
    /// Started by the first step that needs it.
    cluster: Option<Cluster>,
}

/// Two thousand lives together.
const SIMULATION_SEEDS: u32 = 1_800;
const SIMULATION_SEEDS_POSTGRES: u32 = 200;
const ADVISORIES_LIMIT_SECONDS: &str = "60";

const POSTGRES: &[Need] = &[Need::PostgresServer, Need::Program("setpriv", "util-linux")];
const SLAPD: &[Need] = &[
    Need::Program("slapd", "slapd"),
    Need::Program("ldapadd", "ldap-utils"),
    Need::Program("openssl", "openssl"),
];
const EXIM: &[Need] = &[Need::Program("exim4", "exim4-daemon-light"), Need::Program("openssl", "openssl")];
const SAMBA: &[Need] = &[
    Need::Program("samba", "samba"),
    Need::Package("samba-ad-dc"),
    Need::Package("samba-ad-provision"),
    Need::Package("samba-dsdb-modules"),
    Need::Package("samba-vfs-modules"),
    Need::Program("winbindd", "winbind"),
    Need::Program("ldbsearch", "ldb-tools"),
    Need::Program("kinit", "krb5-user"),
    Need::Program("openssl", "openssl"),
    Need::Program("python3", "python3"),
    Need::Program("unshare", "util-linux"),
    Need::Program("ip", "iproute2"),
];
const BROWSER: &[Need] = &[
    Need::Program("chromium", "chromium"),
    Need::Program("node", "nodejs"),
    Need::Program("npm", "npm"),
    Need::NodeModules,
];

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Deny => "deny",
            Self::Lints => "lints",
            Self::Tests => "tests",
            Self::DocTests => "doc-tests",
            Self::Simulation => "simulation",
            Self::Samba => "samba",
            Self::Browser => "browser",
            Self::Docs => "docs",
        }
    }

    pub fn needs(self) -> Vec<Need> {
        let nextest = [Need::CargoTool(NEXTEST)];
        match self {
            Self::Format | Self::Lints | Self::DocTests | Self::Docs => Vec::new(),
            Self::Deny => vec![Need::CargoTool(DENY)],
            Self::Tests => [nextest.as_slice(), POSTGRES, SLAPD, EXIM].concat(),
            Self::Simulation => [nextest.as_slice(), POSTGRES].concat(),
            Self::Samba => SAMBA.to_vec(),
            Self::Browser => BROWSER.to_vec(),
        }
    }

    /// Why this machine cannot run the step at all, if so.
    pub fn unavailable(self) -> Option<&'static str> {
        (self == Self::Samba && !Uid::effective().is_root())
            .then_some("only root can make the network namespace that a domain controller needs")
    }
}

impl<'a> Workshop<'a> {
    pub fn new(session: &'a Session) -> Self {
        Self { session, cluster: None }
    }

    pub fn run(&mut self, step: Step, finding: &mut Finding) -> Result<()> {
        let session = self.session;
        match step {
            Step::Format => session.run(session.cargo(&["fmt", "--all", "--check"])),
            Step::Deny => deny(session, finding),
            Step::Lints => lints(session),
            Step::Tests => self.tests(finding),
            Step::DocTests => doc_tests(session, finding),
            Step::Simulation => self.simulation(finding),
            Step::Samba => samba(session, finding),
            Step::Browser => browser(session, finding),
            Step::Docs => docs::check(session),
        }
    }

    fn tests(&mut self, finding: &mut Finding) -> Result<()> {
        let services = [
            ("LOKALID_TEST_SLAPD", "1".to_owned()),
            ("LOKALID_TEST_EXIM", "1".to_owned()),
            ("LOKALID_TEST_POSTGRES", self.postgres_url()?),
        ];
        nextest(self.session, "not binary(/^samba$/)", services, finding)
    }

    fn simulation(&mut self, finding: &mut Finding) -> Result<()> {
        simulation::run(self.session, SIMULATION_SEEDS, 0, Engine::Sqlite, finding)?;
        let engine = Engine::Postgres(self.postgres_url()?);
        simulation::run(self.session, SIMULATION_SEEDS_POSTGRES, 0, engine, finding)
    }

    fn postgres_url(&mut self) -> Result<String> {
        if let Some(cluster) = &self.cluster {
            return Ok(cluster.url());
        }
        Ok(self.cluster.insert(Cluster::start(self.session)?).url())
    }
}

/// Runs tests with cargo-nextest and counts them from its report.
pub fn nextest(
    session: &Session,
    filter: &str,
    environment: impl IntoIterator<Item = (&'static str, String)>,
    finding: &mut Finding,
) -> Result<()> {
    let report = session.target().join("nextest/xtask/junit.xml");
    // One left by an earlier run must not be counted if this one does not get as far as writing its own.
    std::fs::remove_file(&report).ok();
    let mut command = session.cargo(&["nextest", "run", "--workspace", "--locked", "--profile", "xtask"]);
    // Ignored tests run here too: this is the place where nothing is left out.
    command.args(["--run-ignored", "all", "-E", filter]).envs(environment);
    let outcome = session.run(command);
    if let Ok(text) = std::fs::read_to_string(&report) {
        finding.tally = finding.tally + Tally::from_junit(&text);
    }
    outcome
}

fn lints(session: &Session) -> Result<()> {
    session.run(session.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

fn deny(session: &Session, finding: &mut Finding) -> Result<()> {
    session.run(session.cargo(&[
        "deny",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]))?;
    let mut fetch = session.command("timeout");
    fetch.args([ADVISORIES_LIMIT_SECONDS, "cargo", "deny", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    if session.run(fetch).is_err() && !session.interrupted() {
        finding.note = Some("advisories left out: their database could not be fetched from here".into());
        return Ok(());
    }
    session.run(session.cargo(&["deny", "--locked", "--offline", "check", "advisories"]))
}

fn doc_tests(session: &Session, finding: &mut Finding) -> Result<()> {
    if !docs::has_examples(session.root())? {
        finding.note = Some("no doc comment has an example".into());
        return Ok(());
    }
    let command = session.cargo(&["test", "--doc", "--workspace", "--locked"]);
    let mut counter = Counter::new(&mut finding.tally);
    session.watch(command, Signal::SIGTERM, |line| counter.read(line))
}

/// One process per test binary, not per test: starting a domain controller takes longer than all its tests.
fn samba(session: &Session, finding: &mut Finding) -> Result<()> {
    let test = ["test", "--workspace", "--locked", "--test", "samba"];
    session.run(session.cargo(&[&test[..], &["--no-run"]].concat()))?;
    let cargo = session.cargo(&[&test[..], &["--offline", "--", "--include-ignored"]].concat());
    let mut counter = Counter::new(&mut finding.tally);
    session.watch(in_own_network(session, &cargo), Signal::SIGKILL, |line| counter.read(line))
}

/// Runs a command in new network and process namespaces. Its end, or that of xtask, ends all that it started.
fn in_own_network(session: &Session, inner: &Command) -> Command {
    let mut command = session.command("setpriv");
    command.args([
        "--pdeathsig",
        "KILL",
        "unshare",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]);
    command.args(["sh", "-c", "ip link set lo up && exec \"$0\" \"$@\""]).arg(inner.get_program());
    command.args(inner.get_args()).env("LOKALID_SAMBA", "1");
    command
}

fn browser(session: &Session, finding: &mut Finding) -> Result<()> {
    if !session.root().join("e2e/run.mjs").is_file() {
        bail!("e2e/run.mjs is missing: nothing walks through the pages");
    }
    build_binary(session)?;
    let mut walk = session.command("node");
    walk.arg("e2e/run.mjs").env("LOKALID_BINARY", binary(session));
    let mut counter = Counter::new(&mut finding.tally);
    session.watch(walk, Signal::SIGTERM, |line| counter.read(line))
}

/// With the tests beside it, because their features decide which dependencies are already built.
pub fn build_binary(session: &Session) -> Result<()> {
    session.run(session.cargo(&["build", "--workspace", "--locked", "--quiet", "--bins", "--tests"]))
}

pub fn binary(session: &Session) -> std::path::PathBuf {
    session.target().join("debug/lokalid")
}

/// Everything that the chosen steps need, installed before the first of them runs.
pub fn install_for(session: &Session, steps: &[Step]) -> Result<Option<String>> {
    let needs: Vec<Need> = steps.iter().flat_map(|step| step.needs()).collect();
    install::install(session, &needs).context("cannot install what the steps need")
}
