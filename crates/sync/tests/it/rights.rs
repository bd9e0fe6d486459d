//! Giving rights: several in one call, one by one where the group is refused, and never twice after a lost answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Cpr, Cvr, Email, Environment, Name, Organisation, RightId, Settings, Snapshot, SourceKey, SourceName,
    SourceRecord, UserName, Variant,
    guard::Origin,
    rights::{Bundle, BundleRight, Except, GrantOrigin, Granted, Key, Policy, Rule, Scope, WantedScope, Who},
};
use emulator::OrganisationSettings;
use jiff::SignedDuration;
use serde_json::Value;
use store::{
    outbox,
    rights::{catalogue, grant, grant::NewGrant, policy},
};
use sync::{
    Approval, Engine, Pace, Progress, Site, WorkerId,
    api::{
        Client, ClientOptions, CreateTemplate, OperationTable, Transport,
        limits::{Adaptive, Bounds},
    },
};
use testkit::Database;

use crate::direct::{CVR, Direct, ManualClock, fault};

/// The emulator's rights by their numbers.
fn right(number: u128) -> RightId {
    RightId(uuid::Uuid::from_u128(0x5218_0000_0000_8000_8000_0000_0000_0000 | number))
}

/// One that MitID Erhverv listed once and does not take.
const REFUSED: u128 = 99;

struct Office {
    direct: Arc<Direct>,
    engine: Arc<Engine>,
    database: Database,
}

fn cvr() -> Cvr {
    Cvr::parse(CVR).unwrap()
}

impl Office {
    /// One person, created and in step; everybody is to have these rights.
    async fn open(together: bool, rights: &[u128]) -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-23T09:00:00Z"));
        let direct =
            Arc::new(Direct::new(OrganisationSettings::light(CVR, "Ærø Kommune"), Arc::clone(&clock)));
        let database = Database::sqlite();
        let store = database.open().await;
        let organisation = Organisation {
            cvr: cvr(),
            name: "Ærø Kommune".to_owned(),
            variant: Variant::Light,
            environment: Environment::Emulator,
            settings: Settings { rights_together: Some(together), ..Settings::default() },
        };
        let (source, policy) = (SourceName("ad".to_owned()), a_policy(rights));
        let register = store.write(|tx| {
            Box::pin(async {
                store::organisation::register(tx, &organisation).await?;
                store::source::register(tx, &cvr(), &source, "ldap", &BTreeMap::new()).await?;
                let said = snapshot(&source, tx.now());
                store::source::import(tx, &organisation, &said).await?;
                policy::save(tx, &cvr(), 0, &policy, "chief", "x").await
            })
        });
        register.await.unwrap();
        let options = ClientOptions {
            operations: OperationTable::default(),
            create_template: CreateTemplate::standard(Variant::Light),
        };
        let transport: Arc<dyn Transport> = Arc::<Direct>::clone(&direct);
        let site = Site {
            cvr: cvr(),
            client: Client::new(transport, options, clock),
            limits: Arc::new(Adaptive::new(Bounds::default())),
            sources: Vec::new(),
            pace: Pace { at_once: 1, read_tries: 1, ..Pace::default() },
        };
        let engine = Engine::new(store, vec![site], WorkerId("test".to_owned()), Progress::silent());
        engine.do_not_wait();
        Self { direct, engine, database }
    }

    /// Everything that can be done, first contact included: the clock stands still while the program works.
    async fn apply(&self) {
        for _ in 0..5 {
            self.database.clock.advance(SignedDuration::from_mins(1));
            self.apply_once().await;
        }
    }

    async fn apply_once(&self) {
        let planned = self.engine.plan_only(&cvr(), Origin::Timer, true).await.unwrap().planned;
        let held = !planned.judgement.held.is_empty();
        let approval =
            Approval { plan: planned.record.id, by: "chief".to_owned(), why: "it is right".to_owned() };
        self.engine.apply(&cvr(), Origin::Timer, held.then_some(&approval)).await.unwrap();
    }

    /// What the person holds there, by the numbers of the rights.
    fn held(&self) -> BTreeSet<u128> {
        let employees = self.direct.employees();
        let roles = employees.first().unwrap().get("roles").and_then(Value::as_array).cloned().unwrap();
        let number = |role: &Value| {
            let uuid: uuid::Uuid = role.get("uuid").and_then(Value::as_str).unwrap().parse().unwrap();
            uuid.as_u128() & 0xffff
        };
        roles.iter().map(number).collect()
    }

    async fn open_operations(&self) -> Vec<(String, String)> {
        let open = self.engine.store.read(|tx| Box::pin(async { outbox::open(tx, &cvr(), 10, 0).await }));
        let open: Vec<outbox::OperationRecord> = open.await.unwrap();
        open.into_iter().map(|one| (one.kind, format!("{:?}", one.state))).collect()
    }

    async fn close(self) {
        self.engine.store.close().await.unwrap();
        drop(self.database);
    }
}

fn a_policy(rights: &[u128]) -> Policy {
    let key = Key::parse("alle").unwrap();
    let given =
        rights.iter().map(|one| BundleRight { right: right(*one), scope: WantedScope::Of(Scope::Cvr) });
    let bundle = Bundle { name: "Alle".to_owned(), rights: given.collect(), ..Bundle::default() };
    let rule = Rule {
        name: "Alle".to_owned(),
        bundle: key.clone(),
        who: Who { everyone: true, ..Who::default() },
        except: Except::default(),
        from: None,
        until: None,
        approved_by: vec!["chief".to_owned()],
    };
    Policy {
        managed: rights.iter().map(|one| right(*one)).collect(),
        bundles: BTreeMap::from([(key.clone(), bundle)]),
        rules: BTreeMap::from([(key, rule)]),
        separations: BTreeSet::new(),
    }
}

fn snapshot(source: &SourceName, taken_at: jiff::Timestamp) -> Snapshot {
    let record = SourceRecord {
        user_name: UserName::parse("aase").ok(),
        cpr: Cpr::parse("6101800100").ok(),
        given_name: Name::parse("Åse").ok(),
        surname: Name::parse("Holm").ok(),
        email: Email::parse("aase@kommune.example").ok(),
        ..SourceRecord::new(SourceKey::Text("k".to_owned()), "row 2")
    };
    Snapshot {
        source: source.clone(),
        taken_at,
        records: vec![record],
        skipped: Vec::new(),
        warnings: Vec::new(),
    }
}

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
            let identity = store::identity::find(tx, Some(&cvr()), "aase").await?[0];
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
