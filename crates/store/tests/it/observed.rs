//! What MitID Erhverv was seen to say: searches, own reads, and what follows from what they leave out.

use std::collections::HashSet;

use domain::guard::Shrunk;
use domain::{Authenticator, Cpr, Field, Fields, Observed, RemoteUuid, Sight, Status};
use store::observed::{self, Searched, Summary};
use store::{identity, organisation};
use testkit::for_each_engine;

use crate::town::{DAY, MINUTE, Town, change, detail, look, uuid};

impl Town<'_> {
    /// A search shows these; details older than a day are due again.
    async fn search(&self, summaries: &[Summary]) -> Searched {
        let stale = self.now() - DAY;
        change!(self, tx => observed::take_search(tx, self.cvr(), summaries, stale, 10.0).await?)
    }

    async fn seen(&self, number: usize) -> Observed {
        look!(self, tx => observed::one(tx, self.cvr(), uuid(number)).await?).unwrap()
    }

    async fn read(&self, number: usize, status: Option<Status>, fields: Fields) {
        let detail = detail(number, status, fields);
        change!(self, tx => observed::take_detail(tx, self.cvr(), &detail).await?);
    }
}

fn summary(number: usize, status: Status) -> Summary {
    Summary { uuid: uuid(number), status, fields: named("Åse"), cpr: None }
}

fn named(name: &str) -> Fields {
    Fields::from([(Field::GivenName, name.to_owned())])
}

fn active(numbers: std::ops::Range<usize>) -> Vec<Summary> {
    numbers.map(|number| summary(number, Status::Active)).collect()
}

fn uuids(numbers: &[usize]) -> Vec<RemoteUuid> {
    numbers.iter().map(|number| uuid(*number)).collect()
}

#[tokio::test]
async fn a_search_asks_for_the_details_of_what_is_new_changed_or_stale() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        assert_eq!(town.search(&active(0..3)).await.to_read, uuids(&[0, 1, 2]), "new");
        assert_eq!(town.search(&active(0..3)).await.to_read, uuids(&[0, 1, 2]), "never read");
        for number in 0..3 {
            town.read(number, None, Fields::new()).await;
        }
        assert_eq!(town.search(&active(0..3)).await, Searched::default(), "all known");
        let mut changed = active(0..3);
        changed[1].status = Status::Suspended;
        changed[2].fields = named("Bo");
        assert_eq!(town.search(&changed).await.to_read, uuids(&[1, 2]));
        assert_eq!(town.seen(1).await.status, Status::Suspended);
        town.wait(DAY + MINUTE);
        assert_eq!(town.search(&changed).await.to_read, uuids(&[0, 1, 2]), "too old");
        assert_eq!(town.seen(0).await.seen_at, town.now());
    })
    .await;
}

#[tokio::test]
async fn what_a_search_leaves_out_is_not_seen_until_it_is_shown_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        town.search(&active(0..3)).await;
        let first = town.now();
        town.wait(MINUTE);
        assert_eq!(town.search(&active(0..1)).await.missing, uuids(&[1, 2]));
        let left_out = town.seen(1).await;
        assert_eq!((left_out.sight, left_out.seen_at), (Sight::NotSeen, first), "it is as last seen");
        assert_eq!(left_out.status, Status::Active);
        assert_eq!(town.search(&active(0..1)).await.missing, uuids(&[1, 2]), "asked for until it is known");
        town.search(&active(0..2)).await;
        assert_eq!(town.seen(1).await.sight, Sight::Seen);
    })
    .await;
}

#[tokio::test]
async fn only_a_404_on_its_own_read_makes_an_identity_gone() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        town.search(&active(0..2)).await;
        town.wait(MINUTE);
        for _ in 0..2 {
            change!(town, tx => observed::note_gone(tx, town.cvr(), uuid(1)).await?);
        }
        assert_eq!(town.seen(1).await.sight, Sight::Gone);
        assert_eq!(town.logged("observed.gone").await.len(), 1, "it is told once");
        assert!(town.search(&active(0..1)).await.missing.is_empty(), "it is not asked for again");
        assert_eq!(town.seen(1).await.sight, Sight::Gone);
        town.search(&active(0..2)).await;
        assert_eq!(town.seen(1).await.sight, Sight::Seen, "unless a search shows it after all");
        change!(town, tx => observed::note_gone(tx, town.cvr(), uuid(7)).await?);
        assert_eq!(look!(town, tx => observed::one(tx, town.cvr(), uuid(7)).await?), None);
    })
    .await;
}

#[tokio::test]
async fn a_search_takes_nothing_away_that_only_an_own_read_knows() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let cpr = Cpr::parse("6101800001").unwrap();
        let key = Authenticator { uuid: None, kind: "MitID".to_owned(), status: None, id: None };
        let mut whole = detail(0, Some(Status::Active), Fields::from([(Field::Rid, "57398115".to_owned())]));
        whole.cpr = Some(cpr);
        whole.administrator_roles = vec!["Brugeradministrator".to_owned()];
        whole.authenticators = Some(vec![key.clone()]);
        change!(town, tx => observed::take_detail(tx, town.cvr(), &whole).await?);
        town.search(&active(0..1)).await;
        let seen = town.seen(0).await;
        assert_eq!((seen.cpr, seen.field(Field::Rid)), (Some(cpr), Some("57398115")));
        assert_eq!(seen.field(Field::GivenName), Some("Åse"));
        assert_eq!((seen.authenticators, seen.administrator_roles.len()), (vec![key], 1));
        assert_eq!(seen.detailed_at, Some(town.now()));
    })
    .await;
}

#[tokio::test]
async fn a_read_that_leaves_something_out_keeps_what_was_known() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let mut whole = detail(0, Some(Status::Active), named("Åse"));
        whole.cpr = Some(Cpr::parse("6101800001").unwrap());
        whole.authenticators = Some(vec![]);
        change!(town, tx => observed::take_detail(tx, town.cvr(), &whole).await?);
        town.wait(MINUTE);
        town.read(0, None, Fields::from([(Field::Surname, "Holm".to_owned())])).await;
        let seen = town.seen(0).await;
        assert_eq!((&seen.status, seen.cpr), (&Status::Active, whole.cpr));
        assert_eq!((seen.field(Field::GivenName), seen.field(Field::Surname)), (Some("Åse"), Some("Holm")));
        town.read(1, None, Fields::new()).await;
        assert_eq!(town.seen(1).await.status, Status::Other(String::new()), "never told");
    })
    .await;
}

#[tokio::test]
async fn a_search_that_says_what_it_said_before_a_contrary_read_is_news() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        town.search(&active(0..1)).await;
        town.read(0, None, Fields::new()).await;
        town.read(0, Some(Status::Suspended), Fields::new()).await;
        assert_eq!(town.search(&active(0..1)).await.to_read, uuids(&[0]));
        assert_eq!(town.seen(0).await.status, Status::Active);
    })
    .await;
}

#[tokio::test]
async fn a_much_shorter_search_is_not_believed_until_somebody_says_so() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let shrunk = async || look!(town, tx => observed::shrunk(tx, town.cvr()).await?);
        town.search(&active(0..20)).await;
        town.search(&active(0..18)).await;
        assert_eq!(shrunk().await, None, "a tenth is no more than is allowed");
        town.search(&active(0..16)).await;
        let short = |now| Some(Shrunk { source: None, before: 18, now });
        assert_eq!(shrunk().await, short(16));
        town.search(&active(0..12)).await;
        assert_eq!(shrunk().await, short(12), "compared with the last good one");
        change!(town, tx => observed::believe(tx, town.cvr()).await?);
        assert_eq!(shrunk().await, None);
        town.search(&active(0..12)).await;
        assert_eq!(shrunk().await, None);
        town.search(&active(0..2)).await;
        town.search(&active(0..12)).await;
        assert_eq!(shrunk().await, None, "a whole answer puts it right by itself");
    })
    .await;
}

#[tokio::test]
async fn details_that_are_due_begin_with_those_never_read() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let stale = async |age| {
            let before = town.now() - age;
            look!(town, tx => observed::stale(tx, town.cvr(), before).await?)
        };
        town.search(&active(1..4)).await;
        town.read(3, None, Fields::new()).await;
        town.wait(MINUTE);
        town.read(2, None, Fields::new()).await;
        town.wait(MINUTE);
        assert_eq!(stale(DAY).await, uuids(&[1]));
        assert_eq!(stale(jiff::SignedDuration::ZERO).await, uuids(&[1, 3, 2]), "then the oldest");
        change!(town, tx => observed::note_gone(tx, town.cvr(), uuid(1)).await?);
        assert!(stale(DAY).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_is_held_and_has_not_activated_is_looked_at_again_and_again() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Pending).await;
        let stale = async || {
            let before = town.now() - DAY;
            look!(town, tx => observed::stale(tx, town.cvr(), before).await?)
        };
        town.wait(MINUTE);
        assert!(stale().await.is_empty());
        let id = town.people[0];
        change!(town, tx => identity::hold(tx, town.cvr(), id, "Mette", "left in anger").await?);
        assert_eq!(stale().await, uuids(&[0]));
        town.read(0, Some(Status::Pending), Fields::new()).await;
        assert!(stale().await.is_empty(), "not twice within half a minute");
    })
    .await;
}

#[tokio::test]
async fn those_linked_to_nobody_are_listed_but_for_gone_ones() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        town.search(&active(0..4)).await;
        change!(town, tx => observed::note_gone(tx, town.cvr(), uuid(2)).await?);
        let unlinked = look!(town, tx => observed::unlinked(tx, town.cvr()).await?);
        assert_eq!(unlinked.iter().map(|one| one.uuid).collect::<Vec<_>>(), uuids(&[1, 3]));
    })
    .await;
}

#[tokio::test]
async fn what_was_there_before_or_is_linked_cannot_come_of_a_creation() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.search(&active(1..2)).await;
        town.wait(MINUTE);
        let sent_at = town.now();
        town.link(0, Status::Active).await;
        town.search(&active(1..3)).await;
        let known = look!(town, tx => observed::known_before(tx, town.cvr(), sent_at).await?);
        assert_eq!(known, HashSet::from([uuid(0), uuid(1)]));
    })
    .await;
}

#[tokio::test]
async fn a_full_read_is_noted_with_its_time() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let full_read =
            async || look!(town, tx => organisation::one(tx, town.cvr()).await?).unwrap().full_read_at;
        assert_eq!(full_read().await, None);
        change!(town, tx => observed::note_full_read(tx, town.cvr()).await?);
        assert_eq!(full_read().await, Some(town.now()));
    })
    .await;
}
