//! Identities: what is wanted of them, what they are called by, and holds put on them by hand.

use domain::{Cpr, Field, Fields, Hold, IdentityId, Presence, Status, UserName};
use store::identity::{self, IdentityRecord};
use store::observed;
use testkit::for_each_engine;
use uuid::Uuid;

use crate::town::{DAY, MINUTE, Town, change, detail, email, look, record, uuid};

impl Town<'_> {
    async fn person(&self, number: usize) -> IdentityRecord {
        let id = self.people[number];
        look!(self, tx => identity::one(tx, id).await?).unwrap()
    }

    async fn found(&self, user: &str) -> Vec<IdentityId> {
        look!(self, tx => identity::find(tx, Some(self.cvr()), user).await?)
    }
}

#[tokio::test]
async fn an_identity_is_what_its_source_says() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let known = town.person(0).await;
        assert_eq!((&known.cvr, known.in_step, known.changed_at), (town.cvr(), false, town.now()));
        let subject = known.subject;
        assert_eq!(subject.desired.cpr, record(0).cpr, "what was sealed comes back");
        assert_eq!(subject.desired.email, record(0).email);
        assert_eq!(subject.desired.presence, Presence::Employed);
        assert_eq!((subject.link, subject.observed, subject.hold), (None, None, None));
        assert!(subject.written.is_empty() && subject.given_up.is_empty());
        let nobody = IdentityId(Uuid::nil());
        assert_eq!(look!(town, tx => identity::one(tx, nobody).await?), None);
    })
    .await;
}

#[tokio::test]
async fn the_planner_gets_everybody_of_its_organisation_with_all_that_is_known() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        town.link(1, Status::Active).await;
        let subjects = look!(town, tx => identity::subjects(tx, town.cvr()).await?);
        let mut ids = town.people.clone();
        ids.sort();
        assert_eq!(subjects.iter().map(|one| one.desired.identity).collect::<Vec<_>>(), ids);
        let linked = subjects.iter().find(|one| one.link.is_some()).unwrap();
        assert_eq!(linked.desired.identity, town.people[1]);
        assert_eq!(linked.observed.as_ref().unwrap().status, Status::Active);
        assert_eq!(*linked, town.person(1).await.subject, "one alone is told the same of");
        let other = crate::town::organisation("90999999").cvr;
        assert!(look!(town, tx => identity::subjects(tx, &other).await?).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_person_is_what_they_are_in_one_organisation() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let person = town.person(1).await.subject.desired.person;
        let found = look!(town, tx => identity::of_person(tx, town.cvr(), person).await?);
        assert_eq!(found, [town.people[1]]);
        let other = crate::town::organisation("90999999").cvr;
        assert_eq!(look!(town, tx => identity::of_person(tx, &other, person).await?), []);
        let called =
            async |name: &str| look!(town, tx => identity::is_called(tx, town.people[1], name).await?);
        let full = town.person(1).await.subject.desired.full_name();
        assert!(called("U1").await && called(&full.to_uppercase()).await);
        assert!(!called("u0").await && !called("").await);

        // Another source brought the same human being as somebody else.
        let sql =
            "UPDATE identity SET cpr_hash = (SELECT cpr_hash FROM identity WHERE id = $1) WHERE id = $2";
        let ids = [town.people[1].0.into(), town.people[0].0.into()];
        change!(town, tx => tx.execute_one(sql, &ids).await?);
        let mut both = town.people.clone();
        both.sort();
        assert_eq!(look!(town, tx => identity::of_person(tx, town.cvr(), person).await?), both);
    })
    .await;
}

#[tokio::test]
async fn somebody_is_found_by_user_name_rid_and_both_uuids_whatever_the_case() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        let mut records: Vec<_> = (0..3).map(record).collect();
        records[0].user_name = UserName::parse("Åse.Holm").ok();
        records[1].rid = domain::Rid::parse("AB-12").ok();
        town.import(records).await;
        town.link(2, Status::Active).await;
        let rid = detail(2, None, Fields::from([(Field::Rid, "CD-34".to_owned())]));
        change!(town, tx => observed::take_detail(tx, town.cvr(), &rid).await?);
        for user in ["åse.holm", " ÅSE.HOLM ", town.people[0].to_string().as_str()] {
            assert_eq!(town.found(user).await, [town.people[0]], "{user}");
        }
        assert_eq!(town.found("ab-12").await, [town.people[1]]);
        let there = uuid(2).to_string().to_uppercase();
        for user in ["u2", there.as_str(), "CD-34", "cd-34"] {
            assert_eq!(town.found(user).await, [town.people[2]], "{user}");
        }
        for user in ["", "u", "cd-3", "%", "nobody"] {
            assert!(town.found(user).await.is_empty(), "{user}");
        }
        let other = crate::town::organisation("90999999").cvr;
        assert!(look!(town, tx => identity::find(tx, Some(&other), "u2").await?).is_empty());
        assert_eq!(look!(town, tx => identity::find(tx, None, "u2").await?).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_hold_stays_through_every_import_until_it_is_lifted() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let id = town.people[0];
        town.wait(MINUTE);
        let at = town.now();
        change!(town, tx => identity::hold(tx, town.cvr(), id, "Mette", "left in anger").await?);
        town.wait(DAY);
        let mut changed = record(0);
        changed.email = Some(email("elsewhere@norreby.example"));
        town.import(vec![changed]).await;
        let hold = Hold { by: "Mette".to_owned(), why: "left in anger".to_owned(), at };
        assert_eq!(town.person(0).await.subject.hold, Some(hold));
        change!(town, tx => identity::lift_hold(tx, town.cvr(), id, "Poul", "she is back").await?);
        let after = town.person(0).await;
        assert_eq!((after.subject.hold, after.changed_at), (None, town.now()));
        let logged = ["identity.reactivated-by-hand", "identity.suspended-by-hand"];
        assert_eq!(town.logged("identity.").await, logged);
    })
    .await;
}

#[tokio::test]
async fn an_import_keeps_link_and_what_was_written() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        town.link(0, Status::Active).await;
        town.wait(MINUTE);
        let mut changed = record(0);
        changed.email = Some(email("elsewhere@norreby.example"));
        town.import(vec![changed]).await;
        let subject = town.person(0).await.subject;
        assert_eq!(subject.link, Some(uuid(0)));
        assert_eq!(subject.desired.email, Some(email("elsewhere@norreby.example")));
    })
    .await;
}

#[tokio::test]
async fn a_cpr_number_is_found_by_a_hash_that_only_these_keys_make() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let cpr = record(1).cpr.unwrap();
        let found = look!(town, tx => store::view::people::with_cpr(tx, town.cvr(), &cpr).await?);
        assert_eq!(found, [town.people[1]]);
        let other = Cpr::parse("6101801234").unwrap();
        let hashes =
            look!(town, tx => [identity::cpr_hash(tx, &cpr), identity::cpr_hash(tx, &cpr), identity::cpr_hash(tx, &other)]);
        assert_eq!(hashes[0], hashes[1]);
        assert_ne!(hashes[0], hashes[2]);
        assert!(!hashes[0].windows(6).any(|part| part == b"610180"));
    })
    .await;
}
