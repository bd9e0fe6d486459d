//! `lokalid`: one binary for the console, the work in the background, the command line, the emulator and the demo.

mod certificates;
mod cli;
mod commands;
mod configuration;
mod demo;
mod installation;
mod mail;
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
    end_quietly_when_nobody_listens();
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

/// Whoever reads our words may stop in the middle, as `head` does, or be a full disk. That is no fault of the program.
fn end_quietly_when_nobody_listens() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.payload_as_str().unwrap_or_default();
        let Some(why) = words.strip_prefix("failed printing to stdout: ") else { return usual(panic) };
        if !why.contains("Broken pipe") {
            eprintln!("lokalid: standard output cannot be written: {why}");
        }
        std::process::exit(1);
    }));
}
