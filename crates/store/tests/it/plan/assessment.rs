//! What the planner says besides its operations: drift, questions, who is in step, what was given up.

use std::collections::BTreeSet;

use domain::{About, Assessment, Drift, Field, Question};
use store::view::person::{self, PersonView};
use store::{outbox, plan, question};
use testkit::for_each_engine;

use super::parked;
use crate::town::{DAY, Town, change, look, update};

impl Town<'_> {
    async fn note(&self, assessment: &Assessment) {
        change!(self, tx => plan::note_assessment(tx, self.cvr(), assessment).await?);
    }

    async fn view(&self, number: usize) -> PersonView {
        let id = self.people[number];
        look!(self, tx => person::one(tx, self.cvr(), id).await?).unwrap()
    }

    fn drift(&self, number: usize, field: Field) -> Drift {
        Drift { identity: self.people[number], field, ours: "a".to_owned(), theirs: "b".to_owned() }
    }
}

#[tokio::test]
async fn drift_keeps_the_day_it_was_found_until_it_is_gone() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let first = town.now();
        let of = |fields: &[Field]| Assessment {
            drift: fields.iter().map(|field| town.drift(0, *field)).collect(),
            ..Assessment::default()
        };
        let found = async || -> Vec<_> {
            town.view(0).await.drift.into_iter().map(|one| (one.field, one.found_at)).collect()
        };
        town.note(&of(&[Field::Email])).await;
        town.wait(DAY);
        town.note(&of(&[Field::Email, Field::Surname])).await;
        assert_eq!(found().await, [(Field::Email, first), (Field::Surname, town.now())]);
        town.note(&of(&[Field::Surname])).await;
        assert_eq!(found().await, [(Field::Surname, town.now())]);
        town.note(&Assessment::default()).await;
        assert_eq!(found().await, []);
    })
    .await;
}

#[tokio::test]
async fn everybody_who_is_not_out_of_step_is_in_step() {
    for_each_engine(async |database| {
        let town = Town::of(database, 250).await;
        let out = BTreeSet::from([town.people[3], town.people[240]]);
        town.note(&Assessment { out_of_step: out, ..Assessment::default() }).await;
        let in_step = async |number| town.view(number).await.identity.in_step;
        assert_eq!((in_step(3).await, in_step(240).await, in_step(4).await), (false, false, true));
        let out = BTreeSet::from([town.people[4]]);
        town.note(&Assessment { out_of_step: out, ..Assessment::default() }).await;
        assert_eq!((in_step(3).await, in_step(240).await, in_step(4).await), (true, true, false));
    })
    .await;
}

#[tokio::test]
async fn the_questions_of_the_planner_are_put_with_it() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let asked =
            Question { identity: Some(town.people[0]), label: "u0".to_owned(), about: About::SuspendedThere };
        let raised = BTreeSet::from([asked.key()]);
        town.note(&Assessment { questions: vec![asked.clone()], raised, ..Assessment::default() }).await;
        assert_eq!(town.view(0).await.questions[0].question, asked);
        town.note(&Assessment::default()).await;
        assert!(look!(town, tx => question::open(tx, None).await?).is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_was_given_up_is_forgotten_when_it_is_no_longer_wanted() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.plan(&[town.operation(0, update(0))]).await;
        let one = town.claim_for_plan().await.remove(0);
        change!(town, tx => {
            outbox::settle(tx, &town.organisation, &one, &parked(false)).await?;
            outbox::give_up(tx, one.id, "Mette", "not needed").await?;
        });
        let given_up = async || town.view(0).await.identity.subject.given_up;
        let still = vec![(town.people[0], update(0))];
        town.note(&Assessment { given_up: still, ..Assessment::default() }).await;
        assert_eq!(given_up().await, [update(0)]);
        let other = vec![(town.people[0], update(1))];
        town.note(&Assessment { given_up: other, ..Assessment::default() }).await;
        assert_eq!(given_up().await, []);
    })
    .await;
}
