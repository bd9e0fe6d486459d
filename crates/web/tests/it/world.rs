//! An installation to look at: empty, or a small municipality in the middle of an ordinary day.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use domain::certificate::{Check, Facts, Finding, Kind};
use domain::guard::{self, Circumstances, Origin};
use domain::{
    CertificateId, Cpr, Cvr, Email, Environment, Field, Fields, IdentityId, Name, Organisation, Rid, Role,
    Settings, Situation, SkippedRow, Snapshot, SourceKey, SourceName, SourceRecord, Status, UserName,
    Variant, Warning, assess, danish_date,
};
use identity::Invitation;
use jiff::SignedDuration;
use store::certificate::{self, Keystore};
use store::observed::Detail;
use store::outbox::{self, Outcome, Which};
use store::plan::{self, Coverage, NewPlan};
use store::{
    Store, StoreError, Tx, identity as identities, observed, organisation, question, source, unmanaged,
};
use testkit::Database;
use uuid::Uuid;
use web::{Address, Console};

use crate::browser::{Browser, ORIGIN};
use crate::world_rights as rights;
pub use crate::world_rights::READ;

/// One installation and its console.
pub struct World {
    pub database: Database,
    pub store: Store,
    console: Console,
}

/// An invented CPR number that is everywhere in the typical world and must be on no page.
pub const CPR: &str = "6101904321";
pub const CVR: &str = "90123456";

impl World {
    /// An organisation and nothing else.
    pub async fn empty() -> Self {
        let database = Database::sqlite();
        let store = database.open().await;
        let console = console(&store, &database);
        let world = Self { database, store, console };
        world.write_all(&[organisation(CVR, "Nørreby Kommune")], false).await;
        world
    }

    /// People in every state, a plan that is held, operations in every state, questions, warnings.
    pub async fn typical() -> Self {
        let world = Self::empty().await;
        world.write_all(&[organisation("90654321", "Nørreby Forsyning")], true).await;
        world
    }

    async fn write_all(&self, organisations: &[Organisation], people: bool) {
        let written = self.store.write(|tx| {
            Box::pin(async move {
                for one in organisations {
                    organisation::register(tx, one).await?;
                }
                if people {
                    let main = organisation::one(tx, &cvr()).await?.unwrap().organisation;
                    fill(tx, &main).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        written.await.unwrap();
    }

    pub fn router(&self) -> Router {
        web::router(self.console.clone())
    }

    pub fn stranger(&self) -> Browser {
        Browser::new(self.router())
    }

    /// The address of a new one-time link.
    pub async fn link(&self, name: &str, role: Role) -> String {
        let invitation = Invitation {
            name: name.to_owned(),
            role,
            person: None,
            valid_for: identity::sign_in::DEFAULT_VALIDITY,
        };
        let secret = identity::sign_in::invite(&self.store, "test", &invitation).await.unwrap();
        format!("/sign-in/{}", secret.reveal())
    }

    /// Somebody who has just signed in.
    pub async fn visitor(&self, role: Role) -> Browser {
        self.named("Mette Holm", role).await
    }

    pub async fn named(&self, name: &str, role: Role) -> Browser {
        let mut browser = self.stranger();
        let link = self.link(name, role).await;
        let answer = browser.get(&link).await;
        let sees_requests_only = matches!(role, Role::Manager | Role::Employee);
        let home = if sees_requests_only { "/rights/requests" } else { "/" };
        assert_eq!(answer.location(), home, "{}", answer.text());
        browser
    }

    /// The same where letters are queued.
    pub fn with_mail(mut self) -> Self {
        self.console = self.console.with_mail(domain::Language::Danish);
        self
    }

    /// Somebody who has just signed in and is one of the people.
    pub async fn is_person(&self, name: &str, role: Role, user_name: &str) -> Browser {
        let id = self.person(user_name).await;
        let one = self.store.read(|tx| Box::pin(async move { identities::one(tx, id).await }));
        let person = one.await.unwrap().unwrap().subject.desired.person;
        let invitation = Invitation {
            name: name.to_owned(),
            role,
            person: Some(person),
            valid_for: identity::sign_in::DEFAULT_VALIDITY,
        };
        let secret = identity::sign_in::invite(&self.store, "test", &invitation).await.unwrap();
        let mut browser = self.stranger();
        browser.get(&format!("/sign-in/{}", secret.reveal())).await;
        browser
    }

    pub async fn person(&self, user_name: &str) -> IdentityId {
        let found =
            self.store.read(|tx| Box::pin(async move { identities::find(tx, None, user_name).await }));
        found.await.unwrap()[0]
    }

    /// The variable parts of addresses, filled in with what this world has.
    pub async fn address(&self, pattern: &str) -> String {
        let by_hand = pattern.starts_with("/people/{id}/e") || pattern.ends_with("reopen");
        let person = self.person(if by_hand { "hand" } else { "p003" }).await;
        // A rights administrator answers questions about rights only, so the example is one of those.
        let first = "SELECT MIN(number) AS n FROM question WHERE kind = 'right-found'";
        let first = self.number(first).await;
        let operation = self.number("SELECT MIN(number) AS n FROM operation WHERE state = 'parked'").await;
        let unmanaged = Uuid::from_u128(9001).to_string();
        let id = match pattern.split('/').nth(1) {
            Some("people") => person.to_string(),
            Some("rights") if pattern.contains("grants") => self.grant().await,
            Some("rights") if pattern.contains("requests") || pattern.contains("attestation") => {
                "1".to_owned()
            }
            Some("rights") => READ.to_string(),
            Some("settings") => READY.to_string(),
            Some("outbox") => format!("1-{operation}"),
            _ => "1".to_owned(),
        };
        pattern
            .replace("{id}", &id)
            .replace("{number}", &first.to_string())
            .replace("{key}", "moms")
            .replace("{uuid}", &unmanaged)
            .replace("{name}", "ad")
            .replace("{format}", "csv")
            .replace("{code}", "da")
            .replace("{secret}", "nonsense")
    }

    /// The id of the grant that waits for somebody's approval.
    pub async fn grant(&self) -> String {
        let sql = "SELECT id FROM right_grant WHERE why = 'barselsvikar'";
        let row = self.store.read(|tx| Box::pin(async move { tx.row(sql, &[]).await }));
        row.await.unwrap().unwrap().text("id").unwrap().to_owned()
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.store.read(|tx| Box::pin(async move { tx.row(sql, &[]).await }));
        row.await.unwrap().unwrap().int("n").unwrap()
    }
}

fn console(store: &Store, database: &Database) -> Console {
    let address = Address::parse(ORIGIN).unwrap();
    let one = |key: &str, value: &str| web::Configured {
        key: key.to_owned(),
        value: value.to_owned(),
        origin: web::Origin::File,
    };
    let configured = vec![
        one("schedule.sources_minutes", "45"),
        web::Configured { origin: web::Origin::Default, ..one("schedule.full_read_at", "11:00:00") },
        one("90123456.environment", "emulator"),
        one("90123456.wave_limit", ""),
        one("90654321.environment", "production"),
    ];
    let checkpoints = database.folder().join("checkpoints");
    Console::new(store.clone(), address, &checkpoints).with_configured(configured).as_demo()
}

pub fn cvr() -> Cvr {
    Cvr::parse(CVR).unwrap()
}

fn organisation(cvr: &str, name: &str) -> Organisation {
    Organisation {
        cvr: Cvr::parse(cvr).unwrap(),
        name: name.to_owned(),
        variant: Variant::Light,
        environment: Environment::Emulator,
        settings: Settings::default(),
    }
}

const PEOPLE: usize = 120;
/// Those at the front of the list are in MitID Erhverv already.
const THERE: usize = 70;
/// Those of them who have left: more than the guard lets through.
const LEFT: usize = 9;

async fn fill(tx: &mut Tx, organisation: &Organisation) -> Result<(), StoreError> {
    let cvr = &organisation.cvr;
    let ad = SourceName("ad".to_owned());
    let mapping = BTreeMap::from([("user_name".to_owned(), "sAMAccountName".to_owned())]);
    source::register(tx, cvr, &ad, "ldap", &mapping).await?;
    source::register(tx, cvr, &SourceName::by_hand(), "by-hand", &BTreeMap::new()).await?;
    let snapshot = |records| Snapshot {
        source: ad.clone(),
        taken_at: tx.now(),
        records,
        skipped: vec![SkippedRow {
            key: None,
            place: "CN=x".to_owned(),
            why: "har intet navn".to_owned(),
            parts: Vec::new(),
        }],
        warnings: vec![Warning {
            place: "CN=y".to_owned(),
            text: "har ingen e-mail".to_owned(),
            parts: None,
        }],
    };
    let everybody = snapshot((0..PEOPLE).map(record).collect());
    source::import(tx, organisation, &everybody).await?;
    let by_hand = SourceRecord { user_name: UserName::parse("hand").ok(), ..record(500) };
    source::write_by_hand(tx, organisation, by_hand, "Mette Holm").await?;
    for number in 0..THERE {
        there(tx, cvr, number).await?;
    }
    nobodys(tx, cvr).await?;
    rights::fill(tx, cvr).await?;
    organisation::approve_first_contact(tx, cvr, "demo").await?;
    observed::note_full_read(tx, cvr).await?;
    certificates(tx, cvr).await?;
    plan_and_send(tx, organisation).await
}

/// What stands in a certificate that is valid for so many days more.
pub fn facts(cvr: &Cvr, now: jiff::Timestamp, mark: u8, days: i64) -> Facts {
    Facts {
        fingerprint: format!("{mark:02x}").repeat(32),
        subject: format!("C=DK, 2.5.4.97=NTRDK-{cvr}, O=Nørreby Kommune, CN=Lokalid {mark}"),
        issuer: "CN=Den Danske Stat OCES udstedende-CA 1 (emulator)".to_owned(),
        serial: format!("{mark:02x}"),
        kind: Kind::OrganisationOrSystem,
        cvr: cvr.clone(),
        not_before: now - SignedDuration::from_hours(24),
        not_after: now + SignedDuration::from_hours(24 * days),
    }
}

/// The uploaded certificate of the typical world.
pub const READY: CertificateId = CertificateId(Uuid::from_u128(8001));

/// The file of the configuration is in use, and an uploaded one is ready.
async fn certificates(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let now = tx.now();
    certificate::register_file(tx, cvr, &facts(cvr, now, 1, 47)).await?;
    organisation::note_certificate(tx, cvr, Some(facts(cvr, now, 1, 47).not_after)).await?;
    let keystore = Keystore { pkcs12: vec![0x30; 100], password: "hemmelig".to_owned() };
    let id = certificate::add(tx, cvr, &keystore, "Mette Holm").await?.unwrap();
    let sound = Check::ALL.map(|check| Finding { check, fault: None });
    certificate::note_check(tx, cvr, id, Some(&facts(cvr, now, 2, 700)), sound.into()).await?;
    let named = "UPDATE certificate SET id = $1 WHERE id = $2";
    tx.execute_one(named, &[READY.0.into(), id.0.into()]).await
}

const GIVEN: [&str; 6] = ["Søren", "Åse", "Ida", "Ørjan", "Bo", "Amina Yusuf"];
const FAMILY: [&str; 5] = ["Aagaard", "Winther Dalsø", "Lindhøj", "Ærø", "Bruun"];

fn record(number: usize) -> SourceRecord {
    let left = number < LEFT;
    let cpr =
        if number == 3 { CPR.to_owned() } else { format!("61{:02}80{:04}", number % 12 + 1, 1000 + number) };
    SourceRecord {
        user_name: UserName::parse(&format!("p{number:03}")).ok(),
        cpr: Some(Cpr::parse(&cpr).unwrap()),
        given_name: Name::parse(GIVEN[number % GIVEN.len()]).ok(),
        surname: Name::parse(FAMILY[number % FAMILY.len()]).ok(),
        email: Email::parse(&format!("p{number}@norreby.example")).ok(),
        unit: Some(if number.is_multiple_of(2) { "Hjemmeplejen Syd" } else { "Ærøskøbing Skole" }.to_owned()),
        title: Some("Pædagog".to_owned()),
        manager: manager(number).map(str::to_owned),
        end: left.then(|| jiff::civil::date(2026, 10, 30)),
        ..SourceRecord::new(SourceKey::Text(format!("k{number}")), format!("CN=p{number}"))
    }
}

/// Ten people have one manager, who has one too.
fn manager(number: usize) -> Option<&'static str> {
    match number {
        30..40 => Some("p040"),
        40 => Some("p050"),
        _ => None,
    }
}

/// Puts somebody into MitID Erhverv as seen by us.
async fn there(tx: &mut Tx, cvr: &Cvr, number: usize) -> Result<(), StoreError> {
    let id = identities::find(tx, Some(cvr), &format!("p{number:03}")).await?[0];
    let uuid = Uuid::from_u128(1000 + u128::try_from(number).unwrap());
    let known = record(number);
    let email =
        if number == 20 { "rettet@norreby.example".to_owned() } else { known.email.unwrap().to_string() };
    let status = match number {
        10..15 => Status::Pending,
        15 => Status::Suspended,
        16 => Status::Other("Locked".to_owned()),
        _ => Status::Active,
    };
    let fields = Fields::from([
        (Field::GivenName, known.given_name.unwrap().to_string()),
        (Field::Surname, known.surname.unwrap().to_string()),
        (Field::Email, email),
        (Field::Rid, format!("9{number:07}")),
        (Field::Level, "Low".to_owned()),
    ]);
    observed::take_detail(tx, cvr, &detail(uuid, status, fields, known.cpr)).await?;
    let link = "UPDATE identity SET link = $2 WHERE id = $1";
    tx.execute_one(link, &[id.0.into(), uuid.into()]).await?;
    if number == 20 {
        let drift = "INSERT INTO drift (organisation, identity, field, ours, theirs, found_at)
                     VALUES ($1, $2, 'email', 'p20@norreby.example', 'rettet@norreby.example', $3)";
        let now = tx.now();
        tx.execute_one(drift, &[cvr.to_string().into(), id.0.into(), now.into()]).await?;
    }
    Ok(())
}

fn detail(uuid: Uuid, status: Status, fields: Fields, cpr: Option<Cpr>) -> Detail {
    Detail {
        uuid: domain::RemoteUuid(uuid),
        status: Some(status),
        fields,
        cpr,
        administrator_roles: Vec::new(),
        authenticators: Some(Vec::new()),
    }
}

async fn nobodys(tx: &mut Tx, cvr: &Cvr) -> Result<(), StoreError> {
    let fields = Fields::from([
        (Field::GivenName, "Poul".to_owned()),
        (Field::Surname, "Ravnsborg".to_owned()),
        (Field::Rid, Rid::parse("77777777").unwrap().to_string()),
    ]);
    observed::take_detail(tx, cvr, &detail(Uuid::from_u128(9001), Status::Active, fields, None)).await
}

async fn plan_and_send(tx: &mut Tx, organisation: &Organisation) -> Result<(), StoreError> {
    let cvr = &organisation.cvr;
    let subjects = identities::subjects(tx, cvr).await?;
    let unlinked = observed::unlinked(tx, cvr).await?;
    let answers = question::answers(tx, cvr).await?;
    let today = danish_date(tx.now());
    let to_suspend = unmanaged::to_suspend(tx, cvr).await?;
    let situation = Situation {
        organisation,
        today,
        subjects: &subjects,
        unlinked: &unlinked,
        answers: &answers,
        to_suspend: &to_suspend,
        rights: None,
    };
    let assessment = assess(situation);
    let circumstances = Circumstances {
        organisation,
        origin: Origin::Timer,
        first_contact_approved: true,
        people: THERE,
        administrators: std::collections::HashMap::new(),
        shrunk: Vec::new(),
        rights: std::collections::HashMap::new(),
        catalogue: &domain::rights::Catalogue::new(),
    };
    let judgement = guard::judge(&assessment.operations, &circumstances);
    let new = NewPlan {
        origin: Origin::Timer,
        observed_at: Some(tx.now()),
        cost_dkk: 1000,
        operations: &assessment.operations,
        judgement: &judgement,
    };
    let record = plan::save(tx, cvr, &new).await?;
    let questions = [assessment.questions.clone(), rights::questions(tx, cvr).await?].concat();
    question::put(tx, cvr, "plan", &questions, None).await?;
    let (operations, passed, now) = (&assessment.operations, &judgement.passed, tx.now());
    let coverage = Coverage::Organisation { undecided: &BTreeSet::new() };
    plan::enqueue(tx, organisation, &record, operations, passed, now, coverage).await?;
    settle_some(tx, organisation).await
}

/// One operation done, one parked, one unknown, one running; the rest wait.
async fn settle_some(tx: &mut Tx, organisation: &Organisation) -> Result<(), StoreError> {
    let lease = SignedDuration::from_mins(1);
    let claimed = outbox::claim(tx, &organisation.cvr, "test", Which::All, 4, lease).await?;
    let lost = domain::Told::named("outcome-may-still-come", "its effect may still come");
    let outcomes = [
        Outcome::Done { created: None, detail: None },
        Outcome::Parked {
            why: domain::Told::in_english("the e-mail address is in use"),
            raw: "409 Conflict: {\"cprNumber\":\"610190-xxxx\"}".to_owned(),
            uncertain: false,
        },
        Outcome::Unknown { why: lost, raw: String::new(), again_at: tx.now() + lease },
    ];
    for (one, outcome) in claimed.iter().zip(&outcomes) {
        outbox::settle(tx, organisation, one, outcome).await?;
    }
    Ok(())
}
