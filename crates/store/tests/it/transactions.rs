//! Reading, writing, and what happens when many do it at once.

use std::sync::Arc;

use jiff::civil::date;
use store::{Store, StoreError, Tx, Value, setting};
use testkit::for_each_engine;

async fn write_setting(store: &Store, name: &str, value: &str) {
    store.write(|tx| Box::pin(async { setting::write(tx, "", name, value).await })).await.unwrap();
}

async fn read_setting(store: &Store, name: &str) -> Option<String> {
    store.read(|tx| Box::pin(async { setting::read(tx, "", name).await })).await.unwrap()
}

/// Reads a counter and writes it back one higher: two at once lose an update unless the engine is told better.
async fn count_up(store: &Store, name: &str) -> Result<(), StoreError> {
    store
        .write(|tx| {
            Box::pin(async {
                let before: i64 = setting::read(tx, "", name).await?.map_or(0, |text| text.parse().unwrap());
                setting::write(tx, "", name, &(before + 1).to_string()).await
            })
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_is_there_for_the_next_reader() {
    for_each_engine(async |database| {
        let store = database.open().await;
        assert_eq!(read_setting(&store, "a").await, None);
        write_setting(&store, "a", "1").await;
        write_setting(&store, "a", "2").await;
        assert_eq!(read_setting(&store, "a").await.as_deref(), Some("2"));
        store.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_closure_may_run_in_a_spawned_task_with_what_it_borrows() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let task = tokio::spawn({
            let store = store.clone();
            async move {
                let name = String::from("spawned");
                let value = &name;
                let kept = store
                    .write(|tx| {
                        Box::pin(async {
                            setting::write(tx, "", &name, value).await?;
                            Ok::<_, StoreError>(value.clone())
                        })
                    })
                    .await;
                let seen = store.read(|tx| Box::pin(async { setting::read(tx, "", value).await })).await;
                (kept, seen)
            }
        });
        let (kept, seen) = task.await.unwrap();
        assert_eq!(kept.unwrap(), "spawned");
        assert_eq!(seen.unwrap().as_deref(), Some("spawned"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_writers_lose_no_update_and_see_no_failure() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let writers: Vec<_> = (0..64)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..4 {
                        count_up(&store, "shared").await?;
                        count_up(&store, &format!("own {number}")).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(read_setting(&store, "shared").await.as_deref(), Some("256"));
        assert_eq!(read_setting(&store, "own 63").await.as_deref(), Some("4"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_programs_on_one_database_lose_no_update() {
    for_each_engine(async |database| {
        let stores = [database.open().await, database.open().await, database.open().await];
        let writers: Vec<_> = stores
            .iter()
            .cycle()
            .take(12)
            .cloned()
            .map(|store| {
                tokio::spawn(async move {
                    for _ in 0..5 {
                        count_up(&store, "shared").await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(read_setting(&stores[0], "shared").await.as_deref(), Some("60"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_that_ends_in_an_error_leaves_nothing() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let outcome = store
            .write(|tx| {
                Box::pin(async {
                    setting::write(tx, "", "a", "1").await?;
                    Err::<(), _>(StoreError::Closed)
                })
            })
            .await;
        assert!(matches!(outcome, Err(StoreError::Closed)));
        assert_eq!(read_setting(&store, "a").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_dropped_half_way_leaves_nothing_and_holds_nobody_up() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let entered = Arc::new(tokio::sync::Notify::new());
        let task = tokio::spawn({
            let (store, entered) = (store.clone(), entered.clone());
            async move {
                store
                    .write(|tx| {
                        Box::pin(async {
                            setting::write(tx, "", "half", "1").await?;
                            entered.notify_one();
                            std::future::pending::<Result<(), StoreError>>().await
                        })
                    })
                    .await
            }
        });
        entered.notified().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let other = database.open().await;
        write_setting(&other, "whole", "1").await;
        write_setting(&store, "whole", "2").await;
        assert_eq!(read_setting(&store, "half").await, None);
        assert_eq!(read_setting(&store, "whole").await.as_deref(), Some("2"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_dropped_at_any_moment_leave_all_or_nothing() {
    for_each_engine(async |database| {
        let store = database.open().await;
        for round in 0..40_u32 {
            let task = tokio::spawn({
                let store = store.clone();
                async move {
                    store
                        .write(|tx| {
                            Box::pin(async {
                                setting::write(tx, "", &format!("left {round}"), "1").await?;
                                setting::write(tx, "", &format!("right {round}"), "1").await
                            })
                        })
                        .await
                }
            });
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            task.abort();
            let _finished_or_cancelled = task.await;
            count_up(&store, "between").await.unwrap();
        }
        let all = store.read(|tx| Box::pin(async { setting::read_all(tx, "").await })).await.unwrap();
        let count = |side: &str| all.iter().filter(|(name, _)| name.starts_with(side)).count();
        assert_eq!(count("left"), count("right"));
        assert_eq!(read_setting(&store, "between").await.as_deref(), Some("40"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_statement_ends_the_transaction_even_if_it_is_overlooked() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let outcome = store
            .write(|tx| {
                Box::pin(async {
                    setting::write(tx, "", "a", "1").await?;
                    let sql = "INSERT INTO setting (scope, name, value, changed_at) VALUES ('', 'a', '2', 0)";
                    assert!(matches!(tx.execute(sql, &[]).await, Err(StoreError::Duplicate { .. })));
                    assert!(matches!(tx.rows("SELECT 1", &[]).await, Err(StoreError::Undone)));
                    Ok::<_, StoreError>(())
                })
            })
            .await;
        assert!(matches!(outcome, Err(StoreError::Undone)));
        assert_eq!(read_setting(&store, "a").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refusals_are_told_apart_and_never_repeat_a_value() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let organisation =
            "INSERT INTO organisation_setting (organisation, key, value, changed_by, changed_at)
                            VALUES ($1, 'k', 'v', 'w', 0)";
        let values = [Value::from("secret words")];
        let reference =
            store.write(|tx| Box::pin(async { tx.execute(organisation, &values).await })).await.unwrap_err();
        assert!(matches!(reference, StoreError::Reference { .. }), "{reference:?}");
        let twice =
            "INSERT INTO setting (scope, name, value, changed_at) VALUES ($1, $1, '1', 0), ($1, $1, '2', 0)";
        let duplicate =
            store.write(|tx| Box::pin(async { tx.execute(twice, &values).await })).await.unwrap_err();
        assert!(matches!(duplicate, StoreError::Duplicate { .. }), "{duplicate:?}");
        let nonsense =
            store.write(|tx| Box::pin(async { tx.execute("SELEKT $1", &values).await })).await.unwrap_err();
        assert!(matches!(nonsense, StoreError::Statement { .. }), "{nonsense:?}");
        for error in [reference, duplicate, nonsense] {
            assert!(!format!("{error}{error:?}").contains("secret words"), "{error:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reading_transaction_cannot_write_and_sees_one_moment() {
    for_each_engine(async |database| {
        let store = database.open().await;
        write_setting(&store, "a", "1").await;
        let refused = store.read(|tx| Box::pin(async { setting::write(tx, "", "a", "2").await })).await;
        assert!(matches!(refused, Err(StoreError::ReadOnly { .. })));
        let sly =
            "INSERT INTO setting (scope, name, value, changed_at) VALUES ('', 'b', '1', 0) RETURNING name";
        assert!(store.read(|tx| Box::pin(async { tx.rows(sly, &[]).await })).await.is_err());
        let seen = store
            .read(|tx| {
                Box::pin(async {
                    let before = setting::read(tx, "", "a").await?;
                    write_setting(&store, "a", "2").await;
                    Ok::<_, StoreError>((before, setting::read(tx, "", "a").await?))
                })
            })
            .await
            .unwrap();
        assert_eq!(seen, (Some("1".to_owned()), Some("1".to_owned())));
        assert_eq!(read_setting(&store, "b").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn values_come_back_as_they_went_in() {
    for_each_engine(async |database| {
        let store = database.open().await;
        store.write(|tx| Box::pin(async { round_trip(tx).await })).await.unwrap();
    })
    .await;
}

async fn round_trip(tx: &mut Tx) -> Result<(), StoreError> {
    let id = tx.new_id();
    let table = "CREATE TABLE kinds (id TEXT, day TEXT, moment BIGINT, small BIGINT, yes BOOLEAN, part DOUBLE PRECISION, absent TEXT)";
    tx.execute(table, &[]).await?;
    let values = [
        id.into(),
        date(2026, 2, 28).into(),
        tx.now().into(),
        Value::from(-7),
        true.into(),
        0.25.into(),
        None::<String>.into(),
    ];
    tx.execute_one("INSERT INTO kinds VALUES ($1, $2, $3, $4, $5, $6, $7)", &values).await?;
    let row = tx.row("SELECT * FROM kinds WHERE id = $1", &[id.into()]).await?.unwrap();
    assert_eq!(row.uuid("id")?, id);
    assert_eq!(row.date("day")?, date(2026, 2, 28));
    assert_eq!(row.timestamp("moment")?, tx.now());
    assert_eq!(row.int("small")?, -7);
    assert!(row.bool("yes")?);
    assert!((row.real("part")? - 0.25).abs() < f64::EPSILON);
    assert_eq!(row.optional_text("absent")?, None);
    assert!(matches!(row.text("absent"), Err(StoreError::Column { .. })));
    assert!(matches!(row.int("day"), Err(StoreError::Column { .. })));
    let counted = tx.row("SELECT count(*) AS n FROM kinds", &[]).await?.unwrap();
    assert_eq!(counted.int("n")?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn row_counts_are_checked() {
    for_each_engine(async |database| {
        let store = database.open().await;
        write_setting(&store, "a", "1").await;
        let none = "UPDATE setting SET value = '2' WHERE name = 'b'";
        let refused = store.write(|tx| Box::pin(async { tx.execute_one(none, &[]).await })).await;
        assert!(matches!(refused, Err(StoreError::Rows { found: 0, .. })));
        let many = "SELECT 1 AS one UNION ALL SELECT 2 AS one";
        let refused = store.read(|tx| Box::pin(async { tx.row(many, &[]).await })).await;
        assert!(matches!(refused, Err(StoreError::Rows { found: 2, .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_rows_go_in_and_come_out_in_batches() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let columns = ["scope", "name", "value", "changed_at"];
        let rows = |from: i64| {
            (from..from + 2_500).map(|n| vec!["many".into(), format!("{n:05}").into(), "x".into(), n.into()])
        };
        let inserted = store
            .write(|tx| Box::pin(async { tx.insert_many("setting", &columns, rows(0), None).await }))
            .await;
        assert_eq!(inserted.unwrap(), 2_500);
        let rule = Some("(scope, name) DO NOTHING");
        let again = store
            .write(|tx| Box::pin(async { tx.insert_many("setting", &columns, rows(2_000), rule).await }))
            .await;
        assert_eq!(again.unwrap(), 2_000);
        let sql = "SELECT changed_at FROM setting WHERE scope = $1";
        let summed = store.read(|tx| {
            Box::pin(async {
                let mut sum = 0;
                tx.for_each(sql, &["many".into()], |row| {
                    sum += row.int("changed_at")?;
                    Ok::<_, StoreError>(())
                })
                .await?;
                Ok::<_, StoreError>(sum)
            })
        });
        let sum = summed.await.unwrap();
        assert_eq!(sum, (0..4_500).sum::<i64>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ids_sort_by_time_and_by_order() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let make = async || {
            store
                .write(|tx| Box::pin(async { Ok::<_, StoreError>([(); 20].map(|()| tx.new_id())) }))
                .await
                .unwrap()
        };
        let mut ids = make().await.to_vec();
        database.clock.advance(jiff::SignedDuration::from_millis(1));
        ids.extend(make().await);
        assert!(ids.is_sorted() && ids.first() < ids.last());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_transaction_seals_it_opens() {
    for_each_engine(async |database| {
        let store = database.open().await;
        store
            .read(|tx| {
                Box::pin(async {
                    let sealed = tx.seal("person.cpr", b"7001011234")?;
                    assert_eq!(tx.open("person.cpr", &sealed)?, b"7001011234");
                    assert!(matches!(tx.open("other", &sealed), Err(StoreError::Key(_))));
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_database_in_memory_does_the_same() {
    let database = testkit::Database::sqlite();
    let location = store::Location::memory();
    let store = Store::open(location, database.keys.clone(), database.clock.clone(), database.random.clone());
    let store = store.await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { count_up(&store, "shared").await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(read_setting(&store, "shared").await.as_deref(), Some("8"));
    let refused = store.read(|tx| Box::pin(async { setting::write(tx, "", "a", "2").await })).await;
    assert!(matches!(refused, Err(StoreError::ReadOnly { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_fails_fails_only_for_its_cause() {
    let database = testkit::Database::sqlite();
    let store = database.open().await;
    let orphan = "INSERT INTO organisation_setting (organisation, key, value, changed_by, changed_at) \
                  VALUES ('91000001', 'k', 'v', 'w', 0)";
    let culprit = tokio::spawn({
        let store = store.clone();
        async move {
            let late = store.write(|tx| {
                Box::pin(async {
                    // The broken reference is noticed at the commit that others share.
                    tx.execute("PRAGMA defer_foreign_keys = ON", &[]).await?;
                    tx.execute(orphan, &[]).await
                })
            });
            late.await
        }
    });
    let others: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { count_up(&store, "shared").await })
        })
        .collect();
    assert!(matches!(culprit.await.unwrap(), Err(StoreError::Reference { .. })));
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(read_setting(&store, "shared").await.as_deref(), Some("16"));
}
