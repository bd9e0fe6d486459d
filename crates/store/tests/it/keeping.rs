//! Backups, copies, rotation of keys: what keeps the data when something else goes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use serde_json::json;
use store::log::Sealer;
use store::{
    AuditEntry, BackupError, CopyError, KeyError, Keys, SEALED_COLUMNS, Store, StoreError, Value, backup,
    copy_database, count_sealed, reseal, restore, setting,
};
use testkit::{Database, SeededRandom, for_each_engine};

/// Some rows with every kind of value in them, and references from one table to another.
async fn fill(store: &Store, database: &Database) {
    store
        .write(|tx| {
            Box::pin(async {
                let organisation = "INSERT INTO organisation (cvr, name, variant, environment, settings, first_contact_at, \
                    changed_at) VALUES ($1, 'Ørsø Kommune', 'light', 'emulator', '{}', $2, $3)";
                for (cvr, contact) in [("91000001", Some(7_i64)), ("91000002", None)] {
                    let now = tx.now();
                    tx.execute_one(organisation, &[cvr.into(), contact.into(), now.into()]).await?;
                }
                let rows = (0..1_500_i64).map(|number| {
                    let sealed = [number.to_be_bytes().to_vec(), vec![0, 255]].concat();
                    let id = format!("identity-{number:04}");
                    vec![Value::from(id), "91000001".into(), "p".into(), "Åse".into(), "here".into(),
                        sealed.into(), "{}".into(), (number % 2 == 0).into(), "ase".into(), "ase".into(), number.into()]
                });
                let columns = ["id", "organisation", "person", "full_name", "presence", "sealed_desired",
                    "written", "in_step", "search_text", "sort_key", "changed_at"];
                tx.insert_many("identity", &columns, rows, None).await?;
                setting::write(tx, "91000001", "a", "1").await?;
                tx.audit(AuditEntry::of_installation("anna", "test.filled").detail(json!({ "rows": 1_500 }))).await
            })
        })
        .await
        .unwrap();
    Sealer::new(store.clone(), "node", database.folder().join("checkpoints")).finish().await.unwrap();
}

/// Every row of every table as text, so that two databases can be compared across engines.
async fn contents(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, order) in [
        ("organisation", "cvr"),
        ("identity", "id"),
        ("setting", "scope, name"),
        ("audit", "id"),
        ("audit_checkpoint", "count"),
        ("lease", "name"),
    ] {
        let sql = format!("SELECT * FROM {table} ORDER BY {order}");
        let rows = store.read(|tx| Box::pin(async { tx.rows(&sql, &[]).await })).await.unwrap();
        all.insert(table.to_owned(), rows.iter().map(|row| shown(table, row)).collect());
    }
    all
}

fn shown(table: &str, row: &store::Row) -> String {
    let texts: &[&str] = match table {
        "identity" => &["id", "full_name", "person", "written"],
        "organisation" => &["cvr", "name", "settings"],
        "setting" => &["scope", "name", "value"],
        "audit" => &["id", "actor", "action", "detail"],
        "lease" => &["name", "holder"],
        _ => &[],
    };
    let mut text: Vec<String> = texts.iter().map(|column| row.text(column).unwrap().to_owned()).collect();
    for octets in ["sealed_desired", "digest", "link", "head", "signature"] {
        text.extend(row.bytes(octets).ok().map(|octets| format!("{octets:?}")));
    }
    text.extend(row.bool("in_step").ok().map(|yes| yes.to_string()));
    for number in ["changed_at", "at", "sequence", "count", "until", "first_contact_at"] {
        text.extend(row.optional_int(number).ok().map(|number| format!("{number:?}")));
    }
    text.join("|")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_while_writing_and_restores_to_the_same() {
    let database = Database::sqlite();
    let store = database.open().await;
    fill(&store, &database).await;
    let file = database.folder().join("backup.db");
    let half = store.write(|tx| {
        Box::pin(async {
            setting::write(tx, "", "uncommitted", "1").await?;
            let made = backup(&store, &file).await.unwrap();
            assert!(made.to_string().contains("keys are not in it"), "{made}");
            Ok::<_, StoreError>(())
        })
    });
    half.await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let restored = Database::sqlite();
    let target = restored.folder().join("lokalid.db");
    restore(&file, &target).await.unwrap();
    let mut expected = contents(&store).await;
    expected.get_mut("setting").unwrap().retain(|row| !row.contains("uncommitted"));
    assert_eq!(contents(&restored.open().await).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_and_nothing_else_is_restored() {
    let database = Database::sqlite();
    let store = database.open().await;
    let file = database.folder().join("backup.db");
    backup(&store, &file).await.unwrap();
    assert!(matches!(backup(&store, &file).await, Err(BackupError::Present { .. })));
    let empty = tempfile::tempdir().unwrap();
    let target = empty.path().join("lokalid.db");
    fs::write(empty.path().join("lokalid.db-wal"), "").unwrap();
    assert!(matches!(restore(&file, &target).await, Err(BackupError::Present { .. })));
    fs::remove_file(empty.path().join("lokalid.db-wal")).unwrap();
    assert!(matches!(restore(&empty.path().join("none"), &target).await, Err(BackupError::File { .. })));
    let other = empty.path().join("other");
    fs::write(
        &other,
        "just a text, long enough to be read as the header of a database file, and then some more of it",
    )
    .unwrap();
    assert!(matches!(restore(&other, &target).await, Err(BackupError::NotABackup { .. })));
    let mut octets = fs::read(&file).unwrap();
    octets[8_192..].fill(0x55);
    fs::write(&other, octets).unwrap();
    let error = restore(&other, &target).await.unwrap_err();
    assert!(matches!(error, BackupError::Damaged { .. } | BackupError::NotABackup { .. }), "{error}");
    assert!(!target.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_backed_up_by_its_own_tool() {
    let Some(database) = Database::postgres().await else { return };
    let store = database.open().await;
    let refused = backup(&store, &database.folder().join("b")).await.unwrap_err();
    assert!(refused.to_string().contains("pg_dump"));
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_there_and_back_again_holds_the_same() {
    for_each_engine(async |middle| {
        let start = Database::sqlite();
        let first = start.open().await;
        fill(&first, &start).await;
        let second = middle.open().await;
        let copied = copy_database(&first, &second).await.unwrap();
        assert!(copied.contains(&("identity".to_owned(), 1_500)), "{copied:?}");
        assert_eq!(contents(&second).await, contents(&first).await);
        let end = Database::sqlite();
        let third = end.open().await;
        copy_database(&second, &third).await.unwrap();
        assert_eq!(contents(&third).await, contents(&first).await);
        check_references(&second).await;
        check_references(&third).await;
        assert!(matches!(copy_database(&first, &second).await, Err(CopyError::NotEmpty { .. })));
        let checkpoints = start.folder().join("checkpoints");
        assert!(store::log::verify(&second, &checkpoints).await.unwrap().is_good());
    })
    .await;
}

/// References are checked again after a copy.
async fn check_references(store: &Store) {
    let sql = "INSERT INTO organisation_setting (organisation, key, value, changed_by, changed_at) \
               VALUES ('99999999', 'k', 'v', 'w', 0)";
    let refused = store.write(|tx| Box::pin(async { tx.execute(sql, &[]).await })).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_needs_the_same_tables() {
    for_each_engine(async |database| {
        let start = Database::sqlite();
        let (first, second) = (start.open().await, database.open().await);
        first
            .write(|tx| Box::pin(async { tx.execute("CREATE TABLE extra (a TEXT)", &[]).await }))
            .await
            .unwrap();
        let refused = copy_database(&first, &second).await.unwrap_err();
        assert!(matches!(refused, CopyError::Different { ref table } if table == "extra"), "{refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_seals_everything_again_with_the_new_key() {
    for_each_engine(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::create(folder.path(), &SeededRandom::new(5)).unwrap();
        let open = async |keys: Keys| {
            let (clock, random) = (database.clock.clone(), Arc::new(SeededRandom::new(6)));
            Store::open(database.location.clone(), keys, clock, random).await.unwrap()
        };
        let store = open(keys).await;
        fill(&store, database).await;
        seal_all(&store).await;
        let store = open(Keys::add_sealing_key(folder.path(), &SeededRandom::new(7)).unwrap()).await;
        assert_eq!(count_sealed(&store, SEALED_COLUMNS).await.unwrap(), [(1, 1_500)].into());
        assert_eq!(reseal(&store, SEALED_COLUMNS).await.unwrap(), 1_500);
        assert_eq!(count_sealed(&store, SEALED_COLUMNS).await.unwrap(), [(2, 1_500)].into());
        assert_eq!(reseal(&store, SEALED_COLUMNS).await.unwrap(), 0);
        let rows =
            store.read(|tx| Box::pin(async { tx.rows("SELECT * FROM identity", &[]).await })).await.unwrap();
        for row in rows {
            let sealed = row.bytes("sealed_desired").unwrap();
            assert_eq!(sealed[..5], [1, 0, 0, 0, 2]);
            assert_eq!(store.keys().open("desired", sealed).unwrap(), row.text("id").unwrap().as_bytes());
        }
        let refused = |id| Keys::remove_sealing_key(folder.path(), id).unwrap_err();
        assert!(matches!(refused(2), KeyError::InUse { id: 2 }));
        assert!(matches!(refused(3), KeyError::NoSuchKey { id: 3, .. }));
        assert_eq!(Keys::remove_sealing_key(folder.path(), 1).unwrap().ids(), [2]);
        assert_eq!(Keys::read(folder.path()).unwrap().ids(), [2]);
    })
    .await;
}

/// Columns called sealed_* are encrypted, on both engines; each must be known to the rotation.
#[tokio::test(flavor = "multi_thread")]
async fn the_rotation_knows_every_sealed_column_of_the_schema() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let sqlite = "SELECT s.name AS table_name, c.name AS column_name FROM sqlite_schema s \
                      JOIN pragma_table_info(s.name) c WHERE s.type = 'table' AND c.name LIKE 'sealed~_%' ESCAPE '~' \
                      ORDER BY 1, 2";
        let postgres = "SELECT CAST(table_name AS TEXT) AS table_name, CAST(column_name AS TEXT) AS column_name \
                        FROM information_schema.columns WHERE table_schema = current_schema() \
                        AND column_name LIKE 'sealed~_%' ESCAPE '~' ORDER BY 1, 2";
        let rows = store
            .read(|tx| {
                Box::pin(async {
                    let sql = if tx.dialect() == store::Dialect::Sqlite { sqlite } else { postgres };
                    tx.rows(sql, &[]).await
                })
            })
            .await
            .unwrap();
        let name = |row: &store::Row, column: &str| row.text(column).unwrap().to_owned();
        let there: Vec<_> = rows.iter().map(|row| (name(row, "table_name"), name(row, "column_name"))).collect();
        let known = SEALED_COLUMNS.iter().map(|known| (known.table.to_owned(), known.column.to_owned()));
        assert_eq!(there, known.collect::<Vec<_>>());
        // The keys of the rows are there too, or the rotation would fail on the first row.
        assert_eq!(reseal(&store, SEALED_COLUMNS).await.unwrap(), 0);
    })
    .await;
}

async fn seal_all(store: &Store) {
    store
        .write(|tx| {
            Box::pin(async {
                for row in tx.rows("SELECT id FROM identity", &[]).await? {
                    let sealed = tx.seal("desired", row.text("id")?.as_bytes())?;
                    let sql = "UPDATE identity SET sealed_desired = $1 WHERE id = $2";
                    tx.execute_one(sql, &[sealed.into(), row.text("id")?.into()]).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_sqlite_database_is_one_file() {
    let database = Database::sqlite();
    let store = database.open().await;
    fill(&store, &database).await;
    contents(&store).await;
    store.close().await.unwrap();
    let names: Vec<_> =
        fs::read_dir(database.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.contains(&"lokalid.db".into()) && names.len() == 2, "{names:?}");
    let closed = store.read(|tx| Box::pin(async { setting::read(tx, "", "a").await })).await;
    assert!(matches!(closed, Err(StoreError::Closed)));
}
