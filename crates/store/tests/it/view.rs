//! What the pages of the console read, and the sessions behind them, on both engines.

use std::collections::BTreeMap;

use domain::{
    Cpr, Cvr, Email, Environment, Field, Fields, IdentityId, Name, Organisation, Parts, RemoteUuid, Role,
    Settings, Snapshot, SourceKey, SourceName, SourceRecord, Status, UserName, Variant,
};
use jiff::SignedDuration;
use store::observed::{self, Detail};
use store::sign_in_link::{self, SignInLink, Use};
use store::view::people::{Asked, Narrow, Order, Standing};
use store::view::{log, operations, overview, people, person, unmanaged};
use store::{AuditEntry, Store, StoreError, Tx, console_session, identity, organisation, outbox, source};
use testkit::for_each_engine;
use uuid::Uuid;

fn cvr() -> Cvr {
    Cvr::parse("90123456").unwrap()
}

const NAMES: [(&str, &str); 5] =
    [("Åse", "Aagaard"), ("Bo", "Ærø"), ("Søren", "Østergaard"), ("Ida", "Bruun"), ("Zita", "Lind_h%j")];

/// Five people; the first four are in MitID Erhverv, one of them waiting, one drifting.
async fn municipality(store: &Store) {
    let filled = store.write(|tx| Box::pin(async { fill(tx).await }));
    filled.await.unwrap();
}

async fn fill(tx: &mut Tx) -> Result<(), StoreError> {
    let main = Organisation {
        cvr: cvr(),
        name: "Nørreby Kommune".to_owned(),
        variant: Variant::Light,
        environment: Environment::Emulator,
        settings: Settings::default(),
    };
    organisation::register(tx, &main).await?;
    let ad = SourceName("ad".to_owned());
    source::register(tx, &main.cvr, &ad, "csv", &BTreeMap::new()).await?;
    let snapshot = Snapshot {
        source: ad,
        taken_at: tx.now(),
        records: (0..NAMES.len()).map(record).collect(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    source::import(tx, &main, &snapshot).await?;
    for number in 0..4 {
        there(tx, number).await?;
    }
    take(tx, 900, Status::Active, "Poul").await?;
    let id = one(tx, 3).await?;
    let drift = "INSERT INTO drift (organisation, identity, field, ours, theirs, found_at)
                 VALUES ('90123456', $1, 'email', 'a', 'b', 0)";
    tx.execute_one(drift, &[id.0.into()]).await?;
    tx.audit(AuditEntry::of("Åse Holm", "setting.changed", &cvr())).await
}

fn record(number: usize) -> SourceRecord {
    let (given, family) = NAMES[number];
    SourceRecord {
        user_name: UserName::parse(&format!("u{number}")).ok(),
        cpr: Some(Cpr::parse(&format!("61018{number}1234")).unwrap()),
        given_name: Name::parse(given).ok(),
        surname: Name::parse(family).ok(),
        email: Email::parse(&format!("u{number}@norreby.example")).ok(),
        unit: Some(if number < 2 { "Ældrepleje" } else { "Skole" }.to_owned()),
        ..SourceRecord::new(SourceKey::Text(format!("k{number}")), format!("row {number}"))
    }
}

async fn there(tx: &mut Tx, number: usize) -> Result<(), StoreError> {
    let status = if number == 1 { Status::Pending } else { Status::Active };
    take(tx, u128::try_from(number).unwrap(), status, NAMES[number].0).await?;
    let id = one(tx, number).await?;
    let uuid = Uuid::from_u128(u128::try_from(number).unwrap());
    tx.execute_one("UPDATE identity SET link = $2 WHERE id = $1", &[id.0.into(), uuid.into()]).await
}

async fn take(tx: &mut Tx, uuid: u128, status: Status, given_name: &str) -> Result<(), StoreError> {
    let detail = Detail {
        uuid: RemoteUuid(Uuid::from_u128(uuid)),
        status: Some(status),
        fields: Fields::from([(Field::GivenName, given_name.to_owned())]),
        cpr: None,
        administrator_roles: Vec::new(),
        authenticators: Some(Vec::new()),
    };
    observed::take_detail(tx, &cvr(), &detail).await
}

async fn one(tx: &mut Tx, number: usize) -> Result<IdentityId, StoreError> {
    Ok(identity::find(tx, Some(&cvr()), &format!("u{number}")).await?[0])
}

async fn names(store: &Store, asked: &Asked) -> Vec<String> {
    let found = store.read(|tx| {
        Box::pin(async {
            let rows = people::page(tx, &cvr(), asked, 0, 10).await?;
            assert_eq!(people::count(tx, &cvr(), asked).await?, i64::try_from(rows.len()).unwrap());
            Ok::<_, StoreError>(rows)
        })
    });
    found.await.unwrap().into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn people_are_searched_filtered_and_sorted_alike_on_both_engines() {
    for_each_engine(async |database| {
        let store = database.open().await;
        municipality(&store).await;
        let all = Asked::default();
        assert_eq!(
            names(&store, &all).await,
            ["Bo Ærø", "Ida Bruun", "Søren Østergaard", "Zita Lind_h%j", "Åse Aagaard"]
        );
        let search = |text: &str| Asked { search: text.to_owned(), ..Asked::default() };
        assert_eq!(names(&store, &search("soren")).await, ["Søren Østergaard"]);
        assert_eq!(names(&store, &search("AASE")).await, ["Åse Aagaard"]);
        assert_eq!(names(&store, &search("d_h%")).await, ["Zita Lind_h%j"]);
        assert_eq!(names(&store, &search("u3@norreby")).await, ["Ida Bruun"]);
        let standing = |standing| Asked { standing: Some(standing), ..Asked::default() };
        assert_eq!(names(&store, &standing(Standing::Pending)).await, ["Bo Ærø"]);
        assert_eq!(names(&store, &standing(Standing::NotCreated)).await, ["Zita Lind_h%j"]);
        let narrow = |narrow| Asked { narrow, ..Asked::default() };
        assert_eq!(names(&store, &narrow(Narrow::Drift)).await, ["Ida Bruun"]);
        assert_eq!(names(&store, &narrow(Narrow::NoAuthenticator)).await.len(), 3);
        assert_eq!(names(&store, &narrow(Narrow::Held)).await, Vec::<String>::new());
        let fortnight = SignedDuration::from_hours(14 * 24);
        assert!(names(&store, &narrow(Narrow::NotActivated(fortnight))).await.is_empty());
        database.clock.advance(fortnight);
        assert_eq!(names(&store, &narrow(Narrow::NotActivated(fortnight))).await, ["Bo Ærø"]);
        let by_unit = Asked { order: Order::Unit, ..Asked::default() };
        assert_eq!(
            names(&store, &by_unit).await,
            ["Ida Bruun", "Søren Østergaard", "Zita Lind_h%j", "Bo Ærø", "Åse Aagaard"]
        );
        let unit = Asked { unit: "Ældrepleje".to_owned(), order: Order::Waiting, ..Asked::default() };
        assert_eq!(names(&store, &unit).await, ["Bo Ærø", "Åse Aagaard"]);
    })
    .await;
}

#[tokio::test]
async fn the_overview_counts_what_is_there() {
    for_each_engine(async |database| {
        let store = database.open().await;
        municipality(&store).await;
        let look = store.read(|tx| {
            Box::pin(async {
                let counts = overview::counts(tx, &cvr()).await?;
                let outbox = overview::outbox(tx, &cvr()).await?;
                Ok::<_, StoreError>((counts, outbox, overview::days(tx, &cvr(), 14).await?))
            })
        });
        let (counts, outbox, days) = look.await.unwrap();
        let expected = overview::Counts {
            wanted: 5,
            active: 3,
            pending: 1,
            not_created: 1,
            without_authenticator: 3,
            drift_fields: 1,
            drift_people: 1,
            unmanaged: 1,
            ..overview::Counts::default()
        };
        assert_eq!(counts, expected);
        assert_eq!(outbox, overview::Outbox::default());
        assert_eq!(days.len(), 14);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_found_by_number_record_and_key_within_the_organisation() {
    for_each_engine(async |database| {
        let store = database.open().await;
        municipality(&store).await;
        let look = store.read(|tx| {
            Box::pin(async {
                let id = one(tx, 3).await?;
                let cpr = Cpr::parse("6101831234").unwrap();
                assert_eq!(people::with_cpr(tx, &cvr(), &cpr).await?, [id]);
                assert_eq!(person::of_record(tx, &cvr(), "ad", "k3").await?, Some(id));
                assert_eq!(person::of_record(tx, &cvr(), "ad", "k9").await?, None);
                assert_eq!(people::units(tx, &cvr()).await?, ["Skole", "Ældrepleje"]);
                let elsewhere = Cvr::parse("90999999").unwrap();
                assert!(person::one(tx, &elsewhere, id).await?.is_none());
                Ok::<_, StoreError>(person::one(tx, &cvr(), id).await?.unwrap())
            })
        });
        let view = look.await.unwrap();
        assert_eq!((view.records.len(), view.warnings), (1, Vec::new()));
        assert_eq!(view.drift[0].field, Field::Email);
        assert!(view.operations.is_empty() && view.questions.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_written_by_hand_with_the_address_of_another_is_warned_of() {
    for_each_engine(async |database| {
        let store = database.open().await;
        municipality(&store).await;
        let write = store.write(|tx| {
            Box::pin(async {
                let organisation = organisation::one(tx, &cvr()).await?.unwrap().organisation;
                let id = one(tx, 3).await?;
                let there = person::one(tx, &cvr(), id).await?.unwrap();
                let desired = there.identity.subject.desired;
                let mut record = SourceRecord::new(SourceKey::Text("h1".to_owned()), "by hand");
                (record.given_name, record.surname) = (desired.given_name.clone(), desired.surname.clone());
                record.email = desired.email.clone();
                let name = SourceName::by_hand();
                source::register(tx, &cvr(), &name, SourceName::BY_HAND, &BTreeMap::new()).await?;
                source::write_by_hand(tx, &organisation, record, "Mette").await?;
                let by_hand = person::of_record(tx, &cvr(), "by-hand", "h1").await?.unwrap();
                assert_eq!(
                    person::warnings(tx, desired.identity).await?,
                    [],
                    "told where its source is read"
                );
                Ok::<_, StoreError>((desired.full_name(), person::warnings(tx, by_hand).await?))
            })
        });
        let (other, warnings) = write.await.unwrap();
        let [warning] = warnings.try_into().unwrap();
        assert_eq!(warning.parts.unwrap(), Parts::new("csv-email-shared").with("found", other));
    })
    .await;
}

#[tokio::test]
async fn unmanaged_users_outbox_and_log_are_listed_in_parts() {
    for_each_engine(async |database| {
        let store = database.open().await;
        municipality(&store).await;
        let look = store.read(|tx| {
            Box::pin(async {
                assert_eq!(unmanaged::count(tx, &cvr()).await?, 1);
                assert_eq!(unmanaged::page(tx, &cvr(), 0, 10).await?[0].name, "Poul");
                assert!(unmanaged::page(tx, &cvr(), 1, 10).await?.is_empty());
                let of = |number| RemoteUuid(Uuid::from_u128(number));
                assert_eq!(unmanaged::one(tx, &cvr(), of(900)).await?.unwrap().name, "Poul");
                assert_eq!(unmanaged::one(tx, &cvr(), of(1)).await?, None, "somebody of ours");
                assert_eq!(operations::count(tx, &cvr(), outbox::State::Waiting).await?, 0);
                assert!(operations::page(tx, &cvr(), outbox::State::Done, 0, 10).await?.is_empty());
                let asked = log::Asked { action: "source.".to_owned(), ..log::Asked::default() };
                assert_eq!(log::count(tx, &cvr(), &asked).await?, 1);
                assert_eq!(log::page(tx, &cvr(), &asked, 0, 10).await?[0].action, "source.imported");
                let later = log::Asked { from: Some(tx.now() + SignedDuration::from_mins(1)), ..asked };
                assert_eq!(log::count(tx, &cvr(), &later).await?, 0);
                let by = log::Asked { search: "LOKALID".to_owned(), ..log::Asked::default() };
                assert!(log::count(tx, &cvr(), &by).await? >= 2);
                let danish = log::Asked { search: "åSE h".to_owned(), ..log::Asked::default() };
                assert_eq!(log::page(tx, &cvr(), &danish, 0, 10).await?[0].actor, "Åse Holm");
                assert!(log::actions(tx).await?.contains(&"organisation.configured".to_owned()));
                Ok::<_, StoreError>(())
            })
        });
        look.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_who_use_a_link_at_the_same_time_one_gets_in() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let link = link(database.clock.as_ref());
        let made = store.write(|tx| Box::pin(async { sign_in_link::insert(tx, &link).await }));
        made.await.unwrap();
        let use_up = || async {
            let used = store.write(|tx| Box::pin(async { sign_in_link::use_up(tx, [7; 32]).await }));
            used.await.unwrap()
        };
        let (first, second) = tokio::join!(use_up(), use_up());
        let good = [&first, &second].into_iter().filter(|one| matches!(one, Use::First(_))).count();
        assert_eq!(good, 1, "{first:?} {second:?}");
        assert_eq!(use_up().await, Use::UsedBefore);
        let unknown = store.write(|tx| Box::pin(async { sign_in_link::use_up(tx, [8; 32]).await }));
        assert_eq!(unknown.await.unwrap(), Use::Unknown);
    })
    .await;
}

fn link(clock: &dyn domain::Clock) -> SignInLink {
    SignInLink {
        token_hash: [7; 32],
        name: "Mette Holm".to_owned(),
        role: Role::Auditor,
        person: None,
        expires_at: clock.now() + SignedDuration::from_mins(10),
    }
}

#[tokio::test]
async fn links_and_sessions_end_and_are_forgotten() {
    for_each_engine(async |database| {
        let store = database.open().await;
        let link = link(database.clock.as_ref());
        let now = link.expires_at;
        let session = console_session::ConsoleSession {
            token_hash: [9; 32],
            csrf: "token".to_owned(),
            name: "Mette Holm".to_owned(),
            role: Role::Auditor,
            person: None,
            organisation: None,
            created_at: now,
            last_seen_at: now,
            expires_at: now,
        };
        let changed = store.write(|tx| {
            Box::pin(async {
                sign_in_link::insert(tx, &link).await?;
                console_session::insert(tx, &session).await?;
                console_session::choose(tx, [9; 32], &cvr()).await?;
                console_session::touch(tx, [9; 32]).await?;
                Ok::<_, StoreError>(console_session::find(tx, [9; 32]).await?.unwrap())
            })
        });
        let kept = changed.await.unwrap();
        assert_eq!((kept.organisation, kept.csrf.as_str()), (Some(cvr()), "token"));
        database.clock.advance(SignedDuration::from_mins(11));
        let ended = store.write(|tx| {
            Box::pin(async {
                assert_eq!(sign_in_link::use_up(tx, [7; 32]).await?, Use::Expired);
                let before = tx.now();
                let links = sign_in_link::delete_ended(tx, before).await?;
                let sessions = console_session::delete_ended(tx, before).await?;
                console_session::delete(tx, [9; 32]).await?;
                Ok::<_, StoreError>((links, sessions, console_session::find(tx, [9; 32]).await?))
            })
        });
        assert_eq!(ended.await.unwrap(), (1, 1, None));
    })
    .await;
}
