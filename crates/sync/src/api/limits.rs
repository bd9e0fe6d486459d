//! How many calls are under way at once: few at first, more while all goes well, half as many when the service
//! shows that it has too much to do.
//!
//! Suspensions go first: while one waits no other call starts, and beyond the limit one of them may always run.

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Hands out the permits to call.
#[derive(Debug, Clone)]
pub struct Adaptive(Arc<Shared>);

/// Between which bounds the limit moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub start: usize,
    pub most: usize,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Normal,
    Suspension,
}

/// The right to make one call. Dropped without a verdict, it teaches nothing.
#[derive(Debug)]
#[must_use = "the permit is given back when it is dropped"]
pub struct Permit {
    shared: Arc<Shared>,
    urgency: Urgency,
    /// How often the limit had been halved when the call began.
    halvings: u64,
}

#[derive(Debug)]
struct Shared {
    most: usize,
    state: Mutex<State>,
    normal: Notify,
    suspension: Notify,
}

#[derive(Debug, Default)]
struct State {
    limit: usize,
    normal_under_way: usize,
    suspensions_under_way: usize,
    suspensions_waiting: usize,
    /// Successes since the limit last moved.
    successes: usize,
    halvings: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { start: 4, most: 8 }
    }
}

impl Adaptive {
    /// Bounds below one count as one.
    pub fn new(bounds: Bounds) -> Self {
        let most = bounds.most.max(1);
        let limit = bounds.start.clamp(1, most);
        let state = State { limit, ..State::default() };
        let (normal, suspension) = (Notify::new(), Notify::new());
        Self(Arc::new(Shared { most, state: Mutex::new(state), normal, suspension }))
    }

    /// Waits until the call may be made.
    pub async fn acquire(&self, urgency: Urgency) -> Permit {
        let _waiting = (urgency == Urgency::Suspension).then(|| Waiting::new(&self.0));
        loop {
            // Listens before it looks, so that no ring in between is lost.
            let mut ring = pin!(self.0.bell(urgency).notified());
            ring.as_mut().enable();
            if let Some(permit) = self.try_acquire(urgency) {
                return permit;
            }
            ring.await;
        }
    }

    /// How many ordinary calls may be under way now.
    pub fn limit(&self) -> usize {
        self.0.state().limit
    }

    fn try_acquire(&self, urgency: Urgency) -> Option<Permit> {
        let mut state = self.0.state();
        if !state.admits(urgency) {
            return None;
        }
        *state.count_of(urgency) += 1;
        Some(Permit { shared: Arc::clone(&self.0), urgency, halvings: state.halvings })
    }
}

impl Permit {
    /// Teaches what the call came to.
    pub fn note<T>(self, answer: &Result<T, super::Failure>) {
        match answer {
            Err(failure) if failure.hints_at_overload() => self.overloaded(),
            Ok(_) => self.succeeded(),
            Err(_) => {}
        }
    }

    /// The call was answered in good order. As many successes as the limit raise it by one.
    pub fn succeeded(self) {
        let mut state = self.shared.state();
        state.successes += 1;
        if state.successes >= state.limit && state.limit < self.shared.most {
            state.limit += 1;
            state.successes = 0;
        }
    }

    /// The service had too much to do or did not answer. Calls that were under way together halve only once.
    pub fn overloaded(self) {
        let mut state = self.shared.state();
        if state.halvings == self.halvings {
            state.limit = (state.limit / 2).max(1);
            state.halvings += 1;
            state.successes = 0;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *self.shared.state().count_of(self.urgency) -= 1;
        self.shared.ring();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment after the other, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bell(&self, urgency: Urgency) -> &Notify {
        match urgency {
            Urgency::Normal => &self.normal,
            Urgency::Suspension => &self.suspension,
        }
    }

    /// Wakes whoever may go now. Who is woken in vain looks and waits again.
    fn ring(&self) {
        let (suspension, normal) = {
            let state = self.state();
            (state.admits(Urgency::Suspension), state.free())
        };
        if suspension {
            self.suspension.notify_one();
        }
        for _ in 0..normal {
            self.normal.notify_one();
        }
    }
}

impl State {
    fn admits(&self, urgency: Urgency) -> bool {
        match urgency {
            Urgency::Normal => self.free() > 0,
            Urgency::Suspension => self.suspensions_under_way == 0 || self.under_way() < self.limit,
        }
    }

    fn count_of(&mut self, urgency: Urgency) -> &mut usize {
        match urgency {
            Urgency::Normal => &mut self.normal_under_way,
            Urgency::Suspension => &mut self.suspensions_under_way,
        }
    }

    fn under_way(&self) -> usize {
        self.normal_under_way + self.suspensions_under_way
    }

    /// How many ordinary calls may start.
    fn free(&self) -> usize {
        if self.suspensions_waiting > 0 { 0 } else { self.limit.saturating_sub(self.under_way()) }
    }
}

/// Counts a waiting suspension for as long as it waits, also if it is given up.
struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.state().suspensions_waiting += 1;
        Self(shared)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().suspensions_waiting -= 1;
        self.0.ring();
    }
}

#[cfg(test)]
mod tests;
