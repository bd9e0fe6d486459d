//! Decisions about users that no source knows.

use domain::{Field, Fields, Operation, RemoteUuid, Status};
use serde_json::json;
use store::outbox::{self, Outcome, Which};
use store::view::{overview, unmanaged as view};
use store::{observed, source, unmanaged};
use testkit::for_each_engine;

use crate::town::{MINUTE, SECOND, Town, change, detail, look, uuid};

/// Somebody whom only MitID Erhverv knows.
const STRANGER: usize = 900;

async fn with_stranger(town: &Town<'_>, fields: Fields) {
    let detail = detail(STRANGER, Some(Status::Active), fields);
    change!(town, tx => observed::take_detail(tx, town.cvr(), &detail).await?);
}

fn rid() -> Fields {
    Fields::from([(Field::Rid, "77777777".to_owned()), (Field::GivenName, "Poul".to_owned())])
}

async fn ask_suspension(town: &Town<'_>) {
    let to = uuid(STRANGER);
    town.wait(SECOND);
    change!(town, tx => unmanaged::ask_suspension(tx, town.cvr(), to, "Mette", "ukendt").await?);
}

async fn undecided(town: &Town<'_>) -> i64 {
    look!(town, tx => overview::counts(tx, town.cvr()).await?).unmanaged
}

async fn to_suspend(town: &Town<'_>) -> Vec<RemoteUuid> {
    look!(town, tx => unmanaged::to_suspend(tx, town.cvr()).await?).into_keys().collect()
}

async fn row(town: &Town<'_>) -> Option<view::UnmanagedRow> {
    look!(town, tx => view::one(tx, town.cvr(), uuid(STRANGER)).await?)
}

fn suspension() -> Operation {
    let written = json!({
        "identity": null, "label": "Poul", "action": { "suspend": uuid(STRANGER) }, "fields": ["status"],
        "before": { "status": "Active" },
        "reason": { "unmanaged": { "by": "Mette", "why": "ukendt" } },
    });
    serde_json::from_value(written).unwrap()
}

#[tokio::test]
async fn the_newest_decision_counts_and_each_is_logged() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        with_stranger(&town, rid()).await;
        assert_eq!((undecided(&town).await, to_suspend(&town).await), (1, vec![]));
        ask_suspension(&town).await;
        assert_eq!((undecided(&town).await, to_suspend(&town).await), (0, vec![uuid(STRANGER)]));
        let order = look!(town, tx => unmanaged::to_suspend(tx, town.cvr()).await?);
        assert_eq!(
            (order[&uuid(STRANGER)].by.as_str(), order[&uuid(STRANGER)].why.as_str()),
            ("Mette", "ukendt")
        );
        let to = uuid(STRANGER);
        town.wait(SECOND);
        change!(town, tx => unmanaged::leave_alone(tx, town.cvr(), to, "Bo", "konsulent").await?);
        let left = row(&town).await.unwrap();
        assert_eq!(left.left_alone, Some(("Bo".to_owned(), "konsulent".to_owned())));
        assert_eq!((left.to_suspend, to_suspend(&town).await), (None, vec![]));
        ask_suspension(&town).await;
        assert_eq!(row(&town).await.unwrap().left_alone, None);
        assert_eq!(town.logged("unmanaged.to-suspend").await.len(), 2);
        assert_eq!(town.logged("unmanaged.left-alone").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_suspension_that_was_carried_out_is_not_asked_for_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        with_stranger(&town, rid()).await;
        ask_suspension(&town).await;
        town.plan(&[suspension()]).await;
        let claimed = change!(town, tx =>
            outbox::claim(tx, town.cvr(), "me", Which::Suspensions, 5, MINUTE).await?);
        assert_eq!(claimed.len(), 1, "it is a suspension and waits for no wave");
        let done = Outcome::Done { created: None, detail: None };
        change!(town, tx => outbox::settle(tx, &town.organisation, &claimed[0], &done).await?);
        let suspended = row(&town).await.unwrap();
        assert_eq!(suspended.status, "Suspended");
        assert_eq!(suspended.to_suspend.unwrap().done_at, Some(town.now()));
        assert_eq!((undecided(&town).await, to_suspend(&town).await), (0, vec![]));
        // Somebody lifts it in MitID Erhverv: nobody has decided about that yet.
        town.wait(SECOND);
        with_stranger(&town, rid()).await;
        assert_eq!((undecided(&town).await, to_suspend(&town).await), (1, vec![]));
    })
    .await;
}

#[tokio::test]
async fn giving_the_suspension_up_takes_the_decision_back() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        with_stranger(&town, rid()).await;
        ask_suspension(&town).await;
        let plan = town.plan(&[suspension()]).await;
        let id = domain::OperationId { plan: plan.id, number: 1 };
        assert!(change!(town, tx => outbox::give_up(tx, id, "Bo", "vi beholder den").await?));
        assert_eq!((undecided(&town).await, to_suspend(&town).await), (1, vec![]));
    })
    .await;
}

#[tokio::test]
async fn who_is_adopted_becomes_a_person_by_hand_and_no_order_is_left() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let by_hand = domain::SourceName::by_hand();
        let none = std::collections::BTreeMap::new();
        change!(town, tx => source::register(tx, town.cvr(), &by_hand, "by-hand", &none).await?);
        with_stranger(&town, rid()).await;
        ask_suspension(&town).await;
        let to = uuid(STRANGER);
        assert!(
            change!(town, tx => unmanaged::adopt(tx, &town.organisation, to, "Bo", "ansat i dag").await?)
        );
        assert_eq!(to_suspend(&town).await, []);
        let sql = "SELECT COUNT(*) AS n FROM identity WHERE rid = '77777777'";
        assert_eq!(look!(town, tx => tx.row(sql, &[]).await?).unwrap().int("n").unwrap(), 1);
        assert_eq!(town.logged("unmanaged.adopted").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn without_a_rid_nobody_is_adopted_and_the_decision_stands() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        with_stranger(&town, Fields::new()).await;
        ask_suspension(&town).await;
        for number in [STRANGER, STRANGER + 1] {
            let to = uuid(number);
            assert!(!change!(town, tx => unmanaged::adopt(tx, &town.organisation, to, "Bo", "ansat").await?));
        }
        assert_eq!(to_suspend(&town).await, [uuid(STRANGER)]);
    })
    .await;
}
