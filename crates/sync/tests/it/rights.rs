//! Giving rights: several in one call, one by one where the group is refused, and never twice after a lost answer.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    guard::Origin,
    rights::{GrantOrigin, Granted, Policy, Scope, WantedScope},
};
use jiff::SignedDuration;
use store::rights::{catalogue, grant, grant::NewGrant, policy};

use crate::{
    direct::fault,
    office::{Office, REFUSED, a_policy, cvr, right},
};

#[tokio::test]
async fn rights_in_one_scope_go_in_one_call_or_in_one_each() {
    for (together, calls) in [(true, 1), (false, 3)] {
        let office = Office::open(together, &[1, 2, 3]).await;
        office.apply().await;
        assert_eq!(office.held(), BTreeSet::from([1, 2, 3]));
        assert_eq!(office.direct.calls("addIdentityRoles"), calls);
        office.apply().await;
        assert_eq!(office.direct.calls("addIdentityRoles"), calls, "an unchanged day writes nothing");
        office.close().await;
    }
}

#[tokio::test]
async fn a_group_that_is_refused_goes_one_by_one_and_only_what_is_refused_stays() {
    let office = Office::open(true, &[1, 2, REFUSED]).await;
    office.engine.read_catalogue_if_due(office.engine.site(&cvr()).unwrap()).await.unwrap();
    // MitID Erhverv takes it out of use between two readings of the catalogue.
    let listed = office.engine.store.write(|tx| {
        Box::pin(async {
            let known = catalogue::rights(tx, &cvr()).await?;
            let rights = known.into_iter().map(|(id, one)| (id, (one.name, one.description, one.basic)));
            let refused = (right(REFUSED), ("Gammel ret".to_owned(), None, None));
            let places = BTreeMap::new();
            catalogue::take(
                tx,
                &cvr(),
                &catalogue::Listing { rights: rights.chain([refused]).collect(), places },
            )
            .await
        })
    });
    listed.await.unwrap();
    office.apply().await;
    assert_eq!(office.held(), BTreeSet::from([1, 2]));
    assert_eq!(office.open_operations().await, [("give-rights".to_owned(), "Parked".to_owned())]);
    office.close().await;
}

#[tokio::test]
async fn after_a_lost_answer_rights_are_read_and_only_the_rest_is_sent() {
    let office = Office::open(true, &[1, 2]).await;
    office.direct.break_with(fault("addIdentityRoles", "lost_answer", 1));
    office.apply().await;
    assert_eq!(office.held(), BTreeSet::from([1, 2]));
    assert_eq!(office.direct.calls("addIdentityRoles"), 1, "what was given is not given again");
    assert_eq!(office.open_operations().await, []);
    office.close().await;
}

#[tokio::test]
async fn an_empty_catalogue_is_a_fault_and_what_was_known_stays() {
    let office = Office::open(true, &[1]).await;
    office.direct.break_with(fault("listCategorizedRoles", "empty_list", 1));
    let site = office.engine.site(&cvr()).unwrap();
    office.engine.read_catalogue_if_due(site).await.unwrap();
    let reading = async || {
        let read = office.engine.store.read(|tx| Box::pin(async { catalogue::reading(tx, &cvr()).await }));
        read.await.unwrap()
    };
    let fault = reading().await.fault.unwrap();
    assert!(fault.words.contains("empty list of rights"), "{fault}");
    office.engine.read_catalogue_if_due(site).await.unwrap();
    assert_eq!(reading().await.fault, None);
    office.close().await;
}

#[tokio::test]
async fn a_grant_to_one_person_is_planned_without_anybody_else() {
    let office = Office::open(true, &[1]).await;
    office.apply().await;
    let engine = &office.engine;
    let managed = [1, 2].map(right).into();
    let looked_after = Policy { managed, ..a_policy(&[1]) };
    let granted = engine.store.write(|tx| {
        Box::pin(async {
            policy::save(tx, &cvr(), 1, &looked_after, "chief", "x").await.unwrap();
            let identity = store::identity::find(tx, Some(&cvr()), "aase100").await?[0];
            let new = NewGrant {
                identity,
                granted: Granted::Right { right: right(2), scope: WantedScope::Of(Scope::Cvr) },
                from: None,
                until: None,
                why: "stands in for Dorte".to_owned(),
                case: None,
                origin: GrantOrigin::Direct,
                by: "chief".to_owned(),
                approved_by: vec!["chief".to_owned()],
            };
            Ok::<_, store::StoreError>((identity, grant::give(tx, &cvr(), &new).await?))
        })
    });
    let (identity, given) = granted.await.unwrap();
    let plan = async || {
        office.database.clock.advance(SignedDuration::from_mins(1));
        let by = Origin::Person("chief".to_owned());
        engine.plan_rights_of(&cvr(), identity, by).await.unwrap()
    };
    assert_eq!(plan().await, Some(1));
    assert_eq!(plan().await, None, "something is on its way already");
    engine.drain(&cvr()).await.unwrap();
    assert_eq!(office.held(), BTreeSet::from([1, 2]));
    assert_eq!(plan().await, Some(0));
    let ended = engine
        .store
        .write(|tx| Box::pin(async { grant::end(tx, &cvr(), given, "chief", "Dorte is back").await }));
    assert!(ended.await.unwrap());
    assert_eq!(plan().await, None, "the guard holds it: nobody else has the right");
    assert_eq!(office.held(), BTreeSet::from([1, 2]));
    office.close().await;
}
