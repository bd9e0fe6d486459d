//! A municipality in the directory, the program that follows it, and what must be true after each round.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use directory::{Address, Connection, Cookie, Delta, Limits, Query, Secret, Settings, Trust};
use domain::{
    Clock, Cvr, Desired, Environment, IdentityId, Organisation, SourceName, SourceRecord, Variant,
    guard::Origin,
};
use jiff::{SignedDuration, Timestamp};
use store::{Store, StoreError, identity, source};
use sync::{
    Applied, Approval, Engine, Pace, Progress, Site, SourceKind, SourceSetup, WorkerId,
    api::limits::{Adaptive, Bounds},
    source::{csv::Column, ldap::LdapSource},
};
use testkit::{
    Database,
    samba::{SambaDc, shared},
};
use tokio::runtime::Runtime;

use crate::{
    door::{self, CVR, Door, Shown},
    wire::Wire,
};

/// Colleagues to whom nothing happens, so that one leaver is neither half of the people nor a shrunken source.
const COLLEAGUES: usize = 14;

/// The clock of the machine, moved ahead.
#[derive(Debug, Default)]
pub struct Ahead(Mutex<SignedDuration>);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        door::now() + *self.0.lock().unwrap()
    }
}

/// One test's corner of the domain and the whole way from there to MitID Erhverv.
pub struct Town {
    pub controller: MutexGuard<'static, SambaDc>,
    pub runtime: Runtime,
    pub unit: String,
    /// Means "in MitID Erhverv"; its only member is `inner`.
    pub group: String,
    pub inner: String,
    pub wire: Wire,
    pub door: Door,
    pub engine: Arc<Engine>,
    /// What MitID Erhverv must show, by CPR number.
    pub expected: BTreeMap<String, Shown>,
    pub store: Store,
    clock: Arc<Ahead>,
    probe: Connection,
    cookie: Cookie,
    _database: Database,
}

/// What one round of the program did.
pub struct Round {
    pub applied: Applied,
    /// Whether a source was read in full and taken in.
    pub imported: bool,
    /// Calls that changed something in MitID Erhverv.
    pub changes: Vec<String>,
}

impl Town {
    /// A unit with colleagues in nested groups, everybody created and active; `None` if the test is left out.
    pub fn open(name: &str) -> Option<Self> {
        let controller = shared()?;
        let runtime = Runtime::new().unwrap();
        let unit = controller.add_unit(name);
        let group = controller.add_group(&unit, &format!("MitID {name}"));
        let inner = controller.add_group(&unit, &format!("Ansatte {name}"));
        controller.add_members(&group, &[&inner]);
        let wire = runtime.block_on(Wire::to(636));
        let door = runtime.block_on(Door::open());
        let database = Database::sqlite();
        let clock = Arc::new(Ahead::default());
        let store = runtime.block_on(open_store(&database, &clock));
        let mut probe = runtime.block_on(Connection::open(&settings(&controller, 636))).unwrap();
        let query = query(&unit, &group);
        let begun = runtime.block_on(probe.delta(&query, None)).unwrap();
        let Delta::FullReadNeeded { cookie: Some(cookie), .. } = begun else { panic!("not {begun:?}") };
        let ldap = ldap_source(&controller, wire.port, &unit, &group, &[]);
        let engine = engine(&store, &door, &clock, ldap);
        let mut town = Self {
            controller,
            runtime,
            unit,
            group,
            inner,
            wire,
            door,
            engine,
            expected: BTreeMap::new(),
            store,
            clock,
            probe,
            cookie,
            _database: database,
        };
        town.settle_in();
        Some(town)
    }

    /// The first contact: nobody is created before somebody has approved it.
    fn settle_in(&mut self) {
        let colleagues = self.crowd("Ærøe", COLLEAGUES);
        self.controller.add_members(&self.inner, &colleagues.iter().map(String::as_str).collect::<Vec<_>>());
        self.runtime.block_on(async { self.engine.register_sources(&cvr()).await }).unwrap();
        let round = self.round();
        assert!(round.imported && round.changes.is_empty(), "not before it is approved: {:?}", round.changes);
        let approval = Approval {
            plan: round.applied.planned.record.id,
            by: "chief".to_owned(),
            why: "these are our people".to_owned(),
        };
        let cvr = cvr();
        self.runtime.block_on(self.engine.apply(&cvr, Origin::Timer, Some(&approval))).unwrap();
        self.assert_in_step();
        self.activate_all();
        assert!(self.probe());
    }

    /// Makes a person who is in the inner group; gives their name in the directory and their CPR number.
    pub fn join(&mut self, user_name: &str, given_name: &str, surname: &str) -> (String, String) {
        let (name, cpr) = self.hire(user_name, given_name, surname);
        self.controller.add_members(&self.inner, &[&name]);
        self.expect(&cpr, given_name, surname, user_name, "Pending");
        (name, cpr)
    }

    /// Makes many people at once who are in no group yet, and expects them; gives their names in the directory.
    pub fn crowd(&mut self, surname: &str, count: usize) -> Vec<String> {
        let mut ldif = String::new();
        let mut names = Vec::new();
        for number in 0..count {
            let (user_name, cpr, surname) = (unique("kollega"), next_cpr(), format!("{surname} {number:04}"));
            let name = format!("CN=Ægidius {surname},{}", self.unit);
            writeln!(
                ldif,
                "dn: {name}\nobjectClass: user\nsAMAccountName: {user_name}\nuserAccountControl: 544\n\
                 givenName: Ægidius\nsn: {surname}\nmail: {user_name}@kommune.example\nemployeeID: {cpr}\n"
            )
            .unwrap();
            self.expect(&cpr, "Ægidius", &surname, &user_name, "Pending");
            names.push(name);
        }
        self.controller.add(&ldif);
        names
    }

    /// Makes a person who is in no group.
    pub fn hire(&self, user_name: &str, given_name: &str, surname: &str) -> (String, String) {
        let cpr = next_cpr();
        let name = self.controller.add_person(&self.unit, user_name, given_name, surname);
        self.controller.set(&name, "employeeID", &cpr);
        (name, cpr)
    }

    pub fn expect(&mut self, cpr: &str, given_name: &str, surname: &str, user_name: &str, status: &str) {
        let shown = Shown {
            given_name: given_name.to_owned(),
            surname: surname.to_owned(),
            email: format!("{user_name}@kommune.example"),
            status: status.to_owned(),
        };
        self.expected.insert(cpr.to_owned(), shown);
    }

    pub fn expect_status(&mut self, cpr: &str, status: &str) {
        status.clone_into(&mut self.expected.get_mut(cpr).unwrap().status);
    }

    /// Everybody who waits activates, which is nothing the directory knows of.
    pub fn activate_all(&mut self) {
        self.runtime.block_on(self.door.activate_all());
        for shown in self.expected.values_mut().filter(|shown| shown.status == "Pending") {
            "Active".clone_into(&mut shown.status);
        }
        let round = self.round();
        assert!(round.changes.is_empty(), "an activation is nothing to undo: {:?}", round.changes);
        self.assert_in_step();
    }

    /// Somebody did something in the directory: a delta tells, one round brings everything in step, and the next has
    /// nothing to do. Gives what the first round changed in MitID Erhverv.
    pub fn follow(&mut self) -> Vec<String> {
        assert!(self.probe(), "the delta tells of it");
        let round = self.round();
        assert!(round.imported, "so the program reads in full");
        assert_eq!(round.applied.source_faults, []);
        assert_eq!(round.applied.planned.judgement.held, [], "nothing waits for anybody");
        self.assert_in_step();
        assert!(!self.probe(), "told once");
        self.assert_quiet();
        round.changes
    }

    /// A round in which nothing is new: no full read, no call that changes anything.
    pub fn assert_quiet(&mut self) {
        let round = self.round();
        assert!(!round.imported, "the delta was empty");
        assert_eq!((round.applied.source_faults, round.changes), (Vec::new(), Vec::new()));
        self.assert_in_step();
    }

    /// What `serve` does each quarter of an hour.
    pub fn round(&mut self) -> Round {
        self.runtime.block_on(async {
            let (imports, last) = (self.imports().await, self.door.last_call().await);
            let applied = self.engine.apply(&cvr(), Origin::Timer, None).await.unwrap();
            assert_eq!(applied.remote_fault, None);
            let imported = self.imports().await > imports;
            Round { applied, imported, changes: self.door.changes_since(last).await }
        })
    }

    /// What is stored is what a full read says now, and MitID Erhverv shows the same people.
    pub fn assert_in_step(&self) {
        self.runtime.block_on(async {
            let setup = &self.engine.sites[0].sources[0];
            let snapshot = self.engine.read_source(&cvr(), setup, false).await.unwrap();
            let read: BTreeMap<String, SourceRecord> =
                snapshot.records.into_iter().map(|one| (format!("{:?}", one.key), one)).collect();
            assert!(self.stored().await == read, "what is stored is what a full read says");
            let shown = self.door.shown().await;
            let differs = |(cpr, one): &(&String, &Shown)| self.expected.get(*cpr) != Some(*one);
            let different: Vec<_> =
                shown.iter().filter(differs).map(|(cpr, one)| (one, self.expected.get(cpr))).collect();
            assert!(different.is_empty(), "shown and expected: {different:?}");
            assert_eq!(shown.len(), self.expected.len());
        });
    }

    /// Whether a delta tells of anything; goes on from there.
    pub fn probe(&mut self) -> bool {
        let query = query(&self.unit, &self.group);
        let delta = self.runtime.block_on(self.probe.delta(&query, Some(&self.cookie))).unwrap();
        let is_nothing = delta.is_nothing();
        let Delta::Changes { cookie, .. } = delta else { panic!("changes, not {delta:?}") };
        self.cookie = cookie;
        !is_nothing
    }

    /// The identity of the person with this CPR number, here and in MitID Erhverv.
    pub fn identity(&self, cpr: &str) -> (IdentityId, String) {
        self.runtime.block_on(async {
            let subjects = self.subjects().await;
            let ours = |one: &&domain::Subject| one.desired.cpr.is_some_and(|own| own.digits() == cpr);
            let subject = subjects.iter().find(ours).unwrap();
            let uuid = self.door.uuid(cpr).await;
            assert_eq!(subject.link.map(|link| link.0.to_string()), Some(uuid.clone()));
            (subject.desired.identity, uuid)
        })
    }

    pub fn pass(&self, time: SignedDuration) {
        *self.clock.0.lock().unwrap() += time;
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Goes on with a configuration that names another group, as after a restart.
    pub fn configure_group(&mut self, group: &str) {
        self.configure(group, &[]);
    }

    /// Goes on with a configuration that lists groups besides.
    pub fn list_groups(&mut self, groups: &[&str]) {
        self.configure(&self.group.clone(), groups);
    }

    fn configure(&mut self, group: &str, groups: &[&str]) {
        let ldap = ldap_source(&self.controller, self.wire.port, &self.unit, group, groups);
        self.engine = self.runtime.block_on(async { engine(&self.store, &self.door, &self.clock, ldap) });
    }

    /// What is wanted of the person with this CPR number.
    pub fn desired(&self, cpr: &str) -> Desired {
        let subjects = self.runtime.block_on(self.subjects());
        let ours = |one: &Desired| one.cpr.is_some_and(|own| own.digits() == cpr);
        subjects.into_iter().map(|one| one.desired).find(ours).unwrap()
    }

    pub fn source_state(&self) -> source::SourceState {
        let cvr = cvr();
        let all = self.store.read(|tx| Box::pin(async { source::all(tx, &cvr).await }));
        let all: Vec<source::SourceState> = self.runtime.block_on(all).unwrap();
        all.into_iter().find(|one| one.name == ad()).unwrap()
    }

    async fn imports(&self) -> i64 {
        let sql = "SELECT COUNT(*) AS number FROM audit WHERE action = 'source.imported'";
        let row = self.store.read(|tx| Box::pin(async { tx.row(sql, &[]).await })).await;
        let row: Option<store::Row> = row.unwrap();
        row.unwrap().int("number").unwrap()
    }

    async fn subjects(&self) -> Vec<domain::Subject> {
        let cvr = cvr();
        self.store.read(|tx| Box::pin(async { identity::subjects(tx, &cvr).await })).await.unwrap()
    }

    /// The records that the source still shows.
    async fn stored(&self) -> BTreeMap<String, SourceRecord> {
        let ids: Vec<IdentityId> = self.subjects().await.iter().map(|one| one.desired.identity).collect();
        let read = self.store.read(|tx| {
            Box::pin(async {
                let mut records = Vec::new();
                for id in &ids {
                    records.extend(source::records_of(tx, *id).await?);
                }
                Ok::<_, StoreError>(records)
            })
        });
        let present = read.await.unwrap().into_iter().filter(|one| one.missing_since.is_none());
        present.map(|one| (format!("{:?}", one.record.key), one.record)).collect()
    }
}

pub fn cvr() -> Cvr {
    Cvr::parse(CVR).unwrap()
}

pub fn ad() -> SourceName {
    SourceName("ad".to_owned())
}

/// A user name that nobody in the domain has yet.
pub fn unique(stem: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{stem}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// An invented CPR number that nobody has yet: 60 is added to the day.
fn next_cpr() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(1);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("6101{:02}{number:04}", 50 + number % 40)
}

async fn open_store(database: &Database, clock: &Arc<Ahead>) -> Store {
    let (location, keys, random) =
        (database.location.clone(), database.keys.clone(), database.random.clone());
    let store = Store::open(location, keys, Arc::<Ahead>::clone(clock), random).await.unwrap();
    let organisation = Organisation {
        cvr: cvr(),
        name: "Ærø Kommune".to_owned(),
        variant: Variant::Light,
        environment: Environment::Emulator,
        settings: domain::Settings::default(),
    };
    let register =
        store.write(|tx| Box::pin(async { store::organisation::register(tx, &organisation).await }));
    register.await.unwrap();
    store
}

fn engine(store: &Store, door: &Door, clock: &Arc<Ahead>, ldap: LdapSource) -> Arc<Engine> {
    let site = Site {
        cvr: cvr(),
        client: door.client(Arc::<Ahead>::clone(clock)),
        limits: Arc::new(Adaptive::new(Bounds::default())),
        sources: vec![SourceSetup { name: ad(), kind: SourceKind::Ldap(Box::new(ldap)) }],
        pace: Pace { unknown_wait: SignedDuration::from_secs(2), ..Pace::default() },
    };
    Engine::new(store.clone(), vec![site], WorkerId("test".to_owned()), Progress::silent())
}

/// As an ordinary account without any special right.
fn settings(controller: &SambaDc, port: u16) -> Settings {
    Settings {
        address: Address::parse(&format!("ldaps://localhost:{port}"), false, false).unwrap(),
        trust: Trust::File(controller.authority_file()),
        bind_name: controller.reader().to_owned(),
        password: Secret::new(controller.password()).unwrap(),
        limits: Limits::default(),
    }
}

fn attributes() -> BTreeMap<Column, String> {
    let attributes = [
        (Column::UserName, "sAMAccountName"),
        (Column::Cpr, "employeeID"),
        (Column::GivenName, "givenName"),
        (Column::Surname, "sn"),
        (Column::Email, "mail"),
        (Column::Unit, "department"),
        (Column::Title, "title"),
        (Column::Manager, "manager"),
    ];
    attributes.map(|(column, attribute)| (column, attribute.to_owned())).into()
}

fn more() -> BTreeMap<String, String> {
    BTreeMap::from([("room".to_owned(), "physicalDeliveryOfficeName".to_owned())])
}

fn query(unit: &str, group: &str) -> Query {
    let query = Query::new([unit], "(&(objectCategory=person)(objectClass=user))").unwrap();
    query.attributes(LdapSource::wanted_attributes(&attributes(), &more())).groups([group])
}

fn ldap_source(controller: &SambaDc, port: u16, unit: &str, group: &str, groups: &[&str]) -> LdapSource {
    LdapSource {
        settings: settings(controller, port),
        query: query(unit, group).groups(groups.iter().copied()),
        attributes: attributes(),
        more: more(),
        group: Some(group.to_owned()),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        skip_broken: false,
    }
}
