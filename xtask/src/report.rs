//! The table at the end of a run: what each step took, how it ended, and how many tests there were.

use crate::tally::Tally;
use std::fmt;
use std::time::Duration;

/// What a step that ran to its end has to say.
#[derive(Default)]
pub struct Finding {
    pub tally: Tally,
    /// What a reader should know although nothing failed, such as what could not be reached.
    pub note: Option<String>,
}

pub enum Outcome {
    Done(Finding),
    Failed {
        why: String,
        tally: Tally,
    },
    /// This machine cannot run it; says why.
    LeftOut(String),
    /// Something before it ended the run.
    NotRun,
}

pub struct Line {
    pub step: &'static str,
    pub outcome: Outcome,
    pub took: Duration,
}

pub struct Report(pub Vec<Line>);

impl Report {
    pub fn failed(&self) -> bool {
        self.0.iter().any(|line| matches!(line.outcome, Outcome::Failed { .. } | Outcome::NotRun))
    }

    fn tally(&self) -> Tally {
        self.0.iter().map(|line| line.outcome.tally()).sum()
    }
}

impl Outcome {
    fn tally(&self) -> Tally {
        match self {
            Self::Done(finding) => finding.tally,
            Self::Failed { tally, .. } => *tally,
            Self::LeftOut(_) | Self::NotRun => Tally::default(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "ok",
            Self::Failed { .. } => "FAILED",
            Self::LeftOut(_) => "left out",
            Self::NotRun => "not run",
        }
    }

    fn remark(&self) -> String {
        let tally = self.tally();
        let tests = (tally != Tally::default()).then(|| tally.to_string());
        let words = match self {
            Self::Done(finding) => finding.note.clone(),
            Self::Failed { why, .. } | Self::LeftOut(why) => Some(why.clone()),
            Self::NotRun => None,
        };
        tests.into_iter().chain(words).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n{:<12}{:<10}{:>9}", "step", "outcome", "seconds")?;
        for Line { step, outcome, took } in &self.0 {
            let line =
                format!("{step:<12}{:<10}{:>9.1}  {}", outcome.word(), took.as_secs_f64(), outcome.remark());
            writeln!(out, "{}", line.trim_end())?;
        }
        let total: Duration = self.0.iter().map(|line| line.took).sum();
        writeln!(out, "{:<22}{:>9.1}\n", "together", total.as_secs_f64())?;
        write!(out, "{}", self.tally())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: &'static str, outcome: Outcome) -> Line {
        Line { step, outcome, took: Duration::from_millis(1500) }
    }

    #[test]
    fn names_every_step_and_ends_with_the_sum() {
        let tally = Tally { passed: 3, failed: 1, skipped: 0 };
        let report = Report(vec![
            line("tests", Outcome::Failed { why: "`cargo nextest run` ended with 100".into(), tally }),
            line("samba", Outcome::LeftOut("needs root".into())),
            line("docs", Outcome::NotRun),
        ]);
        let expected = "
step        outcome     seconds
tests       FAILED          1.5  3 passed, 1 failed, 0 skipped; `cargo nextest run` ended with 100
samba       left out        1.5  needs root
docs        not run         1.5
together                    4.5

3 passed, 1 failed, 0 skipped";
        assert_eq!(report.to_string(), expected);
        assert!(report.failed());
    }

    #[test]
    fn a_step_left_out_is_no_failure() {
        let report = Report(vec![line("samba", Outcome::LeftOut("needs root".into()))]);
        assert!(!report.failed());
    }
}
