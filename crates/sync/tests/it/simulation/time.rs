//! The clock of a life, and the fuse that kills the program.
//!
//! The clock moves only where the life says so. The fuse burns with each look at the clock or with each call on the
//! wire; when it has burnt down, the work that is going on is dropped where it stands. A transaction begins with a
//! look at the clock, so a kill strikes between any two of them, in the middle of one, and before and after each call.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    task::Poll,
};

use domain::Clock;
use jiff::{SignedDuration, Timestamp};

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
pub enum Kill {
    Never,
    /// At that look at the clock.
    AtLook(usize),
    /// At that step of a call: one before it, one after.
    AtCall(usize),
}

/// Far longer than any piece of work.
const ENDLESS: i64 = i64::MAX;

#[derive(Debug)]
pub struct Time {
    now: Mutex<Timestamp>,
    until_killed_at_look: AtomicI64,
    until_killed_at_call: AtomicI64,
    story: Option<Mutex<Vec<String>>>,
}

impl Time {
    /// `LOKALID_SIM_STORY` asks for everything that happens to be told with a failure.
    pub fn new() -> Self {
        let now = "2026-11-02T08:00:00Z".parse().unwrap();
        let story = std::env::var_os("LOKALID_SIM_STORY").map(|_| Mutex::default());
        let endless = || AtomicI64::new(ENDLESS);
        Self { now: Mutex::new(now), until_killed_at_look: endless(), until_killed_at_call: endless(), story }
    }

    /// Notes what happens, for whoever has to find out why a seed failed.
    pub fn tell(&self, what: impl FnOnce() -> String) {
        if let Some(story) = &self.story {
            story.lock().unwrap().push(format!("{} {}", self.peek(), what()));
        }
    }

    pub fn story(&self) -> Vec<String> {
        self.story.as_ref().map(|story| story.lock().unwrap().clone()).unwrap_or_default()
    }

    /// What the clock shows, without moving it.
    pub fn peek(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    pub fn advance(&self, by: SignedDuration) {
        *self.now.lock().unwrap() += by;
    }

    pub fn advance_to(&self, to: Timestamp) {
        let mut now = self.now.lock().unwrap();
        *now = (*now).max(to);
    }

    /// A call was made or answered. `true`: the program is dead.
    pub fn call(&self) -> bool {
        self.until_killed_at_call.fetch_sub(1, Ordering::SeqCst) <= 1
    }

    fn is_over(&self) -> bool {
        let burnt = |fuse: &AtomicI64| fuse.load(Ordering::SeqCst) <= 0;
        burnt(&self.until_killed_at_look) || burnt(&self.until_killed_at_call)
    }

    fn light(&self, kill: Kill) {
        let steps = |steps: usize| i64::try_from(steps).unwrap();
        let (look, call) = match kill {
            Kill::Never => (ENDLESS, ENDLESS),
            Kill::AtLook(look) => (steps(look), ENDLESS),
            Kill::AtCall(call) => (ENDLESS, steps(call)),
        };
        self.until_killed_at_look.store(look, Ordering::SeqCst);
        self.until_killed_at_call.store(call, Ordering::SeqCst);
    }

    /// Does the work, unless it is killed before it is done.
    pub async fn unless_killed<T>(&self, kill: Kill, work: impl Future<Output = T>) -> Option<T> {
        self.light(kill);
        let mut work = pin!(work);
        let outcome = std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if self.is_over() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        });
        let outcome = outcome.await;
        self.light(Kill::Never);
        outcome
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        self.until_killed_at_look.fetch_sub(1, Ordering::SeqCst);
        self.peek()
    }
}
