//! The seeded simulation: the test `simulation` of the crate `sync`, told by its environment how far to go.
//!
//! A failing run prints its seed; `cargo xtask sim --seeds 1 --from SEED` repeats it.

use crate::install::{NEXTEST, Need};
use crate::postgres::Cluster;
use crate::process::Session;
use crate::report::Finding;
use crate::{install, steps};
use anyhow::Result;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// How many seeds to run
    #[arg(long)]
    seeds: u32,
    /// The first seed
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    from: u64,
    /// Stores in PostgreSQL instead of SQLite
    #[arg(long)]
    postgres: bool,
}

pub enum Engine {
    Sqlite,
    /// With the address of a server.
    Postgres(String),
}

/// `cargo xtask sim`.
pub fn run_alone(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let mut needs = vec![Need::CargoTool(NEXTEST)];
    if arguments.postgres {
        needs.push(Need::PostgresServer);
    }
    install::install(session, &needs)?;
    let cluster = arguments.postgres.then(|| Cluster::start(session)).transpose()?;
    let engine = cluster.as_ref().map_or(Engine::Sqlite, |cluster| Engine::Postgres(cluster.url()));
    run(session, arguments.seeds, arguments.from, engine, &mut Finding::default())?;
    Ok(ExitCode::SUCCESS)
}

pub fn run(session: &Session, seeds: u32, from: u64, engine: Engine, finding: &mut Finding) -> Result<()> {
    let mut environment =
        vec![("LOKALID_SIM_SEEDS", seeds.to_string()), ("LOKALID_SIM_FROM", from.to_string())];
    match engine {
        Engine::Sqlite => environment.push(("LOKALID_SIM_ENGINE", "sqlite".into())),
        Engine::Postgres(url) => {
            environment.extend([("LOKALID_SIM_ENGINE", "postgres".into()), ("LOKALID_TEST_POSTGRES", url)]);
        }
    }
    steps::nextest(session, "package(sync) & test(simulation)", environment, finding)
}
