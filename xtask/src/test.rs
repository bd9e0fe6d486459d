//! `cargo xtask test`: runs the chosen steps one after the other and ends with a table.
//!
//! A step that fails does not keep the others from running: one run shows everything that is wrong. Only if the
//! machine cannot be prepared, or on Ctrl-C, the rest is not run.

use crate::process::Session;
use crate::report::{Finding, Line, Outcome, Report};
use crate::steps::{self, Step, Workshop};
use anyhow::Result;
use clap::ValueEnum;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Arguments {
    /// Runs only these steps, named with commas between them
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STEP")]
    only: Vec<Step>,
    /// Names the steps and runs nothing
    #[arg(long)]
    list: bool,
}

pub fn run(session: &Session, arguments: &Arguments) -> ExitCode {
    if arguments.list {
        list();
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| arguments.only.is_empty() || arguments.only.contains(step))
        .collect();
    let report = run_steps(session, &chosen);
    println!("{report}");
    if report.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn list() {
    for step in Step::value_variants() {
        let about = step.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        println!("{:<12}{}", step.name(), about.unwrap_or_default());
    }
}

fn run_steps(session: &Session, chosen: &[Step]) -> Report {
    let mut workshop = Workshop::new(session);
    let install = timed("install", |finding| {
        finding.note = steps::install_for(session, chosen)?;
        Ok(())
    });
    let prepared = matches!(install.outcome, Outcome::Done(_));
    let mut lines = vec![install];
    for &step in chosen {
        let stopped = !prepared || session.interrupted();
        lines.push(if stopped { not_run(step) } else { one(&mut workshop, step) });
    }
    Report(lines)
}

fn one(workshop: &mut Workshop<'_>, step: Step) -> Line {
    match step.unavailable() {
        Some(why) => Line { step: step.name(), outcome: Outcome::LeftOut(why.into()), took: Duration::ZERO },
        None => timed(step.name(), |finding| workshop.run(step, finding)),
    }
}

fn not_run(step: Step) -> Line {
    Line { step: step.name(), outcome: Outcome::NotRun, took: Duration::ZERO }
}

#[expect(clippy::disallowed_methods, reason = "how long a step took is what the table shows")]
fn timed(step: &'static str, work: impl FnOnce(&mut Finding) -> Result<()>) -> Line {
    println!("\n== {step}");
    let began = Instant::now();
    let mut finding = Finding::default();
    let outcome = match work(&mut finding) {
        Ok(()) => Outcome::Done(finding),
        Err(error) => Outcome::Failed { why: format!("{error:#}"), tally: finding.tally },
    };
    Line { step, outcome, took: began.elapsed() }
}
