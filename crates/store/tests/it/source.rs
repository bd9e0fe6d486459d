//! Sources: snapshots that come in, reads that fail, and who is taken for a leaver.

use std::collections::BTreeMap;

use domain::guard::Shrunk;
use domain::{Presence, SkippedRow, Snapshot, SourceKey, SourceName, SourceRecord, StoredRecord, Warning};
use store::source::{self, Imported, SourceState};
use store::{identity, question};
use testkit::for_each_engine;

use crate::town::{DAY, Town, ad, change, email, look, record};

impl Town<'_> {
    async fn source(&self) -> SourceState {
        look!(self, tx => source::all(tx, self.cvr()).await?)[0].clone()
    }

    async fn presence(&self, number: usize) -> Presence {
        let id = self.people[number];
        look!(self, tx => identity::one(tx, id).await?).unwrap().subject.desired.presence
    }

    async fn records_of(&self, number: usize) -> Vec<StoredRecord> {
        let id = self.people[number];
        look!(self, tx => source::records_of(tx, id).await?)
    }

    async fn take(&self, snapshot: &Snapshot) -> Imported {
        change!(self, tx => source::import(tx, &self.organisation, snapshot).await?)
    }

    /// A snapshot of the first few people.
    fn of_first(&self, count: usize) -> Snapshot {
        Snapshot {
            source: ad(),
            taken_at: self.now(),
            records: (0..count).map(record).collect(),
            skipped: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

fn broken(key: Option<SourceKey>) -> SkippedRow {
    SkippedRow {
        key,
        place: "row 9".to_owned(),
        why: "the CPR number is no number".to_owned(),
        parts: Vec::new(),
    }
}

fn text_key(number: usize) -> SourceKey {
    SourceKey::Text(format!("k{number}"))
}

#[tokio::test]
async fn sources_are_listed_by_name_with_how_they_were_set_up_last() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        let mapping = BTreeMap::from([("email".to_owned(), "mail".to_owned())]);
        let second = SourceName("a-second".to_owned());
        change!(town, tx => {
            source::register(tx, town.cvr(), &second, "csv", &BTreeMap::new()).await?;
            source::register(tx, town.cvr(), &second, "ldap", &mapping).await?;
        });
        let all = look!(town, tx => source::all(tx, town.cvr()).await?);
        assert_eq!(all.iter().map(|one| one.name.0.as_str()).collect::<Vec<_>>(), ["a-second", "ad"]);
        assert_eq!((all[0].kind.as_str(), &all[0].mapping), ("ldap", &mapping));
        assert_eq!((all[0].read_at, all[0].complete_at, all[0].record_count), (None, None, None));
        assert_eq!((all[1].complete_at, all[1].record_count), (Some(town.now()), Some(2)));
    })
    .await;
}

#[tokio::test]
async fn an_import_says_what_it_brought() {
    for_each_engine(async |database| {
        let mut town = Town::of(database, 0).await;
        let first = town.take(&town.of_first(3)).await;
        assert_eq!(first, Imported { records: 3, new: 3, ..Imported::default() });
        assert_eq!(town.take(&town.of_first(3)).await, Imported { records: 3, ..Imported::default() });
        town.wait(DAY);
        let mut second = town.of_first(2);
        second.records[0].email = Some(email("elsewhere@norreby.example"));
        second.warnings.push(Warning {
            place: "row 1".to_owned(),
            text: "an odd address".to_owned(),
            parts: None,
        });
        let imported = town.take(&second).await;
        let expected = Imported { records: 2, changed: 2, left: 1, warnings: 1, ..Imported::default() };
        assert_eq!(imported, expected);
        assert_eq!(town.source().await.warnings, second.warnings);
        assert_eq!(town.logged("source.imported").await.len(), 4);
        assert_eq!(town.logged("person.changed").await.len(), 2);
        town.people = look!(town, tx => identity::find(tx, None, "u2").await?);
        assert!(matches!(town.presence(0).await, Presence::Left(_)));
        assert_eq!(town.records_of(0).await[0].missing_since, Some(town.now()));
    })
    .await;
}

#[tokio::test]
async fn who_is_in_the_next_snapshot_again_has_come_back() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.wait(DAY);
        town.take(&town.of_first(1)).await;
        town.wait(DAY);
        town.take(&town.of_first(2)).await;
        assert_eq!(town.presence(1).await, Presence::Employed);
        assert_eq!(town.records_of(1).await[0].missing_since, None);
    })
    .await;
}

#[tokio::test]
async fn a_failed_read_is_noted_and_makes_nobody_a_leaver() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let read = town.now();
        town.wait(DAY);
        let parts = [domain::Parts::new("source-no-file").with("file", "people.csv")];
        change!(town, tx => source::note_failure(tx, town.cvr(), &ad(), "it is away", &parts).await?);
        let state = town.source().await;
        assert_eq!((state.read_at, state.complete_at), (Some(town.now()), Some(read)));
        assert_eq!(state.read_fault.as_deref(), Some("it is away"));
        assert_eq!(state.read_fault_parts, parts);
        assert_eq!(town.presence(0).await, Presence::Employed);
        assert_eq!(town.logged("source.failed").await.len(), 1);
        town.take(&town.of_first(1)).await;
        let state = town.source().await;
        assert_eq!((state.read_fault, state.read_fault_parts), (None, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn a_broken_row_leaves_its_person_as_last_known() {
    for_each_engine(async |database| {
        let town = Town::of(database, 3).await;
        town.wait(DAY);
        let mut snapshot = town.of_first(1);
        snapshot.skipped.push(broken(Some(text_key(1))));
        assert_eq!(town.take(&snapshot).await.skipped, 1);
        assert_eq!(town.presence(1).await, Presence::Employed);
        assert!(matches!(town.presence(2).await, Presence::Left(_)));
        assert_eq!(town.source().await.skipped, snapshot.skipped);
    })
    .await;
}

#[tokio::test]
async fn a_broken_row_that_could_be_anybody_makes_nobody_a_leaver() {
    for_each_engine(async |database| {
        let town = Town::of(database, 2).await;
        town.wait(DAY);
        let mut snapshot = town.of_first(1);
        snapshot.skipped.push(broken(None));
        town.take(&snapshot).await;
        assert_eq!(town.presence(1).await, Presence::Employed);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_a_cpr_number_is_never_stored_as_one() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let cpr = record(1).cpr.unwrap();
        let keyed = SourceRecord { key: SourceKey::FromCpr(cpr), ..record(1) };
        let mut snapshot = town.of_first(0);
        snapshot.records.push(keyed);
        snapshot.skipped.push(broken(Some(SourceKey::FromCpr(record(2).cpr.unwrap()))));
        town.take(&snapshot).await;
        assert_eq!(town.take(&snapshot).await.new, 0, "the same number is the same key");
        assert_eq!(town.source().await.skipped, [broken(None)], "what people are shown has no number");
        let sql = "SELECT key FROM source_record";
        let keys = look!(town, tx => tx.rows(sql, &[]).await?);
        assert!(keys[0].text("key").unwrap().starts_with("cpr:"));
        assert!(!keys[0].text("key").unwrap().contains("610180"));
    })
    .await;
}

#[tokio::test]
async fn groups_and_further_attributes_reach_the_person_and_the_log_names_no_value() {
    for_each_engine(async |database| {
        let mut town = Town::of(database, 1).await;
        let mut snapshot = town.of_first(1);
        snapshot.records[0].groups = ["Lærere".to_owned()].into();
        snapshot.records[0].more = BTreeMap::from([("cost-center".to_owned(), "4711".to_owned())]);
        assert_eq!(town.take(&snapshot).await.changed, 1);
        assert_eq!(town.take(&snapshot).await.changed, 0, "stored and read back the same");
        town.people = look!(town, tx => identity::find(tx, None, "u0").await?);
        let desired = look!(town, tx => identity::one(tx, town.people[0]).await?).unwrap().subject.desired;
        assert_eq!(desired.groups, snapshot.records[0].groups);
        assert_eq!(desired.attributes, snapshot.records[0].more);
        let sql = "SELECT detail FROM audit WHERE action = 'person.changed'";
        let entries = look!(town, tx => tx.rows(sql, &[]).await?);
        let detail: serde_json::Value = serde_json::from_str(entries[0].text("detail").unwrap()).unwrap();
        assert_eq!(detail, serde_json::json!({ "fields": ["groups", "attributes"] }));
    })
    .await;
}

#[tokio::test]
async fn a_much_shorter_source_is_not_believed_until_somebody_says_so() {
    for_each_engine(async |database| {
        let town = Town::of(database, 20).await;
        let shrunk = async || look!(town, tx => source::shrunk(tx, town.cvr()).await?);
        town.take(&town.of_first(18)).await;
        assert_eq!(shrunk().await, [], "a tenth is no more than is allowed");
        for now in [16, 10] {
            town.take(&town.of_first(now)).await;
            let short = Shrunk { source: Some(ad()), before: 18, now: now as u64 };
            assert_eq!(shrunk().await, [short], "compared with the last good one");
        }
        change!(town, tx => source::believe(tx, town.cvr(), &ad()).await?);
        assert_eq!(shrunk().await, []);
        town.take(&town.of_first(10)).await;
        assert_eq!(shrunk().await, []);
    })
    .await;
}

#[tokio::test]
async fn a_skipped_row_counts_as_one_that_is_there() {
    for_each_engine(async |database| {
        let town = Town::of(database, 4).await;
        let mut snapshot = town.of_first(3);
        snapshot.skipped.push(broken(Some(text_key(3))));
        town.take(&snapshot).await;
        assert_eq!(town.source().await.shrunk_from, None);
    })
    .await;
}

#[tokio::test]
async fn somebody_written_by_hand_is_a_person_like_the_others() {
    for_each_engine(async |database| {
        let mut town = Town::of(database, 0).await;
        let by_hand = SourceName::by_hand();
        change!(town, tx => source::register(tx, town.cvr(), &by_hand, "by-hand", &BTreeMap::new()).await?);
        let write = async |record: &SourceRecord| {
            change!(town, tx => source::write_by_hand(tx, &town.organisation, record.clone(), "Mette").await?)
        };
        assert_eq!(write(&record(0)).await.new, 1);
        let mut changed = record(0);
        changed.email = Some(email("elsewhere@norreby.example"));
        assert_eq!(write(&changed).await, Imported { changed: 1, ..Imported::default() });
        let kept = look!(town, tx => source::by_hand(tx, town.cvr(), "k0").await?);
        assert_eq!(kept, Some(changed));
        assert_eq!(look!(town, tx => source::by_hand(tx, town.cvr(), "k1").await?), None);
        assert_eq!(town.logged("person.written-by-hand").await.len(), 2);
        town.people = look!(town, tx => identity::find(tx, None, "u0").await?);
        assert_eq!(town.records_of(0).await[0].source, by_hand);
        town.take(&town.of_first(0)).await;
        assert_eq!(town.presence(0).await, Presence::Employed, "another source does not know them");
    })
    .await;
}

#[tokio::test]
async fn a_day_that_begins_makes_leavers_without_any_import() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let mut snapshot = town.of_first(1);
        snapshot.records[0].end = Some(domain::danish_date(town.now()));
        town.take(&snapshot).await;
        let again = async || change!(town, tx => source::resolve_again(tx, &town.organisation).await?);
        assert_eq!(again().await, Imported::default(), "until the end of the day");
        town.wait(DAY);
        assert_eq!(again().await, Imported { changed: 1, left: 1, ..Imported::default() });
        assert!(matches!(town.presence(0).await, Presence::Left(_)));
    })
    .await;
}

#[tokio::test]
async fn two_records_with_one_cpr_number_are_a_question() {
    for_each_engine(async |database| {
        let town = Town::of(database, 1).await;
        let mut snapshot = town.of_first(2);
        snapshot.records[1].cpr = record(0).cpr;
        town.take(&snapshot).await;
        let open = look!(town, tx => question::open(tx, Some(town.cvr())).await?);
        assert!(
            open.iter().all(|one| one.question.about.kind() == "shared-cpr") && !open.is_empty(),
            "{open:?}"
        );
        town.take(&town.of_first(2)).await;
        assert!(look!(town, tx => question::open(tx, Some(town.cvr())).await?).is_empty());
    })
    .await;
}
