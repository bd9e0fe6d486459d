//! A plan read part by part, with what stood in MitID Erhverv when it was made; and a plan that somebody rejected.

use domain::guard::{Judgement, Origin};
use domain::{Action, Field, Fields, Operation};
use serde_json::json;
use store::identity;
use store::plan::{self, NewPlan, PlanRecord, PlanState};
use testkit::for_each_engine;

use crate::town::{SECOND, Town, change, look, uuid};

const MANY: usize = 1_234;

/// Mostly changes; every hundredth is a suspension.
fn many() -> Vec<Operation> {
    (0..MANY).map(|number| if number % 100 == 7 { suspension(number) } else { change_of(number) }).collect()
}

fn suspension(number: usize) -> Operation {
    operation(
        number,
        &json!({ "suspend": uuid(number) }),
        &json!({ "left": {
        "on": format!("2026-11-{:02}", number % 28 + 1), "source": "ad", "how": "missing" } }),
    )
}

fn change_of(number: usize) -> Operation {
    operation(
        number,
        &json!({ "update-email": [uuid(number), format!("new{number}@norreby.example")] }),
        &json!({ "changed": { "source": "ad" } }),
    )
}

fn operation(number: usize, action: &serde_json::Value, reason: &serde_json::Value) -> Operation {
    let written = json!({
        "identity": null, "label": format!("u{number}"), "action": action, "fields": ["email"],
        "before": { "email": format!("old{number}@norreby.example") }, "reason": reason,
    });
    serde_json::from_value(written).unwrap()
}

/// Saves a plan a second later without sending anything.
async fn save(
    town: &Town<'_>,
    operations: &[Operation],
    judgement: &Judgement,
    origin: Origin,
) -> PlanRecord {
    town.wait(SECOND);
    let new = NewPlan { origin, observed_at: None, cost_dkk: 0, operations, judgement };
    change!(town, tx => plan::save(tx, town.cvr(), &new).await?)
}

async fn held(town: &Town<'_>, count: usize, origin: Origin) -> PlanRecord {
    let operations: Vec<Operation> = (0..count).map(suspension).collect();
    let circumstances = domain::guard::Circumstances {
        organisation: &town.organisation,
        origin: origin.clone(),
        first_contact_approved: true,
        people: count,
        administrators: std::collections::HashMap::new(),
        shrunk: Vec::new(),
        rights: std::collections::HashMap::new(),
        catalogue: &domain::rights::Catalogue::new(),
    };
    let judgement = domain::guard::judge(&operations, &circumstances);
    save(town, &operations, &judgement, origin).await
}

#[tokio::test]
async fn any_part_of_a_long_plan_is_read_by_itself_with_its_places() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let all = many();
        let record = save(&town, &all, &town.judge(&all), Origin::Timer).await;
        for (first, limit) in [(0, 100), (99, 2), (250, 1), (1_150, 1_000), (MANY, 10), (0, MANY), (5_000, 1)]
        {
            let read = look!(town, tx => plan::operations(tx, record.id, first, limit).await?);
            let expected: Vec<Operation> = all.iter().skip(first).take(limit).cloned().collect();
            assert_eq!(read, expected, "{limit} from {first}");
        }
        let places: Vec<usize> = (0..MANY).filter(|number| number % 100 == 7).collect();
        for (skipped, limit) in [(0, 5), (5, 5), (12, 5), (13, 5), (0, 100), (0, 0)] {
            let read = look!(town, tx =>
                plan::operations_of_kind(tx, record.id, "suspend", skipped, limit).await?);
            assert!(read.iter().all(|(place, operation)| all[*place] == *operation));
            let found: Vec<usize> = read.into_iter().map(|(place, _)| place).collect();
            let expected: Vec<usize> = places.iter().copied().skip(skipped).take(limit).collect();
            assert_eq!(found, expected, "{limit} after {skipped}");
        }
        let none = look!(town, tx => plan::operations_of_kind(tx, record.id, "create", 0, 10).await?);
        assert_eq!(none, []);
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_summed_up_by_kind_and_sort_of_reason() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let all = many();
        let record = save(&town, &all, &town.judge(&all), Origin::Timer).await;
        let summed: Vec<(&str, i64, i64)> =
            record.summary.iter().map(|group| (group.kind.as_str(), group.count, group.held)).collect();
        assert_eq!(summed, [("suspend", 13, 0), ("update-email", 1_221, 0)], "whatever day they left");
    })
    .await;
}

#[tokio::test]
async fn what_stood_there_before_is_kept_with_the_operation_and_sealed() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let all = [change_of(1)];
        let record = save(&town, &all, &town.judge(&all), Origin::Timer).await;
        let read = look!(town, tx => plan::operations(tx, record.id, 0, 1).await?);
        let before = Fields::from([(Field::Email, "old1@norreby.example".to_owned())]);
        assert_eq!((&read[0].before, read[0].action.kind()), (&before, "update-email"));
        assert!(matches!(read[0].action, Action::UpdateEmail(..)));
        let sql = "SELECT sealed_operations FROM plan_part";
        let row = look!(town, tx => tx.row(sql, &[]).await?).unwrap();
        let sealed = String::from_utf8_lossy(row.bytes("sealed_operations").unwrap()).into_owned();
        assert!(!sealed.contains("old1"));
    })
    .await;
}

#[tokio::test]
async fn a_rejection_counts_for_the_same_content_until_it_changes() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let first = held(&town, 3, Origin::Timer).await;
        assert!(first.waits_for_decision());
        change!(town, tx => plan::reject(tx, &first, "Mette", "de er her endnu").await?);
        let rejected = look!(town, tx => plan::one(tx, first.id).await?).unwrap();
        assert!(!rejected.waits_for_decision());
        assert_eq!(town.logged("plan.rejected").await.len(), 1);

        let same = held(&town, 3, Origin::Person("Bo".to_owned())).await;
        assert_eq!(same.rejected, rejected.rejected, "the same is not asked for again");
        held(&town, 1, Origin::Order("Bo".to_owned())).await;
        assert!(
            held(&town, 3, Origin::Timer).await.rejected.is_some(),
            "an order in between changes nothing"
        );

        assert!(held(&town, 4, Origin::Timer).await.waits_for_decision(), "something else is held");
        assert!(
            held(&town, 3, Origin::Timer).await.waits_for_decision(),
            "it changed, so somebody is asked anew"
        );
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_says_the_same_again_is_the_same_plan() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let first = held(&town, 3, Origin::Timer).await;
        let again = held(&town, 3, Origin::Timer).await;
        let later = PlanRecord { made_at: town.now(), ..first.clone() };
        assert_eq!(again, later, "made a second later");
        assert_eq!(town.logged("plan.made").await.len(), 1);

        held(&town, 1, Origin::Order("Bo".to_owned())).await;
        assert_eq!(look!(town, tx => plan::newest(tx, town.cvr()).await?), Some(later));
        assert_eq!(held(&town, 3, Origin::Timer).await.id, first.id, "an order puts no plan aside");

        let by_somebody = held(&town, 3, Origin::Person("Bo".to_owned())).await;
        assert_ne!(by_somebody.id, first.id, "who made it decides who may approve it");
        assert_ne!(held(&town, 4, Origin::Person("Bo".to_owned())).await.id, by_somebody.id);
        let more = held(&town, 4, Origin::Person("Bo".to_owned())).await;
        change!(town, tx => plan::note_approval(tx, &more, "Mette", "ja").await?);
        assert_ne!(
            held(&town, 4, Origin::Person("Bo".to_owned())).await.id,
            more.id,
            "one that was approved"
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_rejected_may_be_approved_after_all() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let record = held(&town, 3, Origin::Timer).await;
        change!(town, tx => plan::reject(tx, &record, "Mette", "nej").await?);
        change!(town, tx => plan::note_approval(tx, &record, "Bo", "jo").await?);
        let both = look!(town, tx => plan::one(tx, record.id).await?).unwrap();
        assert!(both.approved.is_some() && !both.waits_for_decision());
        assert_eq!(both.state, PlanState::Open);
        let next = held(&town, 3, Origin::Timer).await;
        assert!(next.waits_for_decision(), "an approval takes the rejection back");
    })
    .await;
}

#[tokio::test]
async fn names_are_looked_up_together() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        let names = look!(town, tx => identity::names(tx, &town.people[..2]).await?);
        assert_eq!(names.len(), 2);
        assert_eq!(names[&town.people[1]], "Person Number0001");
    })
    .await;
}
