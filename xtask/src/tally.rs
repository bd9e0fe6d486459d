//! How many tests passed, failed and were skipped, read from what the test runners say.
//!
//! A test that says it was left out, as `testkit::service` does for it, did not do its work, whatever its runner
//! thinks: it counts as skipped.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

/// The end of the sentence of a test that was left out.
const LEFT_OUT: &str = "(run cargo xtask test)";

impl Tally {
    /// From a JUnit report as cargo-nextest writes it, with the output of passing tests kept.
    pub fn from_junit(report: &str) -> Self {
        // Output is escaped in the report, so these marks can only be elements.
        report.split("<testcase ").skip(1).map(Self::of_test_case).sum()
    }

    fn of_test_case(case: &str) -> Self {
        if case.contains("<failure") || case.contains("<error") {
            Self { failed: 1, ..Self::default() }
        } else if case.contains("<skipped") || case.contains(LEFT_OUT) {
            Self { skipped: 1, ..Self::default() }
        } else {
            Self { passed: 1, ..Self::default() }
        }
    }
}

/// Counts while a run prints: the summaries of `cargo test`, or a script's `3 passed, 0 failed, 1 skipped`.
pub struct Counter<'a> {
    tally: &'a mut Tally,
    /// Said so since the last summary, which will count them as passed.
    left_out: usize,
}

impl<'a> Counter<'a> {
    pub fn new(tally: &'a mut Tally) -> Self {
        Self { tally, left_out: 0 }
    }

    pub fn read(&mut self, line: &str) {
        if line.contains(LEFT_OUT) {
            self.left_out += 1;
            return;
        }
        let Some(counts) = summary(line) else { return };
        let count = |word| number_before(counts, word);
        let left_out = std::mem::take(&mut self.left_out).min(count("passed"));
        *self.tally = *self.tally
            + Tally {
                passed: count("passed") - left_out,
                failed: count("failed"),
                skipped: count("skipped") + count("ignored") + left_out,
            };
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

fn summary(line: &str) -> Option<&str> {
    if let Some(counts) = line.strip_prefix("test result: ") {
        return Some(counts);
    }
    let is_script = line.starts_with(|first: char| first.is_ascii_digit()) && line.ends_with(" skipped");
    is_script.then_some(line)
}

fn number_before(counts: &str, word: &str) -> usize {
    let words: Vec<&str> = counts.split([' ', ',', ';', '.']).filter(|word| !word.is_empty()).collect();
    let pair = words.windows(2).find(|pair| pair.last() == Some(&word));
    pair.and_then(|pair| pair.first()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        let mut counter = Counter::new(&mut tally);
        for line in lines {
            counter.read(line);
        }
        tally
    }

    #[test]
    fn sums_the_binaries_of_a_cargo_test_run() {
        let tally = read(&[
            "running 5 tests",
            "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.10s",
        ]);
        assert_eq!(tally, Tally { passed: 6, failed: 3, skipped: 1 });
    }

    #[test]
    fn a_test_left_out_of_a_cargo_test_run_is_skipped() {
        let left_out = format!("left out: a test: needs slapd {LEFT_OUT}");
        let summary =
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0s";
        assert_eq!(read(&[&left_out, summary]), Tally { passed: 3, failed: 0, skipped: 1 });
    }

    #[test]
    fn reads_the_last_line_of_a_script() {
        assert_eq!(read(&["12 passed, 1 failed, 2 skipped"]), Tally { passed: 12, failed: 1, skipped: 2 });
        assert_eq!(read(&["page 12 passed quickly"]), Tally::default());
    }

    #[test]
    fn what_was_left_out_did_not_pass() {
        let passes = "<testcase name=\"a\"><system-out>fine</system-out></testcase>";
        let left_out = format!(
            "<testcase name=\"b\"><system-err>left out: b: needs slapd {LEFT_OUT}</system-err></testcase>"
        );
        let fails = "<testcase name=\"c\"><failure type=\"x\"/></testcase>";
        let tally = Tally::from_junit(&format!("<testsuites>{passes}{left_out}{fails}</testsuites>"));
        assert_eq!(tally, Tally { passed: 1, failed: 1, skipped: 1 });
    }
}
