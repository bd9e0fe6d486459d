//! When the slots of one drain may end: all at once, when none of them finds anything and nothing is under way.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::watch;

/// What the slots of one drain know of each other.
#[derive(Debug)]
pub(super) struct Slots {
    /// Those that look for an operation, have one in their hands, or wait for one to become due.
    busy: AtomicUsize,
    /// How often something happened that may have made an operation due: one was settled, or a wave let go.
    moves: AtomicUsize,
    over: watch::Sender<bool>,
}

/// A slot that looks for something to do.
#[derive(Debug)]
#[must_use = "a slot that looks ends its turn or rests"]
pub(super) struct Look {
    /// How often something had moved when it began.
    moves: usize,
}

impl Slots {
    pub(super) fn new() -> Self {
        let (busy, moves) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { busy, moves, over: watch::Sender::new(false) }
    }

    pub(super) fn are_over(&self) -> bool {
        *self.over.borrow()
    }

    pub(super) fn look(&self) -> Look {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Look { moves: self.moves.load(Ordering::SeqCst) }
    }

    /// What it did may have made an operation due.
    pub(super) fn moved(&self, look: Look) {
        self.moves.fetch_add(1, Ordering::SeqCst);
        self.end(look);
    }

    pub(super) fn end(&self, _look: Look) {
        self.busy.fetch_sub(1, Ordering::SeqCst);
    }

    /// It found nothing. If that holds for all of them, and still does, it is over; else it waits as long, or until it is.
    ///
    /// What it found is old news where something moved since: a slot that ended on it would be missing for all that is
    /// to come.
    pub(super) async fn rest(&self, look: Look, wait: Duration) {
        let others = self.busy.fetch_sub(1, Ordering::SeqCst) - 1;
        if others == 0 && self.moves.load(Ordering::SeqCst) == look.moves {
            self.over.send_replace(true);
        }
        let mut over = self.over.subscribe();
        // Whichever it was, the slot looks for itself.
        let _either = tokio::time::timeout(wait, over.wait_for(|over| *over)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_over_when_the_last_one_finds_nothing() {
        let slots = Slots::new();
        let (first, last) = (slots.look(), slots.look());
        slots.rest(first, Duration::ZERO).await;
        assert!(!slots.are_over(), "another one looks");
        slots.rest(last, Duration::MAX).await;
        assert!(slots.are_over());
    }

    #[tokio::test]
    async fn who_waits_or_has_something_in_hand_keeps_the_others() {
        let slots = Slots::new();
        let at_work = slots.look();
        slots.rest(slots.look(), Duration::ZERO).await;
        assert!(!slots.are_over());
        slots.moved(at_work);
        slots.rest(slots.look(), Duration::MAX).await;
        assert!(slots.are_over());
    }

    #[tokio::test]
    async fn what_was_found_before_something_moved_ends_nothing() {
        let slots = Slots::new();
        let (old, at_work) = (slots.look(), slots.look());
        slots.moved(at_work);
        slots.rest(old, Duration::ZERO).await;
        assert!(!slots.are_over(), "the next wave may be due now");
    }
}
