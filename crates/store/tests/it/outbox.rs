//! The outbox: what goes out when, how it is settled, and what people may do about it.

mod settling;
mod waiting;

use domain::{Action, Operation, Parts, Told};
use jiff::SignedDuration;
use store::outbox::{self, Claimed, OperationRecord, Outcome, State, Which};
use testkit::for_each_engine;

use crate::town::{MINUTE, SECOND, Town, change, look, update, uuid};

impl Town<'_> {
    async fn claim(&self) -> Vec<Claimed> {
        self.claim_as("node", Which::All, 100).await
    }

    async fn claim_as(&self, worker: &str, which: Which, limit: i64) -> Vec<Claimed> {
        change!(self, tx => outbox::claim(tx, self.cvr(), worker, which, limit, MINUTE).await?)
    }

    /// Claims the only operation that can be sent now.
    async fn claim_one(&self) -> Claimed {
        let mut claimed = self.claim().await;
        assert_eq!(claimed.len(), 1, "{claimed:?}");
        claimed.remove(0)
    }

    async fn settle(&self, one: &Claimed, outcome: &Outcome) {
        change!(self, tx => outbox::settle(tx, &self.organisation, one, outcome).await?);
    }

    async fn operation_of(&self, one: &Claimed) -> OperationRecord {
        look!(self, tx => outbox::one(tx, one.id).await?).unwrap()
    }

    async fn state_of(&self, one: &Claimed) -> State {
        self.operation_of(one).await.state
    }

    /// Kind and state of everything that was ever planned for one person, the oldest first.
    async fn story(&self, number: usize) -> Vec<(String, State)> {
        let id = self.people[number];
        let all = look!(self, tx => outbox::of_identity(tx, id, 100).await?);
        all.into_iter().rev().map(|one| (one.kind, one.state)).collect()
    }
}

/// Who is out, and with what.
fn kinds(claimed: &[Claimed]) -> Vec<&str> {
    claimed.iter().map(|one| one.action.kind()).collect()
}

fn signing(town: &Town<'_>, number: usize) -> Operation {
    town.operation(number, Action::SetSigning(uuid(number), true))
}

fn suspension(town: &Town<'_>, number: usize) -> Operation {
    town.operation(number, Action::Suspend(uuid(number)))
}

const DONE: Outcome = Outcome::Done { created: None, detail: None };

fn retry(town: &Town<'_>, after: SignedDuration) -> Outcome {
    Outcome::Retry {
        why: Told::in_english("it answered 503"),
        raw: "busy".to_owned(),
        again_at: town.now() + after,
    }
}

fn unknown(town: &Town<'_>, after: SignedDuration) -> Outcome {
    let (why, raw) = (Told::in_english("no answer came"), String::new());
    Outcome::Unknown { why, raw, again_at: town.now() + after }
}

fn parked(uncertain: bool) -> Outcome {
    Outcome::Parked { why: Told::in_english("it answered 400"), raw: "no".to_owned(), uncertain }
}

#[tokio::test]
async fn operations_go_out_in_the_order_of_their_plan_and_one_of_each_person_at_a_time() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), signing(&town, 0), town.operation(1, update(1))]).await;
        let first = town.claim().await;
        assert_eq!(kinds(&first), ["update-email", "update-email"]);
        assert_eq!((first[0].identity, first[1].identity), (Some(town.people[0]), Some(town.people[1])));
        assert!(!first[0].uncertain && first[0].attempts == 0 && first[0].sent_at.is_none());
        assert_eq!(first[0].action, update(0), "what was sealed comes back whole");
        assert!(town.claim().await.is_empty());
        town.settle(&first[0], &DONE).await;
        assert_eq!(kinds(&town.claim().await), ["set-signing"]);
        let sent = town.operation_of(&first[1]).await;
        assert_eq!((sent.state, sent.attempts, sent.sent_at), (State::Running, 1, Some(town.now())));
    })
    .await;
}

#[tokio::test]
async fn no_more_go_out_than_were_asked_for_and_suspensions_are_among_the_first() {
    for_each_engine(async |database| {
        let town = Town::of(database, 4).await;
        let updates = (0..3).map(|number| town.operation(number, update(number)));
        town.plan(&updates.chain([suspension(&town, 3)]).collect::<Vec<_>>()).await;
        assert_eq!(kinds(&town.claim_as("one", Which::All, 2).await), ["suspend", "update-email"]);
        assert_eq!(kinds(&town.claim_as("two", Which::All, 1).await), ["update-email"]);
        assert!(town.claim_as("three", Which::Suspensions, 10).await.is_empty());
        assert_eq!(town.claim_as("three", Which::All, 10).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_suspension_passes_everything_of_its_person_that_is_not_under_way() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let (change, stop) = (town.operation(0, update(0)), suspension(&town, 0));
        town.plan(std::slice::from_ref(&change)).await;
        let under_way = town.claim_one().await;
        town.plan(&[change, signing(&town, 0), stop]).await;
        assert!(town.claim_as("two", Which::Suspensions, 9).await.is_empty(), "two calls would race");
        town.settle(&under_way, &parked(false)).await;
        let stopped = town.claim_as("two", Which::Suspensions, 9).await;
        assert_eq!(kinds(&stopped), ["suspend"]);
        assert!(town.claim().await.is_empty(), "the rest waits behind it");
        town.settle(&stopped[0], &unknown(&town, SignedDuration::ZERO)).await;
        assert_eq!(kinds(&town.claim().await), ["suspend"], "nothing passes a suspension that is not done");
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_hold_the_same_operation() {
    for_each_engine(async |database| {
        let town = Town::of(database, 20).await;
        let all: Vec<Operation> = (0..20).map(|number| town.operation(number, update(number))).collect();
        town.plan(&all).await;
        let workers = ["a", "b", "c", "d"].map(|worker| town.claim_as(worker, Which::All, 5));
        let mut ids: Vec<_> =
            futures::future::join_all(workers).await.into_iter().flatten().map(|one| one.id).collect();
        // A worker that passed over what others were claiming comes again.
        ids.extend(town.claim().await.into_iter().map(|one| one.id));
        ids.sort();
        let before = ids.len();
        ids.dedup();
        assert_eq!((before, ids.len()), (20, 20));
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_leaves_an_unknown_effect_and_its_holder_may_not_settle() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let (lost, sent_at) = (town.claim_one().await, town.now());
        town.wait(MINUTE);
        assert!(town.claim().await.is_empty(), "it is held until the end of its last moment");
        town.wait(SECOND);
        let found = town.claim_as("other", Which::All, 9).await.remove(0);
        assert!(found.uncertain);
        assert_eq!((found.id, found.attempts, found.sent_at), (lost.id, 1, Some(sent_at)));

        for outcome in [DONE, retry(&town, SECOND), parked(false), Outcome::Gone] {
            town.settle(&lost, &outcome).await;
            assert_eq!(town.state_of(&lost).await, State::Running, "{outcome:?}");
        }
        assert!(!change!(town, tx => outbox::note_sending(tx, &lost).await?));
        assert!(town.logged("operation.").await.is_empty());
        town.settle(&found, &DONE).await;
        assert_eq!(town.state_of(&found).await, State::Done);
        town.settle(&found, &parked(false)).await;
        assert_eq!(town.state_of(&found).await, State::Done, "settled once is settled");
    })
    .await;
}

#[tokio::test]
async fn the_same_worker_that_claimed_again_has_lost_its_first_lease_too() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let first = town.claim_one().await;
        town.wait(MINUTE + SECOND);
        let second = town.claim_one().await;
        town.settle(&first, &DONE).await;
        assert_eq!(town.state_of(&first).await, State::Running);
        town.settle(&second, &DONE).await;
        assert_eq!(town.state_of(&first).await, State::Done);
    })
    .await;
}

#[tokio::test]
async fn a_program_that_starts_alone_takes_back_what_a_killed_one_held() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        let dead = town.claim_as("dead", Which::All, 1).await;
        assert_eq!(change!(town, tx => outbox::take_back(tx).await?), 1);
        let record = town.operation_of(&dead[0]).await;
        assert_eq!(record.state, State::Unknown);
        assert_eq!(
            record.outcome.as_ref().map(|told| told.words.as_str()),
            Some("the program stopped while this was being sent")
        );
        assert_eq!(
            record.outcome.unwrap().parts,
            [Parts::new("outcome-program-stopped")],
            "and so in Danish"
        );
        let again = town.claim().await;
        assert_eq!(again.iter().map(|one| one.uncertain).collect::<Vec<_>>(), [true, false]);
    })
    .await;
}

#[tokio::test]
async fn what_one_dead_program_held_is_taken_back_and_nothing_else() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.plan(&[town.operation(0, update(0)), town.operation(1, update(1))]).await;
        let dead = town.claim_as("dead", Which::All, 1).await;
        let alive = town.claim_as("alive", Which::All, 1).await;
        assert_eq!(change!(town, tx => outbox::take_back_from(tx, "dead").await?), 1);
        assert_eq!(town.state_of(&dead[0]).await, State::Unknown);
        town.settle(&alive[0], &DONE).await;
        assert_eq!(town.state_of(&alive[0]).await, State::Done);
    })
    .await;
}

#[tokio::test]
async fn each_organisation_has_its_own_queue() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let other = crate::town::organisation("90999999").cvr;
        let claimed = change!(town, tx => outbox::claim(tx, &other, "node", Which::All, 9, MINUTE).await?);
        assert!(claimed.is_empty());
        assert_eq!(
            look!(town, tx => outbox::next_worth_waiting_for(tx, &other, Which::All, i64::MAX).await?),
            None
        );
        assert_eq!(change!(town, tx => outbox::try_all_now(tx, &other).await?), 0);
    })
    .await;
}
