//! Certificates: one in use, others beside it, and what can never be used forgotten with its key.

use domain::certificate::{Check, Facts, Fault, Finding, Kind};
use domain::{CertificateId, Cvr, Environment, Organisation, Settings, Variant};
use jiff::{SignedDuration, Timestamp};
use store::certificate::{self, CertificateRecord, Keystore, MOST, Origin, State, Trouble};
use store::{Store, StoreError};
use testkit::{Database, for_each_engine};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECRET: &str = "kodeord æøå";

/// A database with two organisations.
struct Fixture<'a> {
    database: &'a Database,
    store: Store,
}

fn cvr() -> Cvr {
    Cvr::parse("91000001").unwrap()
}

fn other() -> Cvr {
    Cvr::parse("91000002").unwrap()
}

fn keystore(mark: u8) -> Keystore {
    Keystore { pkcs12: vec![mark; 5_000], password: SECRET.to_owned() }
}

/// Every check made, and nothing wrong.
fn sound() -> Vec<Finding> {
    Check::ALL.map(|check| Finding { check, fault: None }).into()
}

fn wrong(check: Check, fault: Fault) -> Vec<Finding> {
    vec![Finding { check, fault: Some(fault) }]
}

impl<'a> Fixture<'a> {
    async fn on(database: &'a Database) -> Self {
        let store = database.open().await;
        for cvr in [cvr(), other()] {
            let organisation = Organisation {
                cvr,
                name: "Ørsø Kommune".to_owned(),
                variant: Variant::Light,
                environment: Environment::Emulator,
                settings: Settings::default(),
            };
            store
                .write(|tx| Box::pin(async { store::organisation::register(tx, &organisation).await }))
                .await
                .unwrap();
        }
        Self { database, store }
    }

    fn now(&self) -> Timestamp {
        use domain::Clock as _;
        self.database.clock.now()
    }

    /// What stands in a certificate for 30 days.
    fn facts(&self, mark: u8) -> Facts {
        Facts {
            fingerprint: format!("{mark:02x}").repeat(32),
            subject: format!("C=DK, CN=Lokalid {mark}"),
            issuer: "CN=OCES (emulator)".to_owned(),
            serial: format!("{mark:02x}"),
            kind: Kind::OrganisationOrSystem,
            cvr: cvr(),
            not_before: self.now() - DAY,
            not_after: self.now() + DAY * 30,
        }
    }

    async fn register_file(&self, facts: &Facts) {
        self.store
            .write(|tx| Box::pin(async { certificate::register_file(tx, &cvr(), facts).await }))
            .await
            .unwrap();
    }

    async fn add(&self, mark: u8) -> Option<CertificateId> {
        let keystore = keystore(mark);
        let added =
            self.store.write(|tx| Box::pin(async { certificate::add(tx, &cvr(), &keystore, "Mette").await }));
        added.await.unwrap()
    }

    async fn note(&self, id: CertificateId, facts: Option<Facts>, findings: Vec<Finding>) {
        let noted = self.store.write(|tx| {
            let (facts, findings) = (facts.clone(), findings.clone());
            Box::pin(async move { certificate::note_check(tx, &cvr(), id, facts.as_ref(), findings).await })
        });
        noted.await.unwrap();
    }

    /// One that was uploaded and found good.
    async fn ready(&self, mark: u8) -> CertificateId {
        let id = self.add(mark).await.unwrap();
        self.note(id, Some(self.facts(mark)), sound()).await;
        id
    }

    async fn take_into_use(&self, id: CertificateId) -> bool {
        let taken = self
            .store
            .write(|tx| Box::pin(async move { certificate::take_into_use(tx, &cvr(), id, "Mette").await }));
        taken.await.unwrap()
    }

    async fn remove(&self, id: CertificateId) -> bool {
        let removed = self
            .store
            .write(|tx| Box::pin(async move { certificate::remove(tx, &cvr(), id, "Mette").await }));
        removed.await.unwrap()
    }

    async fn all(&self) -> Vec<CertificateRecord> {
        self.store.read(|tx| Box::pin(async { certificate::all(tx, &cvr()).await })).await.unwrap()
    }

    async fn in_use(&self) -> Option<CertificateRecord> {
        self.store.read(|tx| Box::pin(async { certificate::in_use(tx, &cvr()).await })).await.unwrap()
    }

    async fn keystore(&self, id: CertificateId) -> Option<Keystore> {
        self.store.read(|tx| Box::pin(async move { certificate::keystore(tx, id).await })).await.unwrap()
    }

    async fn organisation(&self) -> store::organisation::OrganisationRecord {
        let read = self.store.read(|tx| Box::pin(async { store::organisation::one(tx, &cvr()).await }));
        read.await.unwrap().unwrap()
    }

    /// The log's lines about certificates, oldest first.
    async fn log(&self) -> Vec<String> {
        let sql = "SELECT action, actor, detail FROM audit WHERE action LIKE 'certificate.%' ORDER BY id";
        let rows = self.store.read(|tx| Box::pin(async { tx.rows(sql, &[]).await })).await.unwrap();
        let line = |row: &store::Row| {
            let text = |column| row.text(column).unwrap().to_owned();
            format!("{} {} {}", text("action"), text("actor"), text("detail"))
        };
        rows.iter().map(line).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_the_configuration_is_in_use_until_another_is_taken() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        assert_eq!(fixture.in_use().await, None);
        fixture.register_file(&fixture.facts(1)).await;
        fixture.register_file(&fixture.facts(1)).await;
        let file = fixture.in_use().await.unwrap();
        assert_eq!((file.origin, file.facts.clone()), (Origin::File, Some(fixture.facts(1))));
        assert_eq!(fixture.keystore(file.id).await, None);
        assert_eq!(fixture.log().await.len(), 1, "the same file is told of once");

        let new = fixture.ready(2).await;
        assert_eq!(fixture.in_use().await.unwrap().id, file.id, "nothing changes by itself");
        assert!(fixture.take_into_use(new).await);
        let states: Vec<_> = fixture.all().await.iter().map(|one| (one.id, one.state)).collect();
        assert_eq!(states, [(new, State::InUse), (file.id, State::Replaced)]);
        let organisation = fixture.organisation().await;
        assert_eq!(organisation.certificate_until, Some(fixture.facts(2).not_after));

        // Another file is put there meanwhile: it waits.
        fixture.register_file(&fixture.facts(3)).await;
        let marks: Vec<_> = fixture.all().await.into_iter().map(|one| (one.origin, one.state)).collect();
        assert_eq!(marks, [(Origin::Uploaded, State::InUse), (Origin::File, State::Waiting)]);
        fixture
            .store
            .write(|tx| Box::pin(async { certificate::forget_file(tx, &cvr()).await }))
            .await
            .unwrap();
        assert_eq!(fixture.all().await.len(), 1);
        let log = fixture.log().await;
        assert!(
            log.iter().any(|line| line.starts_with("certificate.taken-into-use Mette")
                && line.contains(&"01".repeat(32))
                && line.contains(&"02".repeat(32))),
            "{log:?}"
        );
        assert!(!log.join("").contains(SECRET));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_takes_the_place_of_the_one_in_use() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        fixture.register_file(&fixture.facts(1)).await;
        fixture.register_file(&fixture.facts(2)).await;
        let all = fixture.all().await;
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].state, all[0].facts.clone()), (State::InUse, Some(fixture.facts(2))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_one_is_put_back_or_removed_but_never_the_one_in_use() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        let (old, new) = (fixture.ready(1).await, fixture.ready(2).await);
        assert!(fixture.take_into_use(old).await && fixture.take_into_use(new).await);
        assert!(!fixture.remove(new).await, "it is in use");
        assert!(fixture.take_into_use(old).await, "the old one is put back");
        assert!(!fixture.take_into_use(old).await, "it is in use already");
        assert!(!fixture.remove(old).await && fixture.remove(new).await);
        assert!(!fixture.remove(new).await, "it is gone");
        assert_eq!(fixture.keystore(new).await, None);
        assert_eq!(fixture.keystore(old).await, Some(keystore(1)));
        let elsewhere = fixture.store.write(|tx| {
            Box::pin(async {
                let seen = certificate::one(tx, &other(), old).await?;
                Ok::<_, StoreError>((seen, certificate::remove(tx, &other(), old, "Bo").await?))
            })
        });
        assert_eq!(elsewhere.await.unwrap(), (None, false), "it is not another organisation's");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_pass_every_check_is_not_taken_into_use() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        let id = fixture.add(1).await.unwrap();
        assert!(!fixture.take_into_use(id).await, "nobody looked at it");
        let unasked: Vec<Finding> = sound().into_iter().take(6).collect();
        fixture.note(id, Some(fixture.facts(1)), unasked.clone()).await;
        assert!(!fixture.take_into_use(id).await, "MitID Erhverv was not asked");
        let refused = wrong(Check::Token, Fault::NoToken { why: "403".to_owned() });
        fixture.note(id, Some(fixture.facts(1)), [unasked, refused].concat()).await;
        assert!(!fixture.take_into_use(id).await, "MitID Erhverv refused it");
        assert_eq!(fixture.all().await[0].state, State::Waiting, "it may be tried again");
        fixture.note(id, Some(fixture.facts(1)), sound()).await;
        let all = fixture.all().await;
        assert_eq!(certificate::spare(&all, fixture.now()).map(|one| one.id), Some(id));
        assert_eq!(certificate::spare(&all, fixture.now() + DAY * 31), None);
        fixture.database.clock.advance(DAY * 31);
        assert!(!fixture.take_into_use(id).await, "it has expired since");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_used_is_refused_and_its_key_forgotten() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        let good = fixture.ready(1).await;
        for (fault, facts) in [
            (Fault::WrongPassword, None),
            (Fault::OtherCvr { expected: cvr(), found: other() }, Some(fixture.facts(2))),
            (Fault::Expired { on: fixture.now() }, Some(fixture.facts(2))),
        ] {
            let id = fixture.add(2).await.unwrap();
            fixture.note(id, facts, wrong(Check::Opens, fault.clone())).await;
            let all = fixture.all().await;
            assert_eq!(all.len(), 2, "the refused one before it is forgotten");
            let refused = all.iter().find(|one| one.id == id).unwrap();
            assert_eq!((refused.state, &refused.facts), (State::Refused, &None));
            assert_eq!(refused.findings[0].fault, Some(fault));
            assert_eq!(fixture.keystore(id).await, None);
        }
        let twice = fixture.add(3).await.unwrap();
        fixture.note(twice, Some(fixture.facts(1)), sound()).await;
        let all = fixture.all().await;
        let refused = all.iter().find(|one| one.id == twice).unwrap();
        assert_eq!(refused.findings[0].fault, Some(Fault::Known));

        // One that was good once is kept whatever a later look finds.
        assert!(fixture.take_into_use(good).await);
        fixture
            .note(good, Some(fixture.facts(1)), wrong(Check::Validity, Fault::Expired { on: fixture.now() }))
            .await;
        assert_eq!(fixture.in_use().await.unwrap().id, good);
        assert_eq!(fixture.keystore(good).await, Some(keystore(1)));
        let log = fixture.log().await.join("\n");
        assert!(log.contains("other-cvr") && !log.contains(SECRET), "{log}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_are_kept() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        fixture.register_file(&fixture.facts(99)).await;
        for mark in 0..MOST {
            fixture.ready(u8::try_from(mark).unwrap()).await;
        }
        assert_eq!(fixture.add(50).await, None);
        assert_eq!(fixture.all().await.len(), MOST + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_and_its_password_are_sealed() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        let id = fixture.add(7).await.unwrap();
        let sql = "SELECT sealed_pkcs12, sealed_password FROM certificate";
        let row = fixture.store.read(|tx| Box::pin(async { tx.row(sql, &[]).await })).await.unwrap().unwrap();
        let (file, password) = (row.bytes("sealed_pkcs12").unwrap(), row.bytes("sealed_password").unwrap());
        assert!(!file.windows(8).any(|eight| eight == [7; 8]));
        assert!(!password.windows(7).any(|seven| seven == b"kodeord"));
        let kept = fixture.keystore(id).await.unwrap();
        assert_eq!(format!("{kept:?}"), "Keystore(5000 octets)");
        assert!(kept == keystore(7));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_kept_until_another_is_taken_or_it_is_over() {
    for_each_engine(async |database| {
        let fixture = Fixture::on(database).await;
        let new = fixture.ready(1).await;
        let refused = Trouble { words: "refused".to_owned(), fault: Fault::Refused { status: Some(401) } };
        let tell = async |why: Option<&Trouble>| {
            fixture
                .store
                .write(|tx| Box::pin(async { certificate::note_trouble(tx, &cvr(), why).await }))
                .await
                .unwrap();
            fixture.organisation().await.certificate_trouble
        };
        let now = fixture.now();
        assert_eq!(tell(Some(&refused)).await, Some((now, refused.clone())));
        assert_eq!(tell(None).await, None);
        tell(Some(&refused)).await;
        assert!(fixture.take_into_use(new).await);
        assert_eq!(fixture.organisation().await.certificate_trouble, None);
    })
    .await;
}
