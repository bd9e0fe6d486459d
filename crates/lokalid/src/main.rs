//! `lokalid`: one binary for the console, the work in the background, the command line, the emulator and the demo.

mod certificates;
mod cli;
mod commands;
mod configuration;
mod demo;
mod installation;
mod memory;
mod presence;
mod progress;
mod report;
mod serve;
mod telemetry;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;

/// How a command ended (design/interfaces.md: exit status).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// Something failed or is parked.
    Failed,
    /// The guard holds something and nothing failed.
    Held,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    report::begin_logging(&cli.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the program cannot start its threads: {error}");
            return ExitCode::from(1);
        }
    };
    let ended = runtime.block_on(commands::run(cli));
    // A name look-up that nobody waits for any more cannot be called off and need not hold up the end.
    runtime.shutdown_background();
    match ended {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Failed) => ExitCode::from(1),
        Ok(Ending::Held) => ExitCode::from(3),
        Err(error) => {
            eprintln!("lokalid: {error:#}");
            ExitCode::from(1)
        }
    }
}
