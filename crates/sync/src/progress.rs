//! What long work tells while it goes on: to a progress bar, plain lines or a job's row.

use std::sync::Arc;

/// The work that is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    ReadingSources,
    ReadingMitIdErhverv,
    Planning,
    Sending,
}

/// Hears of each step: stage, how many are done, how many there are.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Stage, usize, usize) + Send + Sync>);

impl Progress {
    pub fn new(hear: impl Fn(Stage, usize, usize) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    pub fn silent() -> Self {
        Self::new(|_, _, _| {})
    }

    pub fn tell(&self, stage: Stage, done: usize, total: usize) {
        (self.0)(stage, done, total);
    }
}
