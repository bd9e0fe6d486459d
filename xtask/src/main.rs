//! The house's own commands, run as `cargo xtask ...`.
//!
//! `test` installs what is missing on a Debian machine and runs everything: format, lints, licences, all tests on
//! both databases, LDAP against OpenLDAP and Samba AD, the simulation, the browser walk and the documents. `sim`
//! runs the simulation alone with as many seeds as asked, `bench` the benchmarks, `docs` writes the generated pages.
//! Nothing here is part of the product.

mod bench;
mod docs;
mod install;
mod postgres;
mod process;
mod report;
mod simulation;
mod steps;
mod tally;
mod test;

use clap::{Parser, Subcommand};
use process::Session;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tests, benchmarks and generated pages of Lokalid")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing and runs everything
    Test(test::Arguments),
    /// Runs the seeded simulation
    Sim(simulation::Arguments),
    /// Runs the benchmarks, built with optimisation
    Bench,
    /// Writes the pages that are generated from the program
    Docs,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let session = Session::new()?;
    session.stop_on_signal()?;
    match arguments.command {
        Command::Test(arguments) => Ok(test::run(&session, &arguments)),
        Command::Sim(arguments) => simulation::run_alone(&session, &arguments),
        Command::Bench => bench::run(&session),
        Command::Docs => docs::write(&session),
    }
}
