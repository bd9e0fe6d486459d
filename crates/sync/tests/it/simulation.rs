//! The seeded simulation: the shipped store, planner and worker against the emulator's own state machine.
//!
//! Each seed is one small organisation that lives for some days while everything goes wrong that can: sources that
//! fail or are cut short, every fault of the service, people who act in the portal, and kills of this program
//! between any two steps. Then the faults end, and after some quiet days MitID Erhverv must show what we want, with
//! nobody created twice and nothing done that no plan says.
//!
//! `LOKALID_SIM_SEEDS` and `LOKALID_SIM_FROM` say which seeds run. `LOKALID_SIM_ENGINE=postgres` keeps the store in
//! PostgreSQL; without it the seeds run on SQLite, and where PostgreSQL is to be had
//! `LOKALID_SIM_POSTGRES_SEEDS` more run there. A failure names its seed.

#![expect(clippy::large_futures, reason = "a simulated life is one future, polled on one thread")]

mod account;
mod check;
mod dice;
mod entitlements;
mod human;
mod life;
mod people;
mod time;
mod wire;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};
use testkit::{Service, service};
use tokio::runtime::Runtime;

use account::Home;

/// As many as keep a plain `cargo test` short.
const SEEDS: u64 = 25;
const SEEDS_ON_POSTGRES: u64 = 4;

/// So many lives share a database: to make one takes its time, and in one of very many lives each takes longer.
const LIVES_IN_ONE_HOME: usize = 25;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Lives at once. With PostgreSQL most of a life is waiting for the server's answers.
    fn lanes(self) -> usize {
        match self {
            Self::Sqlite => 2,
            Self::Postgres => 6,
        }
    }

    /// Without a server nothing is read from a socket, and to wait for one takes longer than for a thread.
    fn runtime(self) -> Runtime {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time();
        if self == Self::Postgres {
            builder.enable_io();
        }
        builder.build().unwrap()
    }
}

#[test]
fn simulation() {
    let seeds = number("LOKALID_SIM_SEEDS").unwrap_or(SEEDS);
    match std::env::var("LOKALID_SIM_ENGINE").as_deref() {
        Ok("postgres") => run(Engine::Postgres, seeds),
        Ok("sqlite") => run(Engine::Sqlite, seeds),
        Ok(other) => panic!("LOKALID_SIM_ENGINE is `{other}`; it is `sqlite` or `postgres`"),
        Err(_) => {
            run(Engine::Sqlite, seeds);
            if service(Service::Postgres).is_some() {
                run(Engine::Postgres, number("LOKALID_SIM_POSTGRES_SEEDS").unwrap_or(SEEDS_ON_POSTGRES));
            }
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is `{text}`; it is a number")))
}

fn run(engine: Engine, seeds: u64) {
    let from = number("LOKALID_SIM_FROM").unwrap_or(0);
    let next = AtomicU64::new(from);
    let take = || Some(next.fetch_add(1, Ordering::SeqCst)).filter(|seed| *seed < from + seeds);
    let work = &|lane| {
        if engine == Engine::Sqlite {
            stay_on_one_core(lane);
        }
        let runtime = engine.runtime();
        let mut failures = Vec::new();
        let mut seeds = std::iter::from_fn(take).peekable();
        while seeds.peek().is_some() {
            let home = runtime.block_on(Home::new(engine));
            failures.extend(
                seeds.by_ref().take(LIVES_IN_ONE_HOME).filter_map(|seed| fault_of(&runtime, &home, seed)),
            );
            runtime.block_on(home.remove());
        }
        failures
    };
    let failures: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..engine.lanes()).map(|lane| scope.spawn(move || work(lane))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let repeat = "repeat one with `cargo xtask sim --seeds 1 --from SEED`";
    assert!(failures.is_empty(), "{} of {seeds} seeds, {repeat}:\n{}", failures.len(), failures.join("\n"));
}

/// Each statement goes to the driver's thread and back, which is cheapest on one core. Where the system does not let
/// us choose it, it only takes longer.
fn stay_on_one_core(lane: usize) {
    let this_thread = Pid::from_raw(0);
    let Ok(allowed) = sched_getaffinity(this_thread) else { return };
    let cores: Vec<usize> = (0..CpuSet::count()).filter(|core| allowed.is_set(*core) == Ok(true)).collect();
    let mut one = CpuSet::new();
    if cores.iter().cycle().nth(lane).is_some_and(|core| one.set(*core).is_ok()) {
        let _slower_otherwise = sched_setaffinity(this_thread, &one);
    }
}

/// What went wrong in this life, if anything did.
fn fault_of(runtime: &Runtime, home: &Home, seed: u64) -> Option<String> {
    let lived = catch_unwind(AssertUnwindSafe(|| runtime.block_on(life::live(home, seed))));
    let why = match lived {
        Ok(faults) if faults.is_empty() => return None,
        Ok(faults) => faults.join("\n  "),
        Err(_) => "it panicked, see above".to_owned(),
    };
    Some(format!("seed {seed}:\n  {why}"))
}
