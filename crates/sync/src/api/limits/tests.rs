use futures::{FutureExt, future::BoxFuture};

use super::*;

fn adaptive(start: usize, most: usize) -> Adaptive {
    Adaptive::new(Bounds { start, most })
}

/// A permit if there is one at once.
fn at_once(limits: &Adaptive, urgency: Urgency) -> Option<Permit> {
    limits.acquire(urgency).now_or_never()
}

fn fill(limits: &Adaptive) -> Vec<Permit> {
    std::iter::from_fn(|| at_once(limits, Urgency::Normal)).collect()
}

/// A caller that has begun to wait.
fn waiting(limits: &Adaptive, urgency: Urgency) -> BoxFuture<'_, Permit> {
    let mut caller = limits.acquire(urgency).boxed();
    assert!((&mut caller).now_or_never().is_none());
    caller
}

#[test]
fn no_more_calls_than_the_limit_and_one_suspension_beyond_it() {
    let limits = Adaptive::new(Bounds::default());
    let permits = fill(&limits);
    assert_eq!(permits.len(), 4);
    let suspension = at_once(&limits, Urgency::Suspension);
    assert!(suspension.is_some());
    assert!(at_once(&limits, Urgency::Suspension).is_none());
    drop(permits);
    assert_eq!(fill(&limits).len(), 3, "the suspension counts too");
}

#[test]
fn successes_raise_the_limit_to_its_most() {
    let limits = adaptive(4, 8);
    let grown: Vec<usize> = (0..40)
        .map(|_| {
            at_once(&limits, Urgency::Normal).unwrap().succeeded();
            limits.limit()
        })
        .collect();
    assert_eq!((grown[2], grown[3], grown[8], grown[39]), (4, 5, 6, 8));
}

#[test]
fn overload_halves_once_for_all_that_were_under_way() {
    let limits = adaptive(8, 8);
    for permit in fill(&limits) {
        permit.overloaded();
    }
    assert_eq!(limits.limit(), 4);
    for expected in [2, 1, 1] {
        at_once(&limits, Urgency::Normal).unwrap().overloaded();
        assert_eq!(limits.limit(), expected);
    }
}

#[test]
fn a_suspension_has_its_slot_even_when_the_limit_has_just_been_halved() {
    let limits = adaptive(8, 8);
    let mut permits = fill(&limits);
    permits.pop().unwrap().overloaded();
    assert!(at_once(&limits, Urgency::Normal).is_none());
    assert!(at_once(&limits, Urgency::Suspension).is_some());
}

#[test]
fn a_waiting_suspension_goes_before_everything_else() {
    let limits = adaptive(1, 1);
    let (normal, first) = (at_once(&limits, Urgency::Normal), at_once(&limits, Urgency::Suspension));
    let mut other = waiting(&limits, Urgency::Normal);
    let mut second = waiting(&limits, Urgency::Suspension);
    drop(normal);
    assert!((&mut other).now_or_never().is_none());
    drop(first);
    let second = (&mut second).now_or_never();
    assert!(second.is_some());
    assert!((&mut other).now_or_never().is_none());
    drop(second);
    assert!(other.now_or_never().is_some());
}

#[test]
fn a_suspension_that_stops_waiting_no_longer_holds_up_the_others() {
    let limits = adaptive(1, 1);
    let (normal, suspension) = (at_once(&limits, Urgency::Normal), at_once(&limits, Urgency::Suspension));
    let given_up = waiting(&limits, Urgency::Suspension);
    let mut other = waiting(&limits, Urgency::Normal);
    drop((normal, suspension));
    assert!((&mut other).now_or_never().is_none());
    drop(given_up);
    assert!(other.now_or_never().is_some());
}

#[test]
fn whoever_waits_is_woken_when_the_limit_rises() {
    let limits = adaptive(1, 2);
    let permit = at_once(&limits, Urgency::Normal).unwrap();
    let callers = [waiting(&limits, Urgency::Normal), waiting(&limits, Urgency::Normal)];
    permit.succeeded();
    let permits = callers.map(FutureExt::now_or_never);
    assert!(permits.iter().all(Option::is_some));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_at_once_never_pass_the_limit_and_all_get_their_turn() {
    let limits = adaptive(4, 4);
    let callers = (0..200).map(|number| {
        let limits = limits.clone();
        let urgency = if number % 5 == 0 { Urgency::Suspension } else { Urgency::Normal };
        tokio::spawn(async move {
            let permit = limits.acquire(urgency).await;
            tokio::task::yield_now().await;
            let under_way = limits.0.state().under_way();
            permit.succeeded();
            under_way
        })
    });
    for under_way in futures::future::join_all(callers).await {
        assert!((1..=5).contains(&under_way.unwrap()));
    }
    assert_eq!(limits.0.state().under_way(), 0);
}

#[test]
fn bounds_are_made_to_fit() {
    assert_eq!(adaptive(9, 2).limit(), 2);
    assert_eq!(adaptive(0, 0).limit(), 1);
}
