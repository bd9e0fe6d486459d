//! Waves: a large or first plan goes ten, a hundred, the rest, and stops where too much of it fails.

use domain::guard::{self, Judgement};
use domain::{Action, Operation};
use store::outbox::{self, Outcome};
use store::plan::{self, Coverage, PlanRecord, PlanState};
use testkit::for_each_engine;

use super::{DONE, parked};
use crate::town::{SECOND, Town, change, look, update, uuid};

impl Town<'_> {
    async fn advance(&self) -> bool {
        change!(self, tx => plan::advance_waves(tx, self.cvr()).await?)
    }

    async fn wave(&self, plan: &PlanRecord) -> (i64, i64, PlanState) {
        let now = self.plan_now(plan).await;
        (now.wave, now.waves, now.state)
    }

    /// One operation for each person, which is more than goes at once.
    async fn large_plan(&self) -> PlanRecord {
        let all: Vec<Operation> =
            (0..self.people.len()).map(|number| self.operation(number, update(number))).collect();
        self.plan(&all).await
    }
}

#[tokio::test]
async fn a_large_plan_goes_in_three_waves() {
    for_each_engine(async |database| {
        let town = Town::of(database, 130).await;
        let plan = town.large_plan().await;
        assert_eq!(town.wave(&plan).await, (1, 3, PlanState::Running));
        for (wave, expected) in [(1, 10), (2, 100), (3, 20)] {
            assert!(!town.advance().await, "not before what was sent is through");
            assert_eq!(town.carry_out_all(&DONE).await, expected);
            assert_eq!(town.send().await, 0, "the next wave waits");
            assert_eq!(town.wave(&plan).await.0, wave);
            assert!(town.advance().await);
        }
        assert_eq!(town.wave(&plan).await, (3, 3, PlanState::Done));
        assert!(!town.advance().await);
    })
    .await;
}

#[tokio::test]
async fn a_small_plan_goes_at_once() {
    for_each_engine(async |database| {
        let town = Town::of(database, 12).await;
        let plan = town.large_plan().await;
        assert_eq!(town.wave(&plan).await, (1, 1, PlanState::Running));
        assert_eq!(town.carry_out_all(&DONE).await, 12);
        assert!(town.advance().await);
        assert_eq!(town.wave(&plan).await.2, PlanState::Done);
    })
    .await;
}

#[tokio::test]
async fn first_contact_goes_in_waves_however_small_it_is() {
    for_each_engine(async |database| {
        let town = Town::of(database, 12).await;
        let all: Vec<Operation> = (0..12).map(|number| town.operation(number, update(number))).collect();
        let judgement = town.judge_first_contact(&all);
        town.wait(SECOND);
        let record = town.save(&all, &judgement).await;
        let passed = guard::approve(&judgement, &town.organisation, &record.origin, "Poul", "seen").unwrap();
        let approved = Judgement { passed, held: Vec::new() };
        town.enqueue(&record, &all, &approved, town.now(), Coverage::Identity).await;
        assert_eq!(town.wave(&record).await, (1, 2, PlanState::Running));
        assert_eq!(town.send().await, 10);
    })
    .await;
}

#[tokio::test]
async fn suspensions_wait_for_no_wave_and_what_belongs_together_goes_together() {
    for_each_engine(async |database| {
        let mut town = Town::of(database, 12).await;
        town.organisation.settings.wave_limit = 5;
        let mut all: Vec<Operation> = (0..11).map(|number| town.operation(number, update(number))).collect();
        all.push(town.operation(0, Action::SetSigning(uuid(0), true)));
        all.push(town.operation(11, Action::Suspend(uuid(11))));
        town.plan(&all).await;
        let kinds = |out: &[outbox::Claimed]| -> Vec<&'static str> {
            out.iter().map(|one| one.action.kind()).collect()
        };
        let first = town.claim_for_plan().await;
        assert_eq!((first.len(), kinds(&first)[0]), (11, "suspend"));
        for one in &first {
            change!(town, tx => outbox::settle(tx, &town.organisation, one, &DONE).await?);
        }
        assert!(!town.advance().await, "the first person is not through");
        assert_eq!(kinds(&town.claim_for_plan().await), ["set-signing"]);
    })
    .await;
}

#[tokio::test]
async fn a_wave_in_which_too_much_is_parked_stops_the_next() {
    for_each_engine(async |database| {
        let town = Town::of(database, 130).await;
        let plan = town.large_plan().await;
        let out = town.claim_for_plan().await;
        for (number, one) in out.iter().enumerate() {
            let outcome = if number < 2 { parked(false) } else { DONE };
            change!(town, tx => outbox::settle(tx, &town.organisation, one, &outcome).await?);
        }
        assert!(town.advance().await);
        let stopped = town.plan_now(&plan).await;
        assert_eq!(stopped.stopped.as_deref(), Some("2 of 10 in wave 1 are parked"));
        assert_eq!((town.send().await, town.advance().await), (0, false));
        town.plan_of_one(&[town.operation(120, Action::Suspend(uuid(120)))]).await;
        assert_eq!(town.send().await, 1, "a suspension goes all the same");
        change!(town, tx => plan::stop(tx, &stopped, None, "Mette").await?);
        let open = look!(town, tx => outbox::open(tx, town.cvr(), 9, 0).await?);
        for one in open.iter().filter(|one| one.wave == 1 && one.id.plan == plan.id) {
            change!(town, tx => outbox::give_up(tx, one.id, "Mette", "not needed").await?);
        }
        assert!(town.advance().await);
        assert_eq!(town.wave(&plan).await.0, 2);
        assert_eq!(town.logged("plan.stopped").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_parked_operation_or_a_small_part_stops_nothing() {
    for_each_engine(async |database| {
        let town = Town::of(database, 130).await;
        let plan = town.large_plan().await;
        // One of ten in the first wave is one; two of a hundred in the second are two per cent.
        for (wave, size, fail) in [(1, 10, 1), (2, 100, 2)] {
            let out = town.claim_for_plan().await;
            assert_eq!(out.len(), size);
            for (number, one) in out.iter().enumerate() {
                let outcome: Outcome = if number < fail { parked(false) } else { DONE };
                change!(town, tx => outbox::settle(tx, &town.organisation, one, &outcome).await?);
            }
            assert!(town.advance().await);
            assert_eq!(town.wave(&plan).await, (wave + 1, 3, PlanState::Running));
        }
        town.carry_out_all(&DONE).await;
        assert!(!town.advance().await, "three are parked, so the plan is not through");
        assert_eq!(town.wave(&plan).await.2, PlanState::Running);
    })
    .await;
}
