//! What a newer plan means for what is on its way already.

use std::collections::BTreeSet;

use domain::{Action, Told};
use store::identity;
use store::outbox::{self, Outcome, State};
use store::plan::Coverage;
use testkit::for_each_engine;

use super::{DONE, parked};
use crate::town::{MINUTE, SECOND, Town, change, create, email, record, update, uuid};

fn unknown(town: &Town<'_>) -> Outcome {
    Outcome::Unknown { why: Told::in_english("no answer"), raw: String::new(), again_at: town.now() }
}

fn of(kind: &str, state: State) -> (String, State) {
    (kind.to_owned(), state)
}

#[tokio::test]
async fn what_is_on_its_way_already_is_not_queued_twice() {
    for_each_engine(async |database| {
        let town = Town::of(database, 4).await;
        let wanted: Vec<_> = (0..4).map(|number| town.operation(number, update(number))).collect();
        town.plan(&wanted).await;
        let out = town.claim_for_plan().await;
        // One stays under way, and one each is waiting, unknown and parked.
        let again_at = town.now();
        let again = Outcome::Retry { why: Told::in_english("busy"), raw: String::new(), again_at };
        for (one, outcome) in out[1..].iter().zip([again, unknown(&town), parked(false)]) {
            change!(town, tx => outbox::settle(tx, &town.organisation, one, &outcome).await?);
        }
        town.plan(&wanted).await;
        let states = [State::Running, State::Waiting, State::Unknown, State::Parked];
        for (number, state) in states.into_iter().enumerate() {
            assert_eq!(town.planned(number).await, [of("update-email", state)]);
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_done_and_is_wanted_once_more_is_queued_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let wanted = [town.operation(0, update(0))];
        town.plan(&wanted).await;
        town.carry_out_all(&DONE).await;
        town.plan(&wanted).await;
        let expected = [of("update-email", State::Done), of("update-email", State::Waiting)];
        assert_eq!(town.planned(0).await, expected);
    })
    .await;
}

#[tokio::test]
async fn what_the_next_plan_does_not_want_is_withdrawn_if_it_surely_had_no_effect() {
    for_each_engine(async |database| {
        let town = Town::of(database, 5).await;
        let mut wanted: Vec<_> = (0..3).map(|number| town.operation(number, update(number))).collect();
        wanted.extend([3, 4].map(|number| town.operation(number, create(number, "a@norreby.example"))));
        town.plan(&wanted).await;
        let out = town.claim_for_plan().await;
        let outcomes = [parked(true), unknown(&town), parked(true), parked(false)];
        for (one, outcome) in [&out[0], &out[1], &out[3], &out[4]].into_iter().zip(outcomes) {
            change!(town, tx => outbox::settle(tx, &town.organisation, one, &outcome).await?);
        }
        town.plan(&[]).await;
        let states = [
            of("update-email", State::Withdrawn),
            of("update-email", State::Unknown),
            of("update-email", State::Running),
            // A second user would come of forgetting it, so what became of it is looked for at once.
            of("create", State::Unknown),
            of("create", State::Withdrawn),
        ];
        for (number, state) in states.into_iter().enumerate() {
            assert_eq!(town.planned(number).await, [state], "person {number}");
        }
        let looked_for = town.claim_for_plan().await;
        assert!(looked_for.iter().all(|one| one.uncertain), "{looked_for:?}");
        assert_eq!(looked_for.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_plan_for_one_person_withdraws_nothing() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0))]).await;
        town.plan_of_one(&[town.operation(1, Action::Suspend(uuid(1)))]).await;
        assert_eq!(town.planned(0).await, [of("update-email", State::Waiting)]);
    })
    .await;
}

#[tokio::test]
async fn what_is_on_its_way_for_somebody_undecided_goes_on() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        let undecided = BTreeSet::from([town.people[0]]);
        town.plan_of(&[], Coverage::Organisation { undecided: &undecided }).await;
        assert_eq!(town.planned(0).await, [of("update-email", State::Waiting)]);
        assert_eq!(town.planned(1).await, [of("update-email", State::Withdrawn)]);
    })
    .await;
}

#[tokio::test]
async fn whoever_changed_since_the_plan_was_thought_out_is_left_for_the_next_one() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        let wanted: Vec<_> = (0..3).map(|number| town.operation(number, update(number))).collect();
        town.wait(SECOND);
        let as_of = town.now();
        town.wait(SECOND);
        let mut records: Vec<_> = (0..3).map(record).collect();
        records[0].email = Some(email("elsewhere@norreby.example"));
        town.import(records).await;
        let id = town.people[1];
        change!(town, tx => identity::hold(tx, town.cvr(), id, "Mette", "left in anger").await?);
        let judgement = town.judge(&wanted);
        let plan = town.save(&wanted, &judgement).await;
        assert_eq!(town.enqueue(&plan, &wanted, &judgement, as_of, Coverage::Identity).await, 1);
        assert_eq!(town.planned(0).await, []);
        assert_eq!(town.planned(1).await, []);
        assert_eq!(town.planned(2).await, [of("update-email", State::Waiting)]);
    })
    .await;
}

#[tokio::test]
async fn what_was_settled_after_the_plan_was_thought_out_is_left_for_the_next_one() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let as_of = town.now();
        town.carry_out_all(&DONE).await;
        let later = [town.operation(0, Action::SetSigning(uuid(0), true))];
        let judgement = town.judge(&later);
        let plan = town.save(&later, &judgement).await;
        assert_eq!(town.enqueue(&plan, &later, &judgement, as_of, Coverage::Identity).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_was_queued_after_the_plan_was_thought_out_is_not_withdrawn_by_it() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let as_of = town.now();
        town.plan_of_one(&[town.operation(0, Action::Suspend(uuid(0)))]).await;
        let judgement = town.judge(&[]);
        let plan = town.save(&[], &judgement).await;
        let undecided = BTreeSet::new();
        town.enqueue(&plan, &[], &judgement, as_of, Coverage::Organisation { undecided: &undecided }).await;
        assert_eq!(town.planned(0).await, [of("suspend", State::Waiting)]);
    })
    .await;
}

#[tokio::test]
async fn while_a_call_is_unsettled_only_a_suspension_joins_its_queue() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let first = [town.operation(0, update(0)), town.operation(1, update(1))];
        town.plan(&first).await;
        let out = town.claim_for_plan().await;
        let lost = unknown(&town);
        change!(town, tx => outbox::settle(tx, &town.organisation, &out[1], &lost).await?);
        let stop = |number| town.operation(number, Action::Suspend(uuid(number)));
        let sign = |number| town.operation(number, Action::SetSigning(uuid(number), true));
        town.plan_of_one(&[sign(0), stop(0), sign(1), stop(1)]).await;
        let unsettled = [State::Running, State::Unknown];
        for (number, state) in unsettled.into_iter().enumerate() {
            let expected = [of("update-email", state), of("suspend", State::Waiting)];
            assert_eq!(town.planned(number).await, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn an_operation_about_somebody_no_source_knows_is_told_by_its_uuid() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let unmanaged = |number| {
            let mut one = town.operation(0, Action::Suspend(uuid(number)));
            one.identity = None;
            one
        };
        town.plan(&[unmanaged(7), unmanaged(8)]).await;
        town.plan(&[unmanaged(7), unmanaged(8)]).await;
        let out = town.claim_for_plan().await;
        assert_eq!(
            out.iter().map(|one| one.action.uuid()).collect::<Vec<_>>(),
            [Some(uuid(7)), Some(uuid(8))]
        );
        for one in &out {
            change!(town, tx => outbox::settle(tx, &town.organisation, one, &DONE).await?);
        }
        town.wait(MINUTE);
        assert!(town.claim_for_plan().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_parked_does_not_stand_before_what_must_come_first() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let profile = || town.operation(0, update(0));
        town.plan(&[profile()]).await;
        let out = town.claim_for_plan().await;
        let why = Told::in_english("the user is suspended");
        let parked = Outcome::Parked { why, raw: String::new(), uncertain: false };
        change!(town, tx => outbox::settle(tx, &town.organisation, &out[0], &parked).await?);
        town.plan(&[town.operation(0, Action::Reactivate(uuid(0))), profile()]).await;
        let states = [
            of("update-email", State::Withdrawn),
            of("reactivate", State::Waiting),
            of("update-email", State::Waiting),
        ];
        assert_eq!(town.planned(0).await, states);
        let next = town.claim_for_plan().await;
        assert_eq!(next.iter().map(|one| one.action.kind()).collect::<Vec<_>>(), ["reactivate"]);
    })
    .await;
}
