//! The database of one life, and the program over it, which is thrown away and begun anew at every kill.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{Clock, Cvr, Environment, Field, Organisation, Owner, Random, Settings, Variant};
use jiff::{SignedDuration, Timestamp};
use store::{Keys, Location, Store};
use sync::{
    Engine, Pace, Progress, Site, WorkerId,
    api::{
        Client, ClientOptions, CreateTemplate, OperationTable, Transport,
        limits::{Adaptive, Bounds},
    },
};
use testkit::Database;

use super::{
    dice::{Dice, Streams},
    entitlements, people,
    time::Time,
    wire::Wire,
};

/// Where the lives of one thread keep their data: they share a database and its connections, each with a CVR number of
/// its own.
pub struct Home {
    store: Store,
    present: Arc<Present>,
    /// On a server, for as long as the lives last.
    database: Option<Database>,
}

/// The time and the chance of the life that is being lived.
#[derive(Debug)]
pub struct Present(Mutex<(Arc<Time>, Arc<Streams>)>);

impl Clock for Present {
    fn now(&self) -> Timestamp {
        let time = Arc::clone(&self.0.lock().unwrap().0);
        time.now()
    }
}

impl Random for Present {
    fn fill(&self, octets: &mut [u8]) {
        let streams = Arc::clone(&self.0.lock().unwrap().1);
        streams.fill(octets);
    }
}

impl Home {
    pub async fn new(engine: super::Engine) -> Self {
        let before = (Arc::new(Time::new()), Arc::new(Streams::new(0)));
        let present = Arc::new(Present(Mutex::new(before)));
        let (location, keys, database) = match engine {
            super::Engine::Sqlite => (Location::memory(), Keys::in_memory(present.as_ref()).unwrap(), None),
            super::Engine::Postgres => {
                let database = Database::postgres().await.unwrap();
                (database.location.clone(), database.keys.clone(), Some(database))
            }
        };
        let (clock, random) = (Arc::<Present>::clone(&present), Arc::<Present>::clone(&present));
        let store = Store::open(location, keys, clock, random).await.unwrap();
        Self { store, present, database }
    }

    pub async fn remove(self) {
        self.store.close().await.unwrap();
        if let Some(database) = self.database {
            database.remove().await;
        }
    }

    /// From now on a life has this time and this chance.
    fn begin(&self, time: &Arc<Time>, random: Arc<Streams>) -> Store {
        *self.present.0.lock().unwrap() = (Arc::clone(time), random);
        self.store.clone()
    }
}

/// One organisation in one database.
pub struct Account {
    pub store: Store,
    pub organisation: Organisation,
    /// Several things are under way at once. Which of them is first is not the same each time; in the other lives it
    /// is, so that a seed lives the same life again.
    pub crowded: bool,
    pace: Pace,
}

impl Account {
    pub async fn open(home: &Home, time: &Arc<Time>, dice: &Dice, seed: u64) -> Self {
        let store = home.begin(time, Arc::new(Streams::new(seed)));
        let crowded = home.database.is_some() || seed % 4 == 3;
        let account =
            Self { store, organisation: organisation(dice, seed), crowded, pace: pace(dice, crowded) };
        account.register().await;
        account
    }

    pub fn cvr(&self) -> &Cvr {
        &self.organisation.cvr
    }

    /// How old details and rights may get before they are read again.
    pub fn detail_age(&self) -> SignedDuration {
        self.pace.detail_age
    }

    async fn register(&self) {
        let outcome = self.store.write(|tx| {
            Box::pin(async {
                store::organisation::register(tx, &self.organisation).await?;
                store::source::register(tx, self.cvr(), &people::source(), "ldap", &BTreeMap::default())
                    .await?;
                let policy = entitlements::policy();
                store::rights::policy::save(tx, self.cvr(), 0, &policy, "chief", "the first").await?;
                Ok::<_, store::rights::policy::SaveError>(())
            })
        });
        outcome.await.unwrap();
    }

    /// The program, as it is right after its start.
    pub fn start(&self, wire: &Arc<Wire>, time: &Arc<Time>, name: &str) -> Arc<Engine> {
        let options = ClientOptions {
            operations: OperationTable::default(),
            create_template: CreateTemplate::standard(Variant::Light),
        };
        let transport: Arc<dyn Transport> = Arc::<Wire>::clone(wire);
        let site = Site {
            cvr: self.cvr().clone(),
            client: Client::new(transport, options, Arc::<Time>::clone(time)),
            limits: Arc::new(Adaptive::new(Bounds::default())),
            sources: Vec::new(),
            pace: self.pace,
        };
        Engine::new(self.store.clone(), vec![site], WorkerId(name.to_owned()), Progress::silent())
    }
}

fn organisation(dice: &Dice, seed: u64) -> Organisation {
    let settings = Settings {
        wave_limit: *dice.one_of(&[5, 100]).unwrap(),
        owners: BTreeMap::from([(Field::Rights, *dice.one_of(&[Owner::Local, Owner::Ask]).unwrap())]),
        rights_together: Some(dice.in_percent(70)),
        delete_after_days: *dice.one_of(&[1, 4, 90]).unwrap(),
        ..Settings::default()
    };
    Organisation {
        cvr: Cvr::parse(&format!("9{:07}", seed % 10_000_000)).unwrap(),
        name: "Ærø Kommune".to_owned(),
        variant: Variant::Light,
        environment: Environment::Emulator,
        settings,
    }
}

/// One try of each read: nothing waits for real time.
fn pace(dice: &Dice, crowded: bool) -> Pace {
    Pace {
        lease: SignedDuration::from_mins(*dice.one_of(&[1, 10]).unwrap()),
        detail_age: SignedDuration::from_hours(*dice.one_of(&[1, 24, 168]).unwrap()),
        at_once: if crowded { 4 } else { 1 },
        read_tries: 1,
        ..Pace::default()
    }
}
