//! What long work tells while it goes on: to a progress bar, plain lines or a job's row.

use std::sync::Arc;

use domain::Cvr;
pub use store::job::{Stage, Step};

/// Hears of each step of the work for an organisation.
#[derive(Clone)]
pub struct Progress(Arc<Hear>);

type Hear = dyn Fn(&Cvr, Step) + Send + Sync;

impl Progress {
    pub fn new(hear: impl Fn(&Cvr, Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    pub fn silent() -> Self {
        Self::new(|_, _| {})
    }

    pub fn tell(&self, cvr: &Cvr, step: Step) {
        (self.0)(cvr, step);
    }

    /// The same from what has been counted.
    pub(crate) fn count(&self, cvr: &Cvr, stage: Stage, done: usize, total: usize) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.tell(cvr, Step { stage, done: number(done), total: number(total) });
    }
}
