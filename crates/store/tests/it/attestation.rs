//! Reviews of what people have: whose they are, what becomes of an answer, and what a day's round does.

use std::collections::BTreeSet;

use domain::{
    GrantId, Status, danish_date,
    rights::{
        Granted, Scope, WantedScope,
        attestation::{
            AttestationRefusal, Campaign, CampaignFault, CampaignId, CampaignPlan, Covers, Item, Reviewer,
            Since,
        },
        request::Substitute,
    },
};
use jiff::civil::Date;
use store::{
    mail,
    rights::{
        attestation::{self, AttestationError, NewAnswer, Progress},
        catalogue, grant, policy, substitute,
    },
};
use testkit::for_each_engine;

use crate::{
    rights::{MOMS, POST, TELLING, UNIT, a_policy, held, key, listing, shows},
    town::{DAY, Town, change, look, record},
};

/// Person 0 leads person 1, who leads 2 and 3; all of them have the bundle, of which nobody is the owner.
async fn a_town(database: &testkit::Database) -> Town<'_> {
    let town = Town::of(database, 4).await;
    change!(town, tx => catalogue::take(tx, town.cvr(), &listing(&[(MOMS, "Moms")], &[UNIT])).await?);
    works(&town, &[0, 1, 2, 3], "Sosu").await;
    let policy = a_policy("Skolen");
    let saved = town
        .store
        .write(|tx| Box::pin(async { policy::save(tx, town.cvr(), 0, &policy, "Mette", "x").await }));
    saved.await.unwrap();
    town
}

async fn works(town: &Town<'_>, numbers: &[usize], title: &str) {
    let leads = [None, Some("U0"), Some("U1"), Some("U1")];
    let records = numbers.iter().map(|number| domain::SourceRecord {
        unit: Some("Skolen".to_owned()),
        title: (*number > 1).then(|| title.to_owned()),
        manager: leads[*number].map(str::to_owned),
        ..record(*number)
    });
    town.import(records.collect()).await;
}

fn in_days(town: &Town<'_>, days: i64) -> Date {
    danish_date(town.now()).saturating_add(jiff::Span::new().days(days))
}

fn a_plan(town: &Town<'_>) -> CampaignPlan {
    CampaignPlan {
        name: "Forår".to_owned(),
        covers: Covers::Units(BTreeSet::from(["Skolen".to_owned()])),
        due: in_days(town, 14),
        removal: in_days(town, 21),
        reminders: BTreeSet::from([3]),
        escalation: Some(5),
    }
}

async fn begin(town: &Town<'_>, plan: &CampaignPlan) -> Result<Campaign, AttestationError> {
    let telling = Some(TELLING);
    town.store
        .write(|tx| Box::pin(async { attestation::begin(tx, town.cvr(), plan, "Mette", telling).await }))
        .await
}

fn reviewer(town: &Town<'_>, number: usize) -> Reviewer {
    Reviewer {
        name: format!("u{number}"),
        identities: BTreeSet::from([town.people[number]]),
        rights_administrator: false,
    }
}

fn administrator() -> Reviewer {
    Reviewer { name: "Mette".to_owned(), identities: BTreeSet::new(), rights_administrator: true }
}

async fn answer(
    town: &Town<'_>,
    id: CampaignId,
    by: &Reviewer,
    said: &[(i64, bool)],
) -> Result<usize, AttestationError> {
    let answers: Vec<NewAnswer> = said
        .iter()
        .map(|(item, keep)| NewAnswer { item: *item, keep: *keep, why: "ikke mere".to_owned() })
        .collect();
    town.store
        .write(|tx| Box::pin(async { attestation::answer(tx, town.cvr(), id, by, &answers).await }))
        .await
}

async fn all(town: &Town<'_>, id: CampaignId) -> Vec<Item> {
    look!(town, tx => attestation::all(tx, id).await?)
}

async fn item_of(town: &Town<'_>, id: CampaignId, number: usize) -> Item {
    all(town, id).await.into_iter().find(|item| item.identity == town.people[number]).unwrap()
}

async fn letters(town: &Town<'_>) -> Vec<(String, String)> {
    let letters = look!(town, tx => mail::recent(tx, town.cvr(), 50, 0).await?);
    let mut told: Vec<_> = letters.into_iter().map(|one| (one.kind, one.to.as_str().to_owned())).collect();
    told.sort();
    told
}

fn told(kind: &str, number: usize) -> (String, String) {
    (kind.to_owned(), format!("u{number}@norreby.example"))
}

#[tokio::test]
async fn what_is_removed_goes_on_its_day_and_can_be_kept_after_all() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let before = look!(town, tx => attestation::preview(tx, town.cvr(), &a_plan(&town)).await).unwrap();
        let campaign = begin(&town, &a_plan(&town)).await.unwrap();
        assert_eq!(all(&town, campaign.id).await, before);
        assert_eq!(letters(&town).await, [told("attestation-begins", 0), told("attestation-begins", 1)]);
        let found =
            look!(town, tx => attestation::of_reviewer(tx, town.cvr(), campaign.id, &reviewer(&town, 1)).await?);
        let people: Vec<_> = found.iter().map(|item| item.identity).collect();
        assert_eq!(people, [town.people[2], town.people[3]]);
        assert!(
            found
                .iter()
                .all(|item| item.subject == Granted::Bundle(key("moms")) && item.since == Since::First)
        );
        let said = [(found[0].number, true), (found[1].number, false)];
        assert_eq!(answer(&town, campaign.id, &reviewer(&town, 1), &said).await.unwrap(), 2);
        assert_eq!(answer(&town, campaign.id, &reviewer(&town, 1), &said).await.unwrap(), 0, "said before");
        let grants = look!(town, tx => grant::open(tx, town.cvr()).await?);
        let [withdrawal] = &grants[&town.people[3]][..] else { panic!("{grants:?}") };
        assert!(withdrawal.withdraws() && withdrawal.from == Some(a_plan(&town).removal));
        assert_eq!(withdrawal.why, "Forår: ikke mere");
        let kept: Option<GrantId> = item_of(&town, campaign.id, 3).await.answer.unwrap().withdrawal;
        assert_eq!(kept, Some(withdrawal.id));
        let after_all = [(found[1].number, true)];
        assert_eq!(answer(&town, campaign.id, &reviewer(&town, 1), &after_all).await.unwrap(), 1);
        assert!(look!(town, tx => grant::open(tx, town.cvr()).await?).is_empty());
        assert_eq!(
            town.logged("attestation.").await,
            ["attestation.answered", "attestation.answered", "attestation.answered", "attestation.begun"]
        );
    })
    .await;
}

#[tokio::test]
async fn what_nobody_looks_after_is_listed_for_whoever_must_take_it_away() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        town.link(3, Status::Active).await;
        shows(&town, 3, &[held(POST, "cvr")]).await;
        let campaign = begin(&town, &a_plan(&town)).await.unwrap();
        let left_alone: Vec<Item> =
            all(&town, campaign.id).await.into_iter().filter(|item| !item.managed).collect();
        let [item] = &left_alone[..] else { panic!("{left_alone:?}") };
        assert_eq!(item.subject, Granted::Right { right: POST, scope: WantedScope::Of(Scope::Cvr) });
        let by_hand = async || look!(town, tx => attestation::removed_by_hand(tx, campaign.id).await?);
        answer(&town, campaign.id, &reviewer(&town, 1), &[(item.number, true)]).await.unwrap();
        assert!(by_hand().await.is_empty());
        answer(&town, campaign.id, &reviewer(&town, 1), &[(item.number, false)]).await.unwrap();
        assert_eq!(
            by_hand().await,
            [all(&town, campaign.id).await.into_iter().find(|one| one.number == item.number).unwrap()]
        );
        assert!(look!(town, tx => grant::open(tx, town.cvr()).await?).is_empty(), "no withdrawal reaches it");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_may_not_be_given_refuses_all_of_them() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let id = begin(&town, &a_plan(&town)).await.unwrap().id;
        let (own, clerk) = (item_of(&town, id, 1).await, item_of(&town, id, 2).await);
        let chief = item_of(&town, id, 0).await;
        // Whose link says nothing of who they are is known by name.
        let nameless = Reviewer { name: " U0".to_owned(), ..administrator() };
        let cases = [
            (reviewer(&town, 1), vec![(clerk.number, true), (own.number, true)], AttestationRefusal::Own),
            (reviewer(&town, 3), vec![(clerk.number, true)], AttestationRefusal::NotYours),
            (administrator(), vec![(clerk.number, true)], AttestationRefusal::NotYours),
            (reviewer(&town, 2), vec![(clerk.number, true)], AttestationRefusal::Own),
            (reviewer(&town, 0), vec![(chief.number, true)], AttestationRefusal::Own),
            (nameless, vec![(chief.number, true)], AttestationRefusal::Own),
        ];
        for (by, said, refusal) in cases {
            let refused = answer(&town, id, &by, &said).await.unwrap_err();
            assert!(matches!(refused, AttestationError::Refused { why, .. } if why == refusal), "{refused}");
        }
        let unknown = answer(&town, id, &reviewer(&town, 1), &[(99, true)]).await.unwrap_err();
        assert!(matches!(unknown, AttestationError::NoSuchItem(99)));
        let nowhere = answer(&town, CampaignId(9), &reviewer(&town, 1), &[(1, true)]).await.unwrap_err();
        assert!(matches!(nowhere, AttestationError::NoSuchCampaign(9)));
        let no_reason = [NewAnswer { item: clerk.number, keep: false, why: " ".to_owned() }];
        let by = reviewer(&town, 1);
        let refused = town
            .store
            .write(|tx| Box::pin(async { attestation::answer(tx, town.cvr(), id, &by, &no_reason).await }))
            .await
            .unwrap_err();
        assert!(matches!(refused, AttestationError::Refused { why: AttestationRefusal::NoReason, .. }));
        assert!(all(&town, id).await.iter().all(|item| item.answer.is_none()));
        assert_eq!(
            answer(&town, id, &administrator(), &[(chief.number, true)]).await.unwrap(),
            1,
            "nobody leads them"
        );
    })
    .await;
}

#[tokio::test]
async fn who_stands_in_answers_on_those_days() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let id = begin(&town, &a_plan(&town)).await.unwrap().id;
        let clerk = item_of(&town, id, 2).await;
        let away = Substitute {
            absent: "U1".to_owned(),
            stands_in: "u3".to_owned(),
            from: in_days(&town, 1),
            until: in_days(&town, 1),
        };
        change!(town, tx => substitute::set(tx, town.cvr(), &away, "u1").await?);
        let stands_in = reviewer(&town, 3);
        let waits = async || look!(town, tx => attestation::open_for(tx, town.cvr(), &stands_in).await?);
        answer(&town, id, &stands_in, &[(clerk.number, true)]).await.unwrap_err();
        assert!(waits().await.is_empty());
        town.wait(DAY);
        assert_eq!(
            waits().await.iter().map(|(_, people)| *people).collect::<Vec<_>>(),
            [1],
            "not themselves"
        );
        assert_eq!(answer(&town, id, &stands_in, &[(clerk.number, true)]).await.unwrap(), 1);
        town.wait(DAY);
        assert!(waits().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_days_round_reminds_moves_up_and_leaves_out_who_left() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let id = begin(&town, &a_plan(&town)).await.unwrap().id;
        let attend = async || change!(town, tx => attestation::attend(tx, town.cvr(), Some(TELLING)).await?);
        assert_eq!(attend().await, attestation::Attended::default());
        town.wait(DAY * 11);
        assert_eq!(attend().await.letters, 2);
        assert_eq!(attend().await.letters, 0, "once");
        town.wait(DAY * 8);
        let moved = attend().await;
        assert_eq!((moved.moved, moved.letters), (3, 1), "the chief has no mail box as an administrator");
        assert_eq!(item_of(&town, id, 2).await.reviewer, Some(town.people[0]));
        assert_eq!(item_of(&town, id, 1).await.reviewer, None, "nobody leads the chief");
        assert!(letters(&town).await.contains(&told("attestation-escalated", 0)));
        assert_eq!(attend().await.moved, 0);
        works(&town, &[0, 1, 2], "Sosu").await;
        assert_eq!(attend().await.moved, 0);
        assert!(item_of(&town, id, 3).await.departed);
        answer(&town, id, &reviewer(&town, 0), &[(item_of(&town, id, 3).await.number, true)])
            .await
            .unwrap_err();
        works(&town, &[0, 1, 2, 3], "Sosu").await;
        attend().await;
        assert!(!item_of(&town, id, 3).await.departed, "back again");
        works(&town, &[0, 1, 2], "Sosu").await;
        attend().await;
        let progress = look!(town, tx => attestation::progress(tx, id).await?);
        let whole = attestation::total(&progress);
        assert_eq!(whole, Progress { people: 4, items: 4, kept: 0, removed: 0, departed: 1 });
    })
    .await;
}

#[tokio::test]
async fn the_second_review_knows_what_is_new_since_the_first() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let id = begin(&town, &a_plan(&town)).await.unwrap().id;
        let (two, three) = (item_of(&town, id, 2).await, item_of(&town, id, 3).await);
        let said = [(two.number, true), (three.number, true)];
        answer(&town, id, &reviewer(&town, 1), &said).await.unwrap();
        let today = danish_date(town.now());
        let closed = change!(town, tx => attestation::close(tx, town.cvr(), id, "Mette").await?).unwrap();
        assert_eq!((closed.kept, closed.left()), (2, 2));
        assert_eq!(change!(town, tx => attestation::close(tx, town.cvr(), id, "Mette").await?), None);
        let late = answer(&town, id, &reviewer(&town, 1), &[(two.number, false)]).await.unwrap_err();
        assert!(matches!(late, AttestationError::Refused { why: AttestationRefusal::Closed, .. }));
        let closed = look!(town, tx => attestation::one(tx, town.cvr(), id).await?).unwrap();
        assert_eq!(closed.closed.unwrap().by, "Mette");
        works(&town, &[0, 1, 2], "Leder").await;
        works(&town, &[0, 1, 2, 3], "Sosu").await;
        let records = [0, 1, 2, 3].map(|number| domain::SourceRecord {
            unit: Some("Skolen".to_owned()),
            title: (number > 1).then(|| if number == 3 { "Leder" } else { "Sosu" }.to_owned()),
            manager: [None, Some("U0"), Some("U1"), Some("U1")][number].map(str::to_owned),
            ..record(number)
        });
        town.import(records.into()).await;
        let next =
            begin(&town, &CampaignPlan { name: "Efterår".to_owned(), ..a_plan(&town) }).await.unwrap().id;
        assert_eq!(item_of(&town, next, 2).await.since, Since::Unchanged { on: today, by: "u1".to_owned() });
        let moved = Since::Moved { unit: Some("Skolen".to_owned()), title: Some("Sosu".to_owned()) };
        assert_eq!(item_of(&town, next, 3).await.since, moved);
        assert_eq!(item_of(&town, next, 1).await.since, Since::New);
        let recent = look!(town, tx => attestation::recent(tx, town.cvr(), 10, 0).await?);
        assert_eq!(recent.iter().map(|one| one.plan.name.as_str()).collect::<Vec<_>>(), ["Efterår", "Forår"]);
        assert_eq!(look!(town, tx => attestation::count(tx, town.cvr()).await?), 2);
        assert_eq!(look!(town, tx => attestation::open(tx, town.cvr()).await?).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_handed_over_but_nobody_gets_their_own() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let id = begin(&town, &a_plan(&town)).await.unwrap().id;
        let hand_over = async |from: usize, to: Option<usize>| {
            let parties = (Some(town.people[from]), to.map(|to| town.people[to]));
            let by = administrator();
            change!(town, tx => attestation::hand_over(tx, town.cvr(), id, parties, &by).await)
        };
        assert_eq!(hand_over(1, Some(3)).await.unwrap(), 1, "not what they have themselves");
        assert_eq!(item_of(&town, id, 3).await.reviewer, Some(town.people[1]));
        let item = item_of(&town, id, 2).await;
        assert_eq!(answer(&town, id, &reviewer(&town, 3), &[(item.number, true)]).await.unwrap(), 1);
        assert_eq!(hand_over(3, Some(0)).await.unwrap(), 0, "it is answered");
        assert_eq!(hand_over(1, None).await.unwrap(), 1);
        let own = item_of(&town, id, 3).await;
        assert_eq!(answer(&town, id, &administrator(), &[(own.number, true)]).await.unwrap(), 1);
        let logged = town.logged("attestation.handed-over").await;
        assert_eq!(logged.len(), 2);
        let by = Reviewer { rights_administrator: true, ..reviewer(&town, 1) };
        let parties = (Some(town.people[0]), Some(town.people[3]));
        let own = change!(town, tx => attestation::hand_over(tx, town.cvr(), id, parties, &by).await);
        assert_eq!(own.unwrap(), 0, "nobody chooses who reviews them");
    })
    .await;
}

#[tokio::test]
async fn a_review_of_nothing_does_not_begin() {
    for_each_engine(async |database| {
        let town = a_town(database).await;
        let unknown =
            CampaignPlan { covers: Covers::Units(BTreeSet::from(["Havnen".to_owned()])), ..a_plan(&town) };
        let Err(AttestationError::Faults(faults)) = begin(&town, &unknown).await else { panic!("it began") };
        assert_eq!(faults, [CampaignFault::UnknownUnit("Havnen".to_owned())]);
        let mut without = a_policy("Skolen");
        without.rules.clear();
        let saved = town
            .store
            .write(|tx| Box::pin(async { policy::save(tx, town.cvr(), 1, &without, "Mette", "x").await }));
        saved.await.unwrap();
        let Err(AttestationError::Faults(faults)) = begin(&town, &a_plan(&town)).await else {
            panic!("it began")
        };
        assert_eq!(faults, [CampaignFault::Nothing]);
        let looked = look!(town, tx => attestation::preview(tx, town.cvr(), &a_plan(&town)).await);
        assert!(
            matches!(looked, Err(AttestationError::Faults(faults)) if faults == [CampaignFault::Nothing])
        );
        assert_eq!(look!(town, tx => attestation::recent(tx, town.cvr(), 10, 0).await?), []);
        assert_eq!(letters(&town).await, []);
    })
    .await;
}
