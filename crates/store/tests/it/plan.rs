//! Plans as they are kept, and what gets from them into the outbox.

mod assessment;
mod queue;
mod waves;

use domain::guard::{self, Circumstances, Judgement, Origin, Rule};
use domain::{Action, Operation, Told};
use store::outbox::{self, State, Which};
use store::plan::{self, Coverage, NewPlan, PlanRecord, PlanState};
use testkit::for_each_engine;

use crate::town::{MINUTE, SECOND, Town, change, create, look, update, uuid};

impl Town<'_> {
    async fn plan_now(&self, record: &PlanRecord) -> PlanRecord {
        look!(self, tx => plan::one(tx, record.id).await?).unwrap()
    }

    /// How many operations can be sent now; they are then on their way.
    async fn send(&self) -> usize {
        self.claim_for_plan().await.len()
    }

    async fn claim_for_plan(&self) -> Vec<outbox::Claimed> {
        change!(self, tx => outbox::claim(tx, self.cvr(), "node", Which::All, 1_000, MINUTE).await?)
    }

    /// Sends whatever can be sent and settles it.
    async fn carry_out_all(&self, outcome: &outbox::Outcome) -> usize {
        let claimed = self.claim_for_plan().await;
        for one in &claimed {
            change!(self, tx => outbox::settle(tx, &self.organisation, one, outcome).await?);
        }
        claimed.len()
    }

    /// Kind and state of all that was ever planned for a person, the oldest first.
    async fn planned(&self, number: usize) -> Vec<(String, State)> {
        let id = self.people[number];
        let all = look!(self, tx => outbox::of_identity(tx, id, 100).await?);
        all.into_iter().rev().map(|one| (one.kind, one.state)).collect()
    }

    /// What the guard says before anybody approved first contact.
    fn judge_first_contact(&self, operations: &[Operation]) -> Judgement {
        let circumstances = Circumstances {
            organisation: &self.organisation,
            origin: Origin::Timer,
            first_contact_approved: false,
            people: 1_000,
            administrators: std::collections::HashMap::default(),
            shrunk: Vec::new(),
            rights: std::collections::HashMap::new(),
            catalogue: &domain::rights::Catalogue::new(),
        };
        guard::judge(operations, &circumstances)
    }
}

const DONE: outbox::Outcome = outbox::Outcome::Done { created: None, detail: None };

fn parked(uncertain: bool) -> outbox::Outcome {
    outbox::Outcome::Parked { why: Told::in_english("it answered 400"), raw: "no".to_owned(), uncertain }
}

#[tokio::test]
async fn a_plan_is_kept_as_it_was_made_and_read_in_parts() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let operations: Vec<Operation> = (0..1_101)
            .map(|number| town.operation(0, update(number)))
            .chain([town.operation(0, create(0, "u0@norreby.example"))])
            .collect();
        let judgement = town.judge(&operations);
        let new = NewPlan {
            origin: Origin::Person("Mette".to_owned()),
            observed_at: Some(town.now() - MINUTE),
            cost_dkk: 20,
            operations: &operations,
            judgement: &judgement,
        };
        let record = change!(town, tx => plan::save(tx, town.cvr(), &new).await?);
        assert_eq!(look!(town, tx => plan::one(tx, record.id).await?).as_ref(), Some(&record));
        assert_eq!(
            record.counts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect::<Vec<_>>(),
            [("create", 1), ("update-email", 1_101)]
        );
        assert_eq!((record.state, record.operation_count, record.cost_dkk), (PlanState::Open, 1_102, 20));
        assert_eq!((record.made_at, record.observed_at), (town.now(), Some(town.now() - MINUTE)));
        let part =
            async |first, limit| look!(town, tx => plan::operations(tx, record.id, first, limit).await?);
        assert_eq!(part(0, 3).await, operations[..3]);
        assert_eq!(part(498, 4).await, operations[498..502], "across two parts");
        assert_eq!(part(1_100, 50).await, operations[1_100..]);
        assert!(part(5_000, 5).await.is_empty());
        assert_eq!(look!(town, tx => plan::operations(tx, record.id, 0, usize::MAX).await?), operations);
        assert_eq!(town.logged("plan.").await, ["plan.made"]);
    })
    .await;
}

#[tokio::test]
async fn plans_are_listed_newest_first_for_their_organisation_only() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let mut made = Vec::new();
        for number in 0..3 {
            made.push(town.plan(&[town.operation(0, update(number))]).await.id);
        }
        let recent = async |limit, offset| {
            let plans = look!(town, tx => plan::recent(tx, town.cvr(), limit, offset).await?);
            plans.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(recent(9, 0).await, [made[2], made[1], made[0]]);
        assert_eq!(recent(1, 1).await, [made[1]]);
        let other = crate::town::organisation("90999999").cvr;
        assert!(look!(town, tx => plan::recent(tx, &other, 9, 0).await?).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_new_plan_puts_an_open_one_aside_and_lets_a_running_one_go_on() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let wanted = [town.operation(0, update(0))];
        let running = town.plan(&wanted).await;
        let held = [town.operation(1, update(1))];
        let open = town.save(&held, &town.judge_first_contact(&held)).await;
        assert_eq!((running.state, open.state), (PlanState::Running, PlanState::Open));
        town.plan(&wanted).await;
        assert_eq!(town.plan_now(&running).await.state, PlanState::Running);
        assert_eq!(town.plan_now(&open).await.state, PlanState::Superseded);
    })
    .await;
}

#[tokio::test]
async fn a_plan_of_which_nothing_is_left_to_do_is_done_but_not_while_something_is_held() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        assert_eq!(town.plan(&[]).await.state, PlanState::Done);
        let operations = [town.operation(0, update(0))];
        let judgement = town.judge_first_contact(&operations);
        town.wait(SECOND);
        let record = town.save(&operations, &judgement).await;
        let queued = town.enqueue(&record, &operations, &judgement, town.now(), Coverage::Identity).await;
        assert_eq!((queued, town.plan_now(&record).await.state), (0, PlanState::Open));
    })
    .await;
}

#[tokio::test]
async fn only_what_the_guard_passed_is_queued_until_somebody_approves_the_rest() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let delete = Action::Delete(uuid(1));
        let mut deletion = town.operation(1, delete);
        deletion.reason = domain::Reason::Ordered { by: "Mette".to_owned(), why: "a mistake".to_owned() };
        let operations = [town.operation(0, update(0)), deletion];
        let judgement = town.judge(&operations);
        assert_eq!(judgement.held[0].rule, Rule::EarlyDeletion);
        town.wait(SECOND);
        let record = town.save(&operations, &judgement).await;
        assert_eq!(record.held, judgement.held);
        assert_eq!(town.enqueue(&record, &operations, &judgement, town.now(), Coverage::Identity).await, 1);
        assert_eq!(town.planned(1).await, []);

        let approved =
            guard::approve(&judgement, &town.organisation, &record.origin, "Poul", "seen").unwrap();
        let approval = Judgement { passed: judgement.passed.clone().join(approved), held: Vec::new() };
        change!(town, tx => plan::note_approval(tx, &record, "Poul", "seen").await?);
        assert_eq!(town.enqueue(&record, &operations, &approval, town.now(), Coverage::Identity).await, 1);
        assert_eq!(town.planned(1).await, [("delete".to_owned(), State::Waiting)]);
        let approved = town.plan_now(&record).await.approved;
        assert_eq!(approved, Some(("Poul".to_owned(), "seen".to_owned(), town.now())));
        assert_eq!(town.logged("plan.approved").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_is_named_by_its_content() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let digest = async |operations: &[Operation]| {
            town.save(operations, &town.judge_first_contact(operations)).await.held_digest
        };
        let (first, second) = (town.operation(0, update(0)), town.operation(1, update(1)));
        let both = digest(&[first.clone(), second.clone()]).await;
        assert_eq!(digest(&[second.clone(), first.clone()]).await, both, "whatever its order and number");
        assert_ne!(digest(std::slice::from_ref(&first)).await, both);
        assert_ne!(digest(&[first, town.operation(1, update(7))]).await, both);
    })
    .await;
}

#[tokio::test]
async fn stopping_and_resuming_a_plan_are_logged_with_who_did_it() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let record = town.plan(&[town.operation(0, update(0))]).await;
        change!(town, tx => plan::stop(tx, &record, Some("wait"), "Mette").await?);
        assert_eq!(town.plan_now(&record).await.stopped.as_deref(), Some("wait"));
        assert_eq!(town.send().await, 0);
        change!(town, tx => plan::stop(tx, &record, None, "Mette").await?);
        assert_eq!(town.plan_now(&record).await.stopped, None);
        assert_eq!(town.send().await, 1);
        assert_eq!(town.logged("plan.").await[2..], ["plan.resumed", "plan.stopped"]);
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_is_not_there_is_none() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        assert_eq!(look!(town, tx => plan::one(tx, domain::PlanId(7)).await?), None);
        assert!(look!(town, tx => plan::operations(tx, domain::PlanId(7), 0, 9).await?).is_empty());
    })
    .await;
}
