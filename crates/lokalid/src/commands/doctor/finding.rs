//! What was found: a line for people, an object for programs.

use serde_json::{Value, json};

/// Everything that was found, in the order in which it was looked at.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

/// One thing that was checked.
struct Finding {
    /// A word for programs.
    step: &'static str,
    what: String,
    verdict: Verdict,
    words: String,
    advice: Option<String>,
}

enum Verdict {
    Good,
    Wrong,
    /// It could not be checked.
    Unknown,
}

impl Findings {
    /// Errors of ours say what to do themselves.
    pub fn note<T, E: Into<anyhow::Error>>(
        &mut self,
        step: &'static str,
        what: &str,
        outcome: Result<T, E>,
        words: impl Fn(&T) -> String,
    ) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.good(step, what, &words(&value));
                Some(value)
            }
            Err(error) => {
                let error: anyhow::Error = error.into();
                self.add(step, what, Verdict::Wrong, &format!("{error:#}"), None);
                None
            }
        }
    }

    pub fn good(&mut self, step: &'static str, what: &str, words: &str) {
        self.add(step, what, Verdict::Good, words, None);
    }

    pub fn bad(&mut self, step: &'static str, what: &str, words: &str, advice: &str) {
        self.add(step, what, Verdict::Wrong, words, Some(advice).filter(|advice| !advice.is_empty()));
    }

    pub fn unknown(&mut self, step: &'static str, what: &str, words: &str) {
        self.add(step, what, Verdict::Unknown, words, None);
    }

    pub fn any_wrong(&self) -> bool {
        self.0.iter().any(|finding| matches!(finding.verdict, Verdict::Wrong))
    }

    pub fn json(&self) -> Vec<Value> {
        let one = |finding: &Finding| {
            json!({
                "step": finding.step,
                "what": finding.what,
                "ok": finding.verdict.as_json(),
                "words": finding.words,
                "advice": finding.advice,
            })
        };
        self.0.iter().map(one).collect()
    }

    pub fn print(&self) {
        for Finding { what, verdict, words, advice, .. } in &self.0 {
            println!("{}  {what}: {words}", verdict.mark());
            if let Some(advice) = advice {
                println!("       What to do: {advice}");
            }
        }
    }

    fn add(&mut self, step: &'static str, what: &str, verdict: Verdict, words: &str, advice: Option<&str>) {
        let (what, words, advice) = (what.to_owned(), words.to_owned(), advice.map(str::to_owned));
        self.0.push(Finding { step, what, verdict, words, advice });
    }
}

impl Verdict {
    fn as_json(&self) -> Value {
        match self {
            Self::Good => json!(true),
            Self::Wrong => json!(false),
            Self::Unknown => Value::Null,
        }
    }

    fn mark(&self) -> &'static str {
        match self {
            Self::Good => "ok   ",
            Self::Wrong => "WRONG",
            Self::Unknown => "?    ",
        }
    }
}
