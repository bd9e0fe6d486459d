//! Jobs: asked for by the console, taken one at a time and in their order.

use domain::{Parts, Told};
use store::job::{self, JobRecord, JobState, Stage, Step, Wish};
use testkit::for_each_engine;

use crate::town::{MINUTE, Town, change, look};

impl Town<'_> {
    async fn ask(&self, wish: &Wish) -> i64 {
        change!(self, tx => job::ask(tx, self.cvr(), wish, "Mette").await?)
    }

    async fn take_job(&self) -> Option<JobRecord> {
        change!(self, tx => job::take(tx, self.cvr()).await?)
    }

    async fn under_way(&self) -> Option<i64> {
        look!(self, tx => job::under_way(tx, self.cvr()).await?).map(|job| job.id)
    }

    async fn job(&self, id: i64) -> JobRecord {
        look!(self, tx => job::one(tx, id).await?).unwrap()
    }
}

fn approval() -> Wish {
    Wish::Approve { plan: 7, digest: "abc".to_owned(), why: "seen".to_owned() }
}

#[tokio::test]
async fn jobs_are_done_in_their_order_and_the_next_one_waits() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let (first, second) = (town.ask(&approval()).await, town.ask(&Wish::FullRead).await);
        assert!(first < second);
        let asked = town.job(first).await;
        assert_eq!((asked.state, &asked.wish, asked.started_at), (JobState::Waiting, &approval(), None));
        assert_eq!((asked.created_by.as_str(), asked.created_at), ("Mette", town.now()));
        town.wait(MINUTE);
        assert_eq!(town.take_job().await.unwrap().id, first);
        assert_eq!(town.job(first).await.started_at, Some(town.now()));
        assert_eq!(town.take_job().await.unwrap().id, first, "a program that was killed begins it again");
        assert_eq!(town.job(first).await.step, None);
        let step = Step { stage: Stage::ReadingMitIdErhverv, done: 3, total: 10 };
        change!(town, tx => job::note_progress(tx, first, step).await?);
        assert_eq!(town.job(first).await.step, Some(step));
        assert_eq!(town.under_way().await, Some(first));
        assert_eq!(town.take_job().await.unwrap().id, first);
        assert_eq!(town.job(first).await.step, None, "it begins from the beginning");
        change!(town, tx => job::finish(tx, first, Ok("3 sent")).await?);
        let done = town.job(first).await;
        assert_eq!((done.state, done.outcome.as_deref()), (JobState::Done, Some("3 sent")));
        assert_eq!(done.finished_at, Some(town.now()));
        assert_eq!(town.under_way().await, None);
        assert_eq!(town.take_job().await.unwrap().id, second);
        assert_eq!(town.logged("job.asked").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_failed_says_why_and_is_not_taken_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let id = town.ask(&Wish::TestConnection).await;
        town.take_job().await;
        let parts = vec![Parts::new("csv-empty-file")];
        let why = Told { words: "nothing answers".to_owned(), parts: parts.clone() };
        change!(town, tx => job::finish(tx, id, Err(&why)).await?);
        let failed = town.job(id).await;
        assert_eq!(failed.fault_parts, parts);
        assert_eq!((failed.state, failed.outcome.as_deref()), (JobState::Failed, Some("nothing answers")));
        assert_eq!(town.take_job().await, None);
        let quiet = town.ask(&Wish::Settle).await;
        change!(town, tx => job::finish(tx, quiet, Ok("")).await?);
        assert_eq!(town.job(quiet).await.outcome, None);
    })
    .await;
}

#[tokio::test]
async fn the_newest_jobs_are_listed_first_for_their_organisation_only() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let mut ids = Vec::new();
        for wish in [Wish::Apply, Wish::ReadSources, Wish::NextDay] {
            ids.push(town.ask(&wish).await);
        }
        let recent = look!(town, tx => job::recent(tx, town.cvr(), 2).await?);
        assert_eq!(recent.iter().map(|one| one.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
        let other = crate::town::organisation("90999999").cvr;
        assert!(look!(town, tx => job::recent(tx, &other, 2).await?).is_empty());
        assert_eq!(change!(town, tx => job::take(tx, &other).await?), None);
        assert_eq!(look!(town, tx => job::one(tx, 9_999).await?), None);
    })
    .await;
}
