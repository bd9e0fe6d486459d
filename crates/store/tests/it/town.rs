//! One organisation with people in it, and short words for what the tests of the tables do with it.

use std::collections::{BTreeMap, BTreeSet};

use domain::guard::{self, Circumstances, Judgement, Origin};
use domain::{
    Action, Clock as _, Cpr, Cvr, Email, Environment, Fields, IdentityId, Level, Name, NewIdentity,
    Operation, Organisation, Profile, Reason, RemoteUuid, Settings, Snapshot, SourceKey, SourceName,
    SourceRecord, Status, UserName, Variant,
};
use jiff::{SignedDuration, Timestamp};
use store::observed::{self, Detail};
use store::plan::{self, Coverage, NewPlan, PlanRecord};
use store::source::Imported;
use store::{Store, identity, organisation, source};
use testkit::Database;
use uuid::Uuid;

/// Does something in a writing transaction of a town and gives what comes of it.
macro_rules! change {
    ($town:expr, $tx:ident => $body:expr) => {
        $town.store.write(|$tx| Box::pin(async { Ok::<_, store::StoreError>($body) })).await.unwrap()
    };
}

/// Looks at something in a reading transaction of a town.
macro_rules! look {
    ($town:expr, $tx:ident => $body:expr) => {
        $town.store.read(|$tx| Box::pin(async { Ok::<_, store::StoreError>($body) })).await.unwrap()
    };
}

pub(crate) use {change, look};

pub const SECOND: SignedDuration = SignedDuration::from_secs(1);
pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

pub struct Town<'a> {
    pub database: &'a Database,
    pub store: Store,
    pub organisation: Organisation,
    /// Person 0, 1, 2, ...
    pub people: Vec<IdentityId>,
}

/// The source that everybody in a town comes from.
pub fn ad() -> SourceName {
    SourceName("ad".to_owned())
}

/// What MitID Erhverv calls a person, once it knows them.
pub fn uuid(number: usize) -> RemoteUuid {
    RemoteUuid(Uuid::from_u128(number as u128 + 1))
}

pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub fn record(number: usize) -> SourceRecord {
    SourceRecord {
        user_name: UserName::parse(&format!("u{number}")).ok(),
        cpr: Some(Cpr::parse(&format!("610180{number:04}")).unwrap()),
        given_name: Name::parse("Person").ok(),
        surname: Name::parse(&format!("Number{number:04}")).ok(),
        email: Some(email(&format!("u{number}@norreby.example"))),
        ..SourceRecord::new(SourceKey::Text(format!("k{number}")), format!("row {number}"))
    }
}

pub fn organisation(cvr: &str) -> Organisation {
    Organisation {
        cvr: Cvr::parse(cvr).unwrap(),
        name: "Nørreby Kommune".to_owned(),
        variant: Variant::Light,
        environment: Environment::Emulator,
        settings: Settings::default(),
    }
}

impl<'a> Town<'a> {
    /// A town whose only source has so many people.
    pub async fn of(database: &'a Database, people: usize) -> Self {
        let store = database.open().await;
        let mut town = Self { database, store, organisation: organisation("90123456"), people: Vec::new() };
        change!(town, tx => {
            organisation::register(tx, &town.organisation).await?;
            source::register(tx, town.cvr(), &ad(), "csv", &BTreeMap::new()).await?;
        });
        town.import((0..people).map(record).collect()).await;
        for number in 0..people {
            let user = format!("u{number}");
            let found = look!(town, tx => identity::find(tx, Some(town.cvr()), &user).await?);
            town.people.push(found[0]);
        }
        town
    }

    pub fn cvr(&self) -> &Cvr {
        &self.organisation.cvr
    }

    pub fn now(&self) -> Timestamp {
        self.database.clock.now()
    }

    pub fn wait(&self, duration: SignedDuration) {
        self.database.clock.advance(duration);
    }

    pub async fn import(&self, records: Vec<SourceRecord>) -> Imported {
        let snapshot = Snapshot {
            source: ad(),
            taken_at: self.now(),
            records,
            skipped: Vec::new(),
            warnings: Vec::new(),
        };
        change!(self, tx => source::import(tx, &self.organisation, &snapshot).await?)
    }

    /// MitID Erhverv has this person, and we know it.
    pub async fn link(&self, number: usize, status: Status) {
        let detail = detail(number, Some(status), Fields::new());
        let (id, to) = (self.people[number], uuid(number));
        change!(self, tx => {
            observed::take_detail(tx, self.cvr(), &detail).await?;
            tx.execute_one("UPDATE identity SET link = $2 WHERE id = $1", &[id.0.into(), to.0.into()]).await?;
        });
    }

    /// An operation for one person.
    pub fn operation(&self, number: usize, action: Action) -> Operation {
        Operation {
            identity: Some(self.people[number]),
            label: format!("u{number}"),
            action,
            fields: BTreeSet::new(),
            before: Fields::new(),
            reason: Reason::Changed { source: ad() },
        }
    }

    pub fn judge(&self, operations: &[Operation]) -> Judgement {
        let circumstances = Circumstances {
            organisation: &self.organisation,
            origin: Origin::Timer,
            first_contact_approved: true,
            people: 1_000,
            administrators: std::collections::HashMap::default(),
            shrunk: Vec::new(),
            rights: std::collections::HashMap::new(),
            catalogue: &domain::rights::Catalogue::new(),
        };
        guard::judge(operations, &circumstances)
    }

    /// A second later the timer makes this plan of everybody, and what the guard passes goes into the outbox.
    pub async fn plan(&self, operations: &[Operation]) -> PlanRecord {
        self.plan_of(operations, Coverage::Organisation { undecided: &BTreeSet::new() }).await
    }

    /// A second later somebody plans for one identity only.
    pub async fn plan_of_one(&self, operations: &[Operation]) -> PlanRecord {
        self.plan_of(operations, Coverage::Identity).await
    }

    pub async fn plan_of(&self, operations: &[Operation], coverage: Coverage<'_>) -> PlanRecord {
        self.wait(SECOND);
        let judgement = self.judge(operations);
        let record = self.save(operations, &judgement).await;
        self.enqueue(&record, operations, &judgement, self.now(), coverage).await;
        look!(self, tx => plan::one(tx, record.id).await?).unwrap()
    }

    pub async fn save(&self, operations: &[Operation], judgement: &Judgement) -> PlanRecord {
        let new = NewPlan { origin: Origin::Timer, observed_at: None, cost_dkk: 20, operations, judgement };
        change!(self, tx => plan::save(tx, self.cvr(), &new).await?)
    }

    pub async fn enqueue(
        &self,
        record: &PlanRecord,
        operations: &[Operation],
        judgement: &Judgement,
        as_of: Timestamp,
        coverage: Coverage<'_>,
    ) -> usize {
        let (town, passed) = (&self.organisation, &judgement.passed);
        change!(self, tx => plan::enqueue(tx, town, record, operations, passed, as_of, coverage).await?)
    }

    /// The actions that the log has of this town, in the order of their words: the clock stands still.
    pub async fn logged(&self, beginning: &str) -> Vec<String> {
        let sql = "SELECT action FROM audit WHERE organisation = $1 AND action LIKE $2 ORDER BY action";
        let (cvr, pattern) = (self.cvr().to_string(), format!("{beginning}%"));
        let rows = look!(self, tx => tx.rows(sql, &[cvr.as_str().into(), pattern.as_str().into()]).await?);
        rows.iter().map(|row| row.text("action").unwrap().to_owned()).collect()
    }
}

pub fn detail(number: usize, status: Option<Status>, fields: Fields) -> Detail {
    Detail {
        uuid: uuid(number),
        status,
        fields,
        cpr: None,
        administrator_roles: Vec::new(),
        authenticators: None,
    }
}

pub fn create(number: usize, address: &str) -> Action {
    Action::Create(Box::new(NewIdentity {
        given_name: Name::parse("Person").unwrap(),
        surname: Name::parse(&format!("Number{number:04}")).unwrap(),
        email: email(address),
        cpr: record(number).cpr,
        birth_date: None,
        rid: None,
        level: Level::Low,
        pseudonym: false,
        signing: false,
        invoice_method: None,
        subject_name_id: None,
    }))
}

pub fn profile(surname: &str) -> Profile {
    Profile {
        given_name: Name::parse("Person").unwrap(),
        surname: Name::parse(surname).unwrap(),
        email: email("new@norreby.example"),
        cpr: None,
        level: Level::Low,
    }
}

/// A change of the e-mail address.
pub fn update(number: usize) -> Action {
    Action::UpdateEmail(uuid(number), email(&format!("new{number}@norreby.example")))
}
