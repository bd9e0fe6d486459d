//! Opening a database: the schema it gets, and why it may be refused.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use store::{Keys, Location, OpenError, Store, StoreError};
use testkit::{Database, ManualClock, SeededRandom, for_each_engine};

async fn open(location: Location, keys: &Keys) -> Result<Store, OpenError> {
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(3)));
    Store::open(location, keys.clone(), clock, random).await
}

async fn execute(store: &Store, sql: &str) {
    store.write(|tx| Box::pin(async { tx.execute(sql, &[]).await })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_end_with_the_same_schema() {
    let sqlite = Database::sqlite();
    let expected = schema(&sqlite.open().await).await;
    assert!(expected.len() > 50, "{expected:?}");
    for_each_engine(async |database| assert_eq!(schema(&database.open().await).await, expected)).await;
}

/// Every table, column with its kind, and index, in words that both engines share.
async fn schema(store: &Store) -> BTreeSet<String> {
    let described = store.read(|tx| {
        Box::pin(async {
            let dialect = tx.dialect();
            let mut described = BTreeSet::new();
            for table in tx.rows(dialect.tables(), &[]).await? {
                let table = table.text("name")?;
                for column in tx.rows(dialect.columns(), &[table.into()]).await? {
                    let kind = match column.text("kind")? {
                        "integer" => "bigint",
                        "blob" => "bytea",
                        kind => kind,
                    };
                    let (name, nullable) = (column.text("name")?, column.bool("nullable")?);
                    described.insert(format!("{table}.{name} {kind} null={nullable}"));
                }
            }
            for index in tx.rows(dialect.indexes(), &[]).await? {
                described.insert(format!("{} on {}", index.text("name")?, index.text("table_name")?));
            }
            Ok::<_, StoreError>(described)
        })
    });
    described.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_compares_every_text_octet_by_octet_whatever_its_own_order() {
    let Some(database) = Database::postgres().await else { return };
    let store = database.open().await;
    let sql = "SELECT CAST(table_name AS TEXT) || '.' || CAST(column_name AS TEXT) AS name
               FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'
                   AND table_name <> 'schema_version'
                   AND collation_name IS DISTINCT FROM 'C'";
    let others = store.read(|tx| Box::pin(async { tx.rows(sql, &[]).await })).await.unwrap();
    let others: Vec<&str> = others.iter().map(|row| row.text("name").unwrap()).collect();
    assert!(others.is_empty(), "a migration forgot COLLATE \"C\" for {others:?}");
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_again_finds_everything_done() {
    for_each_engine(async |database| {
        let first = database.open().await;
        execute(&first, "INSERT INTO setting (scope, name, value, changed_at) VALUES ('', 'a', '1', 0)")
            .await;
        first.close().await.unwrap();
        let again = database.open().await;
        let kept =
            again.read(|tx| Box::pin(async { store::setting::read(tx, "", "a").await })).await.unwrap();
        assert_eq!(kept.as_deref(), Some("1"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_programs_may_open_a_new_database_at_once() {
    for_each_engine(async |database| {
        let opened =
            futures::future::join_all((0..6).map(|_| open(database.location.clone(), &database.keys))).await;
        for store in opened {
            store.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused() {
    for_each_engine(async |database| {
        let store = database.open().await;
        execute(
            &store,
            "INSERT INTO schema_version (version, name, applied_at, digest) VALUES (9999, 'x', 0, '')",
        )
        .await;
        let refused = open(database.location.clone(), &database.keys).await.unwrap_err();
        assert!(matches!(refused, OpenError::NewerSchema { found: 9999, .. }), "{refused}");
        assert!(refused.to_string().contains("newer version"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_was_changed_afterwards_is_refused() {
    for_each_engine(async |database| {
        let store = database.open().await;
        execute(&store, "UPDATE schema_version SET digest = 'other' WHERE version = 2").await;
        let refused = open(database.location.clone(), &database.keys).await.unwrap_err();
        assert!(matches!(refused, OpenError::ChangedMigration { version: 2, .. }), "{refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_keys_are_refused() {
    for_each_engine(async |database| {
        database.open().await;
        let others = Keys::in_memory(&SeededRandom::new(77)).unwrap();
        let refused = open(database.location.clone(), &others).await.unwrap_err();
        assert!(matches!(refused, OpenError::WrongKey), "{refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_database_of_ours_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::in_memory(&SeededRandom::new(1)).unwrap();
    let at = |name: &str| Location::file(folder.path().join(name));
    fs::write(
        folder.path().join("text"),
        "a text that is long enough to be taken for a header, or so one might think.".repeat(3),
    )
    .unwrap();
    let refused = open(at("text"), &keys).await.unwrap_err();
    assert!(
        matches!(refused, OpenError::NotADatabase { .. }) && refused.to_string().contains("text"),
        "{refused}"
    );
    let refused = open(at("no/such/folder.db"), &keys).await.unwrap_err();
    assert!(matches!(refused, OpenError::NoFolder { .. }), "{refused}");
    fs::create_dir(folder.path().join("folder")).unwrap();
    let refused = open(at("folder"), &keys).await.unwrap_err();
    assert!(matches!(refused, OpenError::CannotOpen { .. }), "{refused}");
    foreign_database(&folder.path().join("foreign.db")).await;
    let refused = open(at("foreign.db"), &keys).await.unwrap_err();
    assert!(matches!(refused, OpenError::NotADatabase { .. }), "{refused}");
}

async fn foreign_database(file: &std::path::Path) {
    use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    connection.execute("CREATE TABLE recipe (name TEXT)").await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_database_says_so_and_goes_on_when_there_is_room() {
    let database = Database::sqlite();
    let store = database.open().await;
    execute(&store, "CREATE TABLE big (octets BLOB)").await;
    execute(&store, "PRAGMA max_page_count = 1").await;
    let big = "INSERT INTO big VALUES (zeroblob(10000000))";
    let refused = store.write(|tx| Box::pin(async { tx.execute(big, &[]).await })).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full), "{refused}");
    execute(&store, "PRAGMA max_page_count = 1000000").await;
    execute(&store, big).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_keeps_locked_is_busy() {
    use sqlx::{ConnectOptions as _, Executor as _};
    let database = Database::sqlite();
    let store = database.open().await;
    let file = database.folder().join("lokalid.db");
    let mut other = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let write =
        async || store.write(|tx| Box::pin(async { store::setting::write(tx, "", "a", "1").await })).await;
    let refused = write().await.unwrap_err();
    assert!(matches!(refused, StoreError::Busy), "{refused}");
    let seen = store.read(|tx| Box::pin(async { store::setting::read(tx, "", "a").await })).await.unwrap();
    assert_eq!(seen, None, "readers are not held up");
    other.execute("ROLLBACK").await.unwrap();
    write().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_does_not_answer_is_named_without_its_password() {
    let keys = Keys::in_memory(&SeededRandom::new(1)).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let location = Location::parse(&format!("postgres://anna:hidden@{free}/lokalid")).unwrap();
    let refused = open(location, &keys).await.unwrap_err();
    assert!(matches!(refused, OpenError::NoAnswer { .. }), "{refused}");
    let text = format!("{refused} {refused:?}");
    assert!(text.contains(&free.to_string()) && !text.contains("hidden"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_database_or_user_of_postgresql_is_named() {
    let Some(url) = testkit::service(testkit::Service::Postgres) else { return };
    let keys = Keys::in_memory(&SeededRandom::new(1)).unwrap();
    let nowhere = format!("{url}?dbname=no_such_database");
    let refused = open(Location::parse(&nowhere).unwrap(), &keys).await.unwrap_err();
    assert!(matches!(refused, OpenError::NoDatabase { .. }), "{refused}");
    let nobody = format!("{url}?user=no_such_user&password=hidden");
    let refused = open(Location::parse(&nobody).unwrap(), &keys).await.unwrap_err();
    assert!(matches!(refused, OpenError::Refused { .. }), "{refused}");
    assert!(!format!("{refused} {refused:?}").contains("hidden"));
}
