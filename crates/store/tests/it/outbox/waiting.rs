//! What waits, and what people do about it.

use std::collections::BTreeMap;

use domain::{OperationId, PlanId};
use store::outbox::{self, State, Which};
use store::view::operations;
use store::{identity, plan};
use testkit::for_each_engine;

use super::{DONE, kinds, parked, retry, signing, suspension, unknown};
use crate::town::{DAY, MINUTE, SECOND, Town, change, create, look, update};

#[tokio::test]
async fn one_attempt_for_everything_now_but_not_for_a_lost_creation() {
    for_each_engine(async |database| {
        let town = Town::of(database, 4).await;
        town.plan(&[
            town.operation(0, update(0)),
            town.operation(1, update(1)),
            town.operation(2, update(2)),
            town.operation(3, create(3, "u3@norreby.example")),
        ])
        .await;
        let out = town.claim().await;
        let outcomes = [retry(&town, MINUTE), parked(false), unknown(&town, MINUTE), unknown(&town, MINUTE)];
        for (one, outcome) in out.iter().zip(&outcomes) {
            town.settle(one, outcome).await;
        }
        assert!(town.claim().await.is_empty());
        assert_eq!(change!(town, tx => outbox::try_all_now(tx, town.cvr()).await?), 3);
        let now = town.claim().await;
        assert_eq!(now.iter().map(|one| one.uncertain).collect::<Vec<_>>(), [false, false, true]);
        town.wait(MINUTE);
        assert_eq!(kinds(&town.claim().await), ["create"], "its pause keeps a second user away");
    })
    .await;
}

#[tokio::test]
async fn a_parked_operation_whose_answer_was_lost_is_looked_for_first() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        let out = town.claim().await;
        town.settle(&out[0], &parked(true)).await;
        town.settle(&out[1], &parked(false)).await;
        for one in &out {
            assert!(change!(town, tx => outbox::retry(tx, one.id, "Mette").await?));
            assert_eq!(town.operation_of(one).await.attempts, 0, "it gets all its attempts again");
        }
        let again = town.claim().await;
        assert_eq!(again.iter().map(|one| one.uncertain).collect::<Vec<_>>(), [true, false]);
        assert!(!change!(town, tx => outbox::retry(tx, out[0].id, "Mette").await?), "it is under way");
        assert_eq!(town.logged("operation.retried").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_given_up_is_remembered_and_leaves_the_way_free() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0)), signing(&town, 0)]).await;
        let one = town.claim_one().await;
        let give_up = async |id| change!(town, tx => outbox::give_up(tx, id, "Mette", "not needed").await?);
        assert!(!give_up(one.id).await, "what is under way cannot be given up");
        town.settle(&one, &parked(false)).await;
        assert!(give_up(one.id).await);
        assert!(!give_up(one.id).await, "nor what was given up before");
        assert!(!give_up(OperationId { plan: PlanId(9), number: 9 }).await, "nor what never was");
        let record = town.operation_of(&one).await;
        assert_eq!(
            (record.state, record.outcome.as_ref().map(|told| told.words.as_str())),
            (State::GivenUp, Some("not needed"))
        );
        let id = town.people[0];
        let known = look!(town, tx => identity::one(tx, id).await?).unwrap();
        assert_eq!(known.subject.given_up, [update(0)]);
        assert_eq!(kinds(&town.claim().await), ["set-signing"]);
        assert_eq!(town.logged("operation.given-up").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_retry_of_what_is_not_open_is_refused() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let one = town.claim_one().await;
        town.settle(&one, &DONE).await;
        assert!(!change!(town, tx => outbox::retry(tx, one.id, "Mette").await?));
        let never = OperationId { plan: PlanId(9), number: 9 };
        assert!(!change!(town, tx => outbox::retry(tx, never, "Mette").await?));
        assert_eq!(look!(town, tx => outbox::one(tx, never).await?), None);
        assert!(town.logged("operation.retried").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_next_one_is_due_when_the_first_that_may_be_sent_is() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let due = async |which| look!(town, tx => outbox::next_worth_waiting_for(tx, town.cvr(), which, i64::MAX).await?);
        assert_eq!(due(Which::All).await, None);
        town.plan(&[town.operation(0, update(0)), signing(&town, 0), suspension(&town, 1)]).await;
        let out = town.claim().await;
        assert_eq!(due(Which::All).await, None, "the rest waits for what is under way, not for a time");
        town.settle(&out[0], &retry(&town, MINUTE)).await;
        town.settle(&out[1], &retry(&town, DAY)).await;
        let now = town.now();
        // The suspension is the older of the two that were claimed.
        assert_eq!(due(Which::Suspensions).await, Some(now + MINUTE));
        assert_eq!(due(Which::All).await, Some(now + MINUTE));
        let worth = async |attempts| {
            look!(town, tx => outbox::next_worth_waiting_for(tx, town.cvr(), Which::All, attempts).await?)
        };
        assert_eq!(worth(2).await, Some(now + MINUTE));
        assert_eq!(worth(1).await, None, "both have had their attempt");
    })
    .await;
}

#[tokio::test]
async fn the_outbox_is_counted_and_listed_in_parts() {
    for_each_engine(async |database| {
        let town = Town::of(database, 4).await;
        let first = town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        let out = town.claim().await;
        town.settle(&out[0], &DONE).await;
        town.settle(&out[1], &parked(false)).await;
        let coverage = plan::Coverage::Identity;
        let more = [town.operation(2, update(2)), suspension(&town, 3)];
        let second = town.plan_of(&more, coverage).await;

        let labels = async |limit, offset| {
            let open = look!(town, tx => outbox::open(tx, town.cvr(), limit, offset).await?);
            open.into_iter().map(|one| one.label).collect::<Vec<_>>()
        };
        assert_eq!(labels(9, 0).await, ["u3", "u1", "u2"], "suspensions, then the oldest");
        assert_eq!(labels(1, 1).await, ["u1"]);
        let counted = |counts: &[(&str, i64)]| -> BTreeMap<String, i64> {
            counts.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect()
        };
        let all = look!(town, tx => outbox::counts(tx, town.cvr()).await?);
        assert_eq!(all, counted(&[("parked", 1), ("waiting", 2)]));
        let of_first = look!(town, tx => outbox::counts_of_plan(tx, first.id).await?);
        assert_eq!(of_first, counted(&[("done", 1), ("parked", 1)]));
        let of_second = look!(town, tx => outbox::counts_of_plan(tx, second.id).await?);
        assert_eq!(of_second, counted(&[("waiting", 2)]));
        let id = town.people[3];
        let of_one = look!(town, tx => outbox::of_identity(tx, id, 9).await?);
        assert_eq!((of_one.len(), of_one[0].id.plan), (1, second.id));
    })
    .await;
}

#[tokio::test]
async fn the_page_of_the_outbox_shows_open_ones_oldest_and_settled_ones_newest_first() {
    for_each_engine(async |database| {
        let town = Town::of(database, 4).await;
        town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        for one in town.claim().await {
            town.wait(SECOND);
            town.settle(&one, &DONE).await;
        }
        town.plan(&[town.operation(2, update(2)), suspension(&town, 3)]).await;
        let page = async |state, offset, limit| {
            let rows = look!(town, tx => operations::page(tx, town.cvr(), state, offset, limit).await?);
            rows.into_iter().map(|one| one.label).collect::<Vec<_>>()
        };
        assert_eq!(page(State::Done, 0, 9).await, ["u1", "u0"]);
        assert_eq!(page(State::Done, 1, 9).await, ["u0"]);
        assert_eq!(page(State::Waiting, 0, 9).await, ["u3", "u2"]);
        assert_eq!(page(State::Parked, 0, 9).await, Vec::<String>::new());
        assert_eq!(look!(town, tx => operations::count(tx, town.cvr(), State::Done).await?), 2);
        assert_eq!(look!(town, tx => operations::count(tx, town.cvr(), State::GivenUp).await?), 0);
    })
    .await;
}
