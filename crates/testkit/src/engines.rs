//! Databases for tests: an SQLite file always, and PostgreSQL when it was asked for.
//!
//! Each test has a database of its own, so that tests run side by side. On PostgreSQL that is a schema, which is
//! dropped when the test is done.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use store::{Keys, Location, Store};
use tempfile::TempDir;

use crate::{ManualClock, SeededRandom, Service, service};

/// An empty database of one engine, with what it was opened with.
pub struct Database {
    pub location: Location,
    pub keys: Keys,
    pub clock: Arc<ManualClock>,
    pub random: Arc<SeededRandom>,
    /// A folder of the test's own; the SQLite file lies in it.
    pub folder: TempDir,
    /// The schema on PostgreSQL, and the address to drop it at.
    schema: Option<(String, String)>,
}

impl Database {
    /// An SQLite file that is not there yet.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::file(folder.path().join("lokalid.db"));
        Self::new(location, folder, None)
    }

    /// An empty schema on PostgreSQL, or `None` after saying that the test is left out.
    pub async fn postgres() -> Option<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let url = service(Service::Postgres)?;
        let schema = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        administer(&url, &format!("CREATE SCHEMA {schema}")).await;
        let location =
            Location::parse(&within(&url, &schema)).expect("the address of PostgreSQL is well written");
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self::new(location, folder, Some((url, schema))))
    }

    fn new(location: Location, folder: TempDir, schema: Option<(String, String)>) -> Self {
        let random = Arc::new(SeededRandom::new(1));
        let keys = Keys::in_memory(random.as_ref()).expect("keys can be made");
        Self { location, keys, clock: Arc::default(), random, folder, schema }
    }

    /// Opens the database; may be done several times, as several programs would.
    pub async fn open(&self) -> Store {
        let (keys, clock, random) = (self.keys.clone(), self.clock.clone(), self.random.clone());
        Store::open(self.location.clone(), keys, clock, random).await.expect("the test's database opens")
    }

    /// The address as a configuration names it.
    pub fn address(&self) -> String {
        self.schema.as_ref().map_or_else(|| self.location.to_string(), |(url, schema)| within(url, schema))
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the schema. A test that fails leaves it behind to be looked at.
    pub async fn remove(self) {
        if let Some((url, schema)) = &self.schema {
            administer(url, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

fn within(url: &str, schema: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}options[search_path]={schema}")
}

/// Runs `test` on an empty database of each engine.
///
/// ```no_run
/// # async fn example() {
/// testkit::for_each_engine(async |database| {
///     let store = database.open().await;
///     // ... use the store ...
/// })
/// .await;
/// # }
/// ```
pub async fn for_each_engine(mut test: impl AsyncFnMut(&Database)) {
    let sqlite = Database::sqlite();
    test(&sqlite).await;
    if let Some(postgres) = Database::postgres().await {
        test(&postgres).await;
        postgres.remove().await;
    }
}

/// Runs one statement outside of any test's schema.
async fn administer(url: &str, sql: &str) {
    use sqlx::{Connection as _, Executor as _};
    let mut connection = sqlx::PgConnection::connect(url).await.expect("PostgreSQL answers");
    connection.execute(sqlx::AssertSqlSafe(sql)).await.expect("PostgreSQL makes a schema for a test");
    connection.close().await.expect("PostgreSQL lets go");
}
