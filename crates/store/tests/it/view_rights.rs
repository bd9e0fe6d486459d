//! What the pages about rights read.

use std::collections::{BTreeMap, BTreeSet};

use domain::rights::{Assignment, Holding, OtherHolding, Scope};
use domain::{PNumber, RemoteUuid, RightId, Status};
use store::rights::{catalogue, catalogue::Listing, holding};
use store::view::rights::{self, Held};
use testkit::for_each_engine;
use uuid::Uuid;

use crate::town::{DAY, Town, change, look, uuid};

const READ: RightId = RightId(Uuid::from_u128(71));
const PAY: RightId = RightId(Uuid::from_u128(72));

fn right(right: RightId, scope: Scope) -> Holding {
    Holding::Understood(Assignment { right, scope })
}

async fn listing(town: &Town<'_>, rights: &[(RightId, &str)]) {
    let rights = rights.iter().map(|(id, name)| (*id, ((*name).to_owned(), Some("Løn".to_owned()), None)));
    let listing = Listing { rights: rights.collect(), places: BTreeMap::new() };
    change!(town, tx => catalogue::take(tx, town.cvr(), &listing).await?);
}

async fn shown(town: &Town<'_>, who: RemoteUuid, holdings: &[Holding]) {
    let holdings: BTreeSet<Holding> = holdings.iter().cloned().collect();
    change!(town, tx => holding::take(tx, town.cvr(), who, &holdings).await?);
}

/// Two people hold rights, and a user that no source knows.
async fn town(database: &testkit::Database) -> Town<'_> {
    let town = Town::of(database, 3).await;
    listing(&town, &[(READ, "Ærespost 100 %"), (PAY, "Betaling")]).await;
    for number in 0..2 {
        town.link(number, Status::Active).await;
    }
    let unit = "UPDATE identity SET unit = 'Skole' WHERE id = $1";
    change!(town, tx => tx.execute_one(unit, &[town.people[1].0.into()]).await?);
    let place = Scope::ProductionUnit(PNumber::parse("1234567890").unwrap());
    let strange = OtherHolding { right: READ, kind: "Area".to_owned(), value: "north".to_owned() };
    shown(&town, uuid(0), &[right(READ, Scope::Cvr), right(READ, place), right(PAY, Scope::Cvr)]).await;
    town.wait(DAY);
    shown(&town, uuid(1), &[right(READ, Scope::Cvr), Holding::Other(strange)]).await;
    shown(&town, uuid(77), &[right(READ, Scope::Cvr)]).await;
    town
}

#[tokio::test]
async fn the_catalogue_is_searched_and_counts_people_and_not_scopes() {
    for_each_engine(async |database| {
        let town = town(database).await;
        let found = async |search: &str| {
            let rows = look!(town, tx => rights::catalogue(tx, town.cvr(), search, 10).await?);
            rows.into_iter().map(|row| (row.right.name, row.holders)).collect::<Vec<_>>()
        };
        let [pay, read] = [("Betaling", 1), ("Ærespost 100 %", 3)].map(|(name, n)| (name.to_owned(), n));
        assert_eq!(found("").await, [pay.clone(), read.clone()]);
        assert_eq!(found("aerespost").await, std::slice::from_ref(&read));
        assert_eq!(found("100 %").await, [read]);
        assert_eq!(found("LØN").await.len(), 2, "the description counts too");
        listing(&town, &[(READ, "Ærespost")]).await;
        let rows = look!(town, tx => rights::catalogue(tx, town.cvr(), "betal", 10).await?);
        assert!(rows[0].right.vanished_at.is_some() && rows[0].holders == 1, "it stays with its holders");
    })
    .await;
}

#[tokio::test]
async fn holders_are_those_of_a_moment_by_person_and_by_unit() {
    for_each_engine(async |database| {
        let town = town(database).await;
        let now = Held { right: Some(READ), at: town.now() };
        let rows = look!(town, tx => rights::holders(tx, town.cvr(), now, 0, 10).await?);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let [first, second] = ["Person Number0000", "Person Number0001"];
        assert_eq!(names, [first, first, second, second, ""], "a user that no source knows comes last");
        assert_eq!((rows[2].identity, rows[2].unit.as_deref()), (Some(town.people[1]), Some("Skole")));
        assert!(matches!(&rows[2].holding, Holding::Other(other) if other.kind == "Area"));
        assert_eq!(rows[0].user_name.as_deref(), Some("u0"));
        let part = look!(town, tx => rights::holders(tx, town.cvr(), now, 4, 10).await?);
        assert_eq!(part, rows[4..]);
        assert_eq!(look!(town, tx => rights::count_holders(tx, town.cvr(), now).await?), (5, 3));
        let units = look!(town, tx => rights::holders_by_unit(tx, town.cvr(), now, 10).await?);
        assert_eq!(units, [(None, 2), (Some("Skole".to_owned()), 1)]);

        let before = Held { at: town.now() - DAY, ..now };
        assert_eq!(look!(town, tx => rights::count_holders(tx, town.cvr(), before).await?), (2, 1));
        let all = Held { right: None, at: town.now() };
        assert_eq!(look!(town, tx => rights::count_holders(tx, town.cvr(), all).await?), (6, 3));
    })
    .await;
}

#[tokio::test]
async fn the_number_of_holders_is_counted_at_each_moment() {
    for_each_engine(async |database| {
        let town = town(database).await;
        shown(&town, uuid(0), &[right(PAY, Scope::Cvr)]).await;
        let moments = [town.now() - DAY - DAY, town.now() - DAY, town.now()];
        let counts = async |of: &[RightId]| {
            look!(town, tx => rights::holders_over_time(tx, town.cvr(), of, &moments).await?)
        };
        assert_eq!(counts(&[READ]).await, [0, 1, 2]);
        assert_eq!(counts(&[READ, PAY]).await, [0, 1, 3]);
        assert_eq!(counts(&[]).await, [0, 0, 0]);
        let first = look!(town, tx => rights::first_seen(tx, town.cvr()).await?);
        assert_eq!(first, Some(moments[1]));
    })
    .await;
}

#[tokio::test]
async fn drift_is_told_by_person() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let sql = "INSERT INTO drift (organisation, identity, field, ours, theirs, found_at)
                   VALUES ($1, $2, $3, 'Betaling', '–', $4)";
        for (number, field) in [(0, "email"), (0, "rights"), (1, "rights")] {
            let values = [
                town.cvr().to_string().into(),
                town.people[number].0.into(),
                field.into(),
                town.now().into(),
            ];
            change!(town, tx => tx.execute_one(sql, &values).await?);
        }
        let rows = look!(town, tx => rights::drift(tx, town.cvr(), 10).await?);
        assert_eq!(rows.iter().map(|row| row.identity).collect::<Vec<_>>(), town.people);
        assert_eq!((rows[0].ours.as_str(), rows[0].theirs.as_str()), ("Betaling", "–"));
        assert_eq!(look!(town, tx => rights::drift(tx, town.cvr(), 1).await?).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn administrators_are_told_with_the_roles_that_a_new_identity_lacks() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        for number in 0..3 {
            town.link(number, Status::Active).await;
        }
        let roles = "UPDATE observed SET administrator_roles = $2 WHERE uuid = $1";
        let set = async |who: RemoteUuid, text: &str| {
            change!(town, tx => tx.execute_one(roles, &[who.0.into(), text.into()]).await?);
        };
        set(uuid(0), "[\"RightsAdministrator\",\"Other\"]").await;
        set(uuid(1), "[\"IdentityAdministrator\"]").await;
        let have = look!(town, tx => rights::administrators(tx, town.cvr(), 10).await?);
        assert_eq!(have.len(), 2);
        assert_eq!((have[0].identity, have[0].roles.len()), (Some(town.people[0]), 2));
        assert_eq!(look!(town, tx => rights::to_recreate(tx, town.cvr(), 10).await?), []);

        // Person 0 got a new user in MitID Erhverv with one of the two roles; that of person 1 is gone.
        let gone = "UPDATE observed SET sight = 'gone' WHERE uuid IN ($1, $2)";
        change!(town, tx => tx.execute(gone, &[uuid(0).0.into(), uuid(1).0.into()]).await?);
        let same =
            "UPDATE observed SET cpr_hash = (SELECT cpr_hash FROM identity WHERE id = $2) WHERE uuid = $1";
        change!(town, tx => tx.execute_one(same, &[uuid(0).0.into(), town.people[0].0.into()]).await?);
        let moved = "UPDATE identity SET link = $2 WHERE id = $1";
        change!(town, tx => tx.execute_one(moved, &[town.people[2].0.into(), uuid(50).0.into()]).await?);
        change!(town, tx => tx.execute_one(moved, &[town.people[0].0.into(), uuid(2).0.into()]).await?);
        set(uuid(2), "[\"RightsAdministrator\"]").await;
        let lacking = look!(town, tx => rights::to_recreate(tx, town.cvr(), 10).await?);
        let told: Vec<_> = lacking.iter().map(|one| (one.identity.unwrap(), one.roles.join(" "))).collect();
        let expected = [(town.people[0], "Other"), (town.people[1], "IdentityAdministrator")];
        assert_eq!(told, expected.map(|(who, role)| (who, role.to_owned())));
    })
    .await;
}
