//! Where the delta of a directory goes on, and when that is forgotten.

use std::collections::BTreeMap;

use domain::{Cvr, Environment, Organisation, Settings, Snapshot, SourceName, Variant};
use jiff::SignedDuration;
use store::{
    Store, StoreError,
    source::{
        self, SourceState,
        position::{self, Position},
    },
};
use testkit::{Database, for_each_engine};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A database with one directory as a source that was read.
struct Fixture<'a> {
    database: &'a Database,
    store: Store,
    cvr: Cvr,
    ad: SourceName,
}

impl<'a> Fixture<'a> {
    async fn read_on(database: &'a Database) -> Self {
        let store = database.open().await;
        let fixture =
            Self { database, store, cvr: Cvr::parse("91000001").unwrap(), ad: SourceName("ad".to_owned()) };
        let organisation = fixture.organisation();
        let Self { store, cvr, ad, .. } = &fixture;
        let registered = store.write(|tx| {
            Box::pin(async {
                store::organisation::register(tx, &organisation).await?;
                source::register(tx, cvr, ad, "ldap", &BTreeMap::new()).await
            })
        });
        registered.await.unwrap();
        fixture
    }

    fn organisation(&self) -> Organisation {
        Organisation {
            cvr: self.cvr.clone(),
            name: "Ørsø Kommune".to_owned(),
            variant: Variant::Light,
            environment: Environment::Emulator,
            settings: Settings::default(),
        }
    }

    /// An import and, right behind it, the position that belongs to it.
    async fn import(&self, position: Option<&Position>) {
        let organisation = self.organisation();
        let imported = self.store.write(|tx| {
            Box::pin(async {
                let snapshot = Snapshot {
                    source: self.ad.clone(),
                    taken_at: tx.now(),
                    records: Vec::new(),
                    skipped: Vec::new(),
                    warnings: Vec::new(),
                };
                source::import(tx, &organisation, &snapshot).await?;
                match position {
                    Some(position) => {
                        position::keep_position(tx, &self.cvr, &self.ad, "setup", position).await
                    }
                    None => Ok::<_, StoreError>(()),
                }
            })
        });
        imported.await.unwrap();
    }

    async fn position(&self, setup: &str) -> Option<Position> {
        let read = self
            .store
            .read(|tx| Box::pin(async { position::position(tx, &self.cvr, &self.ad, setup).await }));
        read.await.unwrap()
    }

    async fn note_unchanged(&self, cookie: &[u8]) {
        let noted = self
            .store
            .write(|tx| Box::pin(async { position::note_unchanged(tx, &self.cvr, &self.ad, cookie).await }));
        noted.await.unwrap();
    }

    async fn state(&self) -> SourceState {
        let all = self.store.read(|tx| Box::pin(async { source::all(tx, &self.cvr).await }));
        let all: Vec<SourceState> = all.await.unwrap();
        all[0].clone()
    }

    fn until_tomorrow(&self) -> Position {
        use domain::Clock as _;
        Position { cookie: vec![0, 255, 7], until: self.database.clock.now() + DAY }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_counts_for_its_setup_and_until_its_end() {
    for_each_engine(async |database| {
        let fixture = Fixture::read_on(database).await;
        assert_eq!(fixture.position("setup").await, None);
        let kept = fixture.until_tomorrow();
        fixture.import(Some(&kept)).await;
        assert_eq!(fixture.position("setup").await, Some(kept));
        assert_eq!(fixture.position("another setup").await, None);
        database.clock.advance(DAY);
        assert_eq!(fixture.position("setup").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_import_and_each_failure_forgets_the_position() {
    for_each_engine(async |database| {
        let fixture = Fixture::read_on(database).await;
        fixture.import(Some(&fixture.until_tomorrow())).await;
        fixture.import(None).await;
        assert_eq!(fixture.position("setup").await, None);

        fixture.import(Some(&fixture.until_tomorrow())).await;
        let failed = fixture.store.write(|tx| {
            Box::pin(async { source::note_failure(tx, &fixture.cvr, &fixture.ad, "it is away", &[]).await })
        });
        failed.await.unwrap();
        assert_eq!(fixture.position("setup").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_a_complete_read_that_goes_on_from_a_new_cookie() {
    for_each_engine(async |database| {
        let fixture = Fixture::read_on(database).await;
        let kept = fixture.until_tomorrow();
        fixture.import(Some(&kept)).await;
        let before = fixture.state().await;
        database.clock.advance(SignedDuration::from_mins(15));
        fixture.note_unchanged(b"next").await;
        let later = before.complete_at.map(|at| at + SignedDuration::from_mins(15));
        assert_eq!(fixture.state().await, SourceState { read_at: later, complete_at: later, ..before });
        let next = Position { cookie: b"next".to_vec(), ..kept };
        assert_eq!(fixture.position("setup").await, Some(next));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_changes_nothing_where_a_failure_came_in_between() {
    for_each_engine(async |database| {
        let fixture = Fixture::read_on(database).await;
        fixture.import(None).await;
        let before = fixture.state().await;
        database.clock.advance(DAY);
        fixture.note_unchanged(b"next").await;
        assert_eq!(fixture.state().await, before);
        assert_eq!(fixture.position("setup").await, None);
    })
    .await;
}
