//! Writing, sealing and checking the log, and everything somebody might do to it afterwards.

use std::path::PathBuf;

use serde_json::json;
use store::log::{AuditEntry, ExportFault, Fault, SealError, Sealer, export, verify, verify_export};
use store::{Keys, PublicKey, Store, StoreError, Value};
use testkit::{Database, SeededRandom, for_each_engine};

/// A store with a log of `count` sealed records and a checkpoint over them.
async fn logged(database: &Database, count: usize) -> (Store, Sealer, PathBuf) {
    let store = database.open().await;
    let file = database.folder().join("checkpoints");
    let sealer = Sealer::new(store.clone(), "node", file.clone());
    write(&store, count).await;
    sealer.finish().await.unwrap();
    (store, sealer, file)
}

async fn write(store: &Store, count: usize) {
    store
        .write(|tx| {
            Box::pin(async {
                for number in 0..count {
                    let entry =
                        AuditEntry::of_installation("anna", "test.written").subject(&number.to_string());
                    tx.audit(entry.detail(json!({ "number": number }))).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
}

async fn tamper(store: &Store, sql: &str) {
    store.write(|tx| Box::pin(async { tx.execute(sql, &[]).await })).await.unwrap();
}

async fn faults(store: &Store, file: &std::path::Path) -> Vec<Fault> {
    verify(store, file).await.unwrap().faults
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_log_is_good() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 1_203).await;
        write(&store, 2).await;
        let report = verify(&store, &file).await.unwrap();
        assert!(report.is_good(), "{report:?}");
        assert_eq!((report.sealed, report.unsealed), (1_203, 2));
        // One at 1,000 and one at the end, each in the database and in the file.
        assert_eq!(report.checkpoints, 4);
        assert_eq!(sealer.step().await.unwrap(), 2);
        assert_eq!(sealer.step().await.unwrap(), 0);
        assert!(verify(&store, &file).await.unwrap().is_good());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_undone_with_its_change() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let undone = store.write(|tx| {
            Box::pin(async {
                tx.audit(AuditEntry::of_installation("anna", "test.undone")).await?;
                Err::<(), _>(StoreError::Closed)
            })
        });
        undone.await.unwrap_err();
        let report = verify(&store, &database.folder().join("checkpoints")).await.unwrap();
        assert_eq!((report.sealed, report.unsealed), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_record_is_named_whatever_column_it_was() {
    for_each_engine(async |database| {
        let (store, _, file) = logged(database, 5).await;
        for change in [
            "actor = 'bo'",
            "action = 'x'",
            "organisation = '99'",
            "subject = NULL",
            "detail = '{}'",
            "at = 0",
        ] {
            let before =
                store.read(|tx| Box::pin(async { tx.row(THIRD, &[]).await })).await.unwrap().unwrap();
            tamper(&store, &format!("UPDATE audit SET {change} WHERE sequence = 3")).await;
            let found = faults(&store, &file).await;
            assert!(
                found.contains(&Fault::Digest { id: before.text("id").unwrap().to_owned() }),
                "{change}: {found:?}"
            );
            restore_third(&store, &before).await;
            assert_eq!(faults(&store, &file).await, []);
        }
    })
    .await;
}

const THIRD: &str = "SELECT * FROM audit WHERE sequence = 3";

async fn restore_third(store: &Store, row: &store::Row) {
    let sql = "UPDATE audit SET actor = $1, action = $2, organisation = $3, subject = $4, detail = $5, at = $6 \
               WHERE sequence = 3";
    let values: [Value; 6] = [
        row.text("actor").unwrap().into(),
        row.text("action").unwrap().into(),
        row.optional_text("organisation").unwrap().into(),
        row.optional_text("subject").unwrap().into(),
        row.text("detail").unwrap().into(),
        row.int("at").unwrap().into(),
    ];
    store.write(|tx| Box::pin(async { tx.execute_one(sql, &values).await })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_changed_before_it_was_sealed_is_named() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 1).await;
        write(&store, 1).await;
        tamper(&store, "UPDATE audit SET actor = 'bo' WHERE sequence IS NULL").await;
        assert!(matches!(faults(&store, &file).await[..], [Fault::Digest { .. }]));
        sealer.finish().await.unwrap();
        assert!(matches!(faults(&store, &file).await[..], [Fault::Digest { .. }]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_record_is_missed() {
    for_each_engine(async |database| {
        let (store, _, file) = logged(database, 5).await;
        tamper(&store, "DELETE FROM audit WHERE sequence = 3").await;
        assert_eq!(faults(&store, &file).await, [Fault::Removed { first: 3, last: 3 }]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shortened_tail_is_missed_between_checkpoints_too() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 5).await;
        write(&store, 3).await;
        sealer.step().await.unwrap();
        tamper(&store, "DELETE FROM audit WHERE sequence > 6").await;
        assert_eq!(faults(&store, &file).await, [Fault::Shortened { found: 6, expected: 8 }]);
        // Not even when what the database knows of its length goes with it.
        tamper(&store, "DELETE FROM audit WHERE sequence > 4").await;
        tamper(&store, "DELETE FROM audit_checkpoint").await;
        tamper(&store, "DELETE FROM setting WHERE name = 'log.head'").await;
        assert_eq!(faults(&store, &file).await, [Fault::Head, Fault::Shortened { found: 4, expected: 5 }]);
        write(&store, 1).await;
        assert!(matches!(sealer.step().await, Err(SealError::BrokenHead)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_record_is_named() {
    for_each_engine(async |database| {
        let (store, _, file) = logged(database, 5).await;
        let copy = "INSERT INTO audit (id, at, actor, action, detail, digest, sequence, link) \
                    SELECT 'added', at, actor, action, detail, digest, 6, link FROM audit WHERE sequence = 5";
        tamper(&store, copy).await;
        let found = faults(&store, &file).await;
        assert!(found.contains(&Fault::Digest { id: "added".to_owned() }), "{found:?}");
        assert!(found.contains(&Fault::Added { id: "added".to_owned(), sequence: 6 }), "{found:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_changed_places_are_named() {
    for_each_engine(async |database| {
        let (store, _, file) = logged(database, 5).await;
        tamper(&store, "UPDATE audit SET sequence = 99 WHERE sequence = 2").await;
        tamper(&store, "UPDATE audit SET sequence = 2 WHERE sequence = 3").await;
        tamper(&store, "UPDATE audit SET sequence = 3 WHERE sequence = 99").await;
        let found = faults(&store, &file).await;
        assert!(
            matches!(
                found[..],
                [
                    Fault::Order { sequence: 2, .. },
                    Fault::Order { sequence: 3, .. },
                    Fault::Order { sequence: 4, .. }
                ]
            ),
            "{found:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_computed_anew_is_not_the_signed_one() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 5).await;
        // What the program itself would compute after a record is gone, with the keys that only it has.
        tamper(&store, "DELETE FROM audit WHERE sequence = 3").await;
        tamper(&store, "UPDATE audit SET sequence = NULL, link = NULL").await;
        tamper(&store, "DELETE FROM setting WHERE name = 'log.head'").await;
        write(&store, 1).await;
        sealer.step().await.unwrap();
        let found = faults(&store, &file).await;
        assert_eq!(found, [Fault::Recomputed { count: 5 }]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_cannot_be_made_without_the_key() {
    for_each_engine(async |database| {
        let (store, _, file) = logged(database, 5).await;
        let line = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, line.replace("\"count\":5", "\"count\":4")).unwrap();
        let lost = Fault::CheckpointsLost { lines: 1, last: 5 };
        assert_eq!(faults(&store, &file).await, [lost, Fault::Signature { count: 4 }]);
        std::fs::write(&file, format!("{line}nonsense\n")).unwrap();
        assert_eq!(faults(&store, &file).await, [Fault::CheckpointLine { line: 2 }]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_program_left_is_sealed_and_published_at_the_next_start() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 5).await;
        write(&store, 3).await;
        sealer.step().await.unwrap();
        write(&store, 1).await;
        let next = Sealer::new(database.open().await, "next", file.clone());
        database.clock.advance(jiff::SignedDuration::from_mins(1));
        next.finish().await.unwrap();
        let report = verify(&store, &file).await.unwrap();
        assert!(report.is_good(), "{report:?}");
        assert_eq!((report.sealed, report.checkpoints), (9, 4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_checkpoints_that_was_deleted_or_shortened_is_missed_until_it_is_back_or_renewed() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 5).await;
        write(&store, 2).await;
        sealer.finish().await.unwrap();
        let whole = std::fs::read_to_string(&file).unwrap();
        for (shortened, lines, last) in [("", 2, 7), (whole.lines().next().unwrap(), 1, 7)] {
            std::fs::write(&file, format!("{shortened}\n").trim_start()).unwrap();
            let lost = [Fault::CheckpointsLost { lines, last }];
            assert_eq!(faults(&store, &file).await, lost);
            sealer.finish().await.unwrap();
            assert_eq!(faults(&store, &file).await, lost, "sealing does not hide it");
        }
        std::fs::remove_file(&file).unwrap();
        write(&store, 1).await;
        sealer.finish().await.unwrap();
        assert_eq!(faults(&store, &file).await, [Fault::CheckpointsLost { lines: 2, last: 7 }]);

        std::fs::write(&file, &whole).unwrap();
        sealer.finish().await.unwrap();
        assert_eq!(faults(&store, &file).await, [Fault::CheckpointsLost { lines: 1, last: 8 }]);
        assert_eq!(sealer.renew_file("anna", "a full disk").await.unwrap(), 1);
        sealer.finish().await.unwrap();
        assert_eq!(faults(&store, &file).await, []);
        let told = "SELECT actor FROM audit WHERE action = 'log.checkpoints-renewed'";
        let told = store.read(|tx| Box::pin(async { tx.rows(told, &[]).await })).await.unwrap();
        assert_eq!((told.len(), told[0].text("actor").unwrap()), (1, "anna"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_the_file_cannot_be_changed_unseen() {
    for_each_engine(async |database| {
        let (store, sealer, file) = logged(database, 5).await;
        std::fs::write(&file, "").unwrap();
        tamper(&store, "UPDATE setting SET value = '0' WHERE name LIKE 'log.published%'").await;
        let found = faults(&store, &file).await;
        assert_eq!(found, [Fault::CheckpointsForgotten, Fault::CheckpointsLost { lines: 1, last: 5 }]);
        sealer.finish().await.unwrap();
        assert!(faults(&store, &file).await.contains(&Fault::CheckpointsForgotten));
        sealer.renew_file("anna", "looked at").await.unwrap();
        assert_eq!(faults(&store, &file).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_that_seal_at_once_make_one_chain() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let file = database.folder().join("checkpoints");
        let nodes = ["one", "two"].map(|name| Sealer::new(store.clone(), name, file.clone()));
        for _ in 0..5 {
            write(&store, 20).await;
            let (first, second) = tokio::join!(nodes[0].step(), nodes[1].step());
            assert_eq!(first.unwrap() + second.unwrap(), 20);
        }
        assert!(verify(&store, &file).await.unwrap().is_good());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealer_runs_until_it_is_told_to_stop() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let file = database.folder().join("checkpoints");
        let sealer = Sealer::new(store.clone(), "node", file.clone());
        write(&store, 3).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(async move { sealer.run(async { drop(stopped.await) }).await });
        while verify(&store, &file).await.unwrap().unsealed > 0 {
            tokio::task::yield_now().await;
        }
        write(&store, 2).await;
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        let report = verify(&store, &file).await.unwrap();
        assert!(report.is_good() && report.sealed == 5, "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_checked_with_the_public_key_alone() {
    for_each_engine(async |database| {
        let (store, _, _) = logged(database, 5).await;
        let key = PublicKey::parse(&store.keys().public_key().to_string()).unwrap();
        let mut exported = Vec::new();
        let written = export(&store, &mut exported).await.unwrap();
        assert_eq!(written.records, 5);
        assert_eq!(verify_export(exported.as_slice(), &key).unwrap(), written);
        check_tampered_exports(&String::from_utf8(exported).unwrap(), &key);
    })
    .await;
}

fn check_tampered_exports(good: &str, key: &PublicKey) {
    let lines: Vec<&str> = good.lines().collect();
    let check = |lines: &[&str]| verify_export(lines.join("\n").as_bytes(), key).unwrap_err();
    assert!(matches!(
        verify_export(good.replace("anna", "bo").as_bytes(), key),
        Err(ExportFault::Link { sequence: 1 })
    ));
    assert!(matches!(
        check(&[&lines[..2], &lines[3..]].concat()),
        ExportFault::Missing { sequence: 4, expected: 3 }
    ));
    assert!(matches!(check(&lines[..5]), ExportFault::NoCheckpoint));
    assert!(matches!(
        check(&[&lines[..4], &lines[5..]].concat()),
        ExportFault::Count { signed: 5, found: 4 }
    ));
    assert!(matches!(check(&["nonsense"]), ExportFault::Line { line: 1 }));
    assert!(matches!(check(&[&lines[..], &lines[..1]].concat()), ExportFault::Line { line: 7 }));
    let stranger = Keys::in_memory(&SeededRandom::new(99)).unwrap().public_key();
    assert!(matches!(verify_export(good.as_bytes(), &stranger), Err(ExportFault::Signature)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cpr_number_never_gets_into_the_log() {
    for_each_engine(async |database| {
        let store = database.open().await;
        for text in ["7001011234", "700101-1234"] {
            let entry = AuditEntry::of_installation("anna", "test.written").detail(json!({ "who": [text] }));
            let refused =
                store.write(|tx| Box::pin(async { tx.audit(entry.clone()).await })).await.unwrap_err();
            assert!(matches!(refused, StoreError::CprInLog { .. }));
            assert!(!refused.to_string().contains(text));
        }
    })
    .await;
}
