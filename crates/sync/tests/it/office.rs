//! An organisation with a program that keeps it in step, over the direct way into the emulator.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Cpr, Cvr, Email, Environment, Name, Organisation, RightId, Settings, Snapshot, SourceKey, SourceName,
    SourceRecord, UserName, Variant,
    guard::Origin,
    rights::{Bundle, BundleRight, Except, Key, Policy, Rule, Scope, WantedScope, Who},
};
use emulator::OrganisationSettings;
use jiff::SignedDuration;
use serde_json::Value;
use store::{outbox, rights::policy};
use sync::{
    Approval, Engine, Pace, Progress, Site, WorkerId,
    api::{
        Client, ClientOptions, CreateTemplate, OperationTable, Transport,
        limits::{Adaptive, Bounds},
    },
};
use testkit::Database;

use crate::direct::{CVR, Direct, ManualClock};

/// The emulator's rights by their numbers.
pub fn right(number: u128) -> RightId {
    RightId(uuid::Uuid::from_u128(0x5218_0000_0000_8000_8000_0000_0000_0000 | number))
}

/// One that MitID Erhverv listed once and does not take.
pub const REFUSED: u128 = 99;

pub struct Office {
    pub direct: Arc<Direct>,
    pub engine: Arc<Engine>,
    pub database: Database,
}

pub fn cvr() -> Cvr {
    Cvr::parse(CVR).unwrap()
}

impl Office {
    /// One person, whom nothing is known of there yet; everybody is to have these rights.
    pub async fn open(together: bool, rights: &[u128]) -> Self {
        let settings = Settings { rights_together: Some(together), ..Settings::default() };
        let pace = Pace { at_once: 1, read_tries: 1, ..Pace::default() };
        Self::of(1, rights, settings, pace).await
    }

    /// So many people.
    pub async fn of(people: u32, rights: &[u128], settings: Settings, pace: Pace) -> Self {
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
            settings,
        };
        let (source, policy) = (SourceName("ad".to_owned()), a_policy(rights));
        let register = store.write(|tx| {
            Box::pin(async {
                store::organisation::register(tx, &organisation).await?;
                store::source::register(tx, &cvr(), &source, "ldap", &BTreeMap::new()).await?;
                let said = snapshot(&source, people, tx.now());
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
            pace,
        };
        let engine = Engine::new(store, vec![site], WorkerId("test".to_owned()), Progress::silent());
        engine.do_not_wait();
        Self { direct, engine, database }
    }

    /// Everything that can be done, first contact included: the clock stands still while the program works.
    pub async fn apply(&self) {
        for _ in 0..5 {
            self.database.clock.advance(SignedDuration::from_mins(1));
            self.apply_once().await;
        }
    }

    pub async fn apply_once(&self) {
        let planned = self.engine.plan_only(&cvr(), Origin::Timer, true).await.unwrap().planned;
        let held = !planned.judgement.held.is_empty();
        let approval =
            Approval { plan: planned.record.id, by: "chief".to_owned(), why: "it is right".to_owned() };
        self.engine.apply(&cvr(), Origin::Timer, held.then_some(&approval)).await.unwrap();
    }

    /// What the person holds there, by the numbers of the rights.
    pub fn held(&self) -> BTreeSet<u128> {
        let employees = self.direct.employees();
        let roles = employees.first().unwrap().get("roles").and_then(Value::as_array).cloned().unwrap();
        let number = |role: &Value| {
            let uuid: uuid::Uuid = role.get("uuid").and_then(Value::as_str).unwrap().parse().unwrap();
            uuid.as_u128() & 0xffff
        };
        roles.iter().map(number).collect()
    }

    pub async fn open_operations(&self) -> Vec<(String, String)> {
        let open = self.engine.store.read(|tx| Box::pin(async { outbox::open(tx, &cvr(), 10, 0).await }));
        let open: Vec<outbox::OperationRecord> = open.await.unwrap();
        open.into_iter().map(|one| (one.kind, format!("{:?}", one.state))).collect()
    }

    pub async fn close(self) {
        self.engine.store.close().await.unwrap();
        drop(self.database);
    }
}

pub fn a_policy(rights: &[u128]) -> Policy {
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

fn snapshot(source: &SourceName, people: u32, taken_at: jiff::Timestamp) -> Snapshot {
    let record = |number: u32| SourceRecord {
        user_name: UserName::parse(&format!("aase{number}")).ok(),
        cpr: Cpr::parse(&format!("610180{number:04}")).ok(),
        given_name: Name::parse("Åse").ok(),
        surname: Name::parse("Holm").ok(),
        email: Email::parse(&format!("aase{number}@kommune.example")).ok(),
        ..SourceRecord::new(SourceKey::Text(format!("k{number}")), format!("row {number}"))
    };
    Snapshot {
        source: source.clone(),
        taken_at,
        records: (100..100 + people).map(record).collect(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    }
}
