//! Mail: queued once, leased by one at a time, settled by who holds the lease.

use domain::{Email, Language, Notice};
use jiff::{SignedDuration, civil::date};
use store::mail::{self, Claimed, MailRecord, MailState, NewMail, Outcome};
use store::{StoreError, Value};
use testkit::for_each_engine;

use crate::town::{MINUTE, Town, change, email, look};

const LEASE: SignedDuration = SignedDuration::from_mins(10);

fn notice(bundle: &str) -> Notice {
    Notice::RightExpires {
        person: "Søren Østergård".to_owned(),
        bundle: bundle.to_owned(),
        until: date(2026, 12, 1),
        address: "https://lokalid.norreby.example/my".to_owned(),
    }
}

impl Town<'_> {
    async fn queue(&self, to: &Email, dedupe: &str) -> bool {
        let notice = notice("Sygedagpenge");
        let new = NewMail { to, notice: &notice, language: Language::Danish, dedupe };
        change!(self, tx => mail::queue(tx, self.cvr(), &new).await?)
    }

    async fn claim_mail(&self, worker: &str, limit: i64) -> Vec<Claimed> {
        change!(self, tx => mail::claim(tx, worker, limit, LEASE).await?)
    }

    async fn is_due(&self) -> bool {
        look!(self, tx => mail::is_due(tx).await?)
    }

    async fn settle_mail(&self, one: &Claimed, outcome: &Outcome) {
        change!(self, tx => mail::settle(tx, one, outcome).await?);
    }

    async fn mail(&self) -> Vec<MailRecord> {
        look!(self, tx => mail::recent(tx, self.cvr(), 100, 0).await?)
    }

    async fn mail_counts(&self) -> Vec<(MailState, i64)> {
        look!(self, tx => mail::counts(tx, self.cvr()).await?).into_iter().collect()
    }
}

fn sent() -> Outcome {
    Outcome::Sent { answer: "250 OK".to_owned() }
}

#[tokio::test]
async fn a_notice_is_queued_once_and_sealed() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let (anna, bo) = (email("Anna@norreby.example"), email("bo@norreby.example"));
        assert!(town.queue(&anna, "right-1").await);
        assert!(
            !town.queue(&email("anna@NORREBY.example"), "right-1").await,
            "the same notice about the same thing"
        );
        assert!(town.queue(&anna, "right-2").await);
        assert!(town.queue(&bo, "right-1").await, "another reader");
        assert_eq!(town.mail_counts().await, [(MailState::Waiting, 3)]);
        let all = look!(town, tx => mail::of_recipient(tx, town.cvr(), &anna, 10).await?);
        assert_eq!(all.len(), 2);
        let first = &all[1];
        assert_eq!((first.to.as_str(), first.kind.as_str()), ("Anna@norreby.example", "right-expires"));
        assert_eq!(first.letter, notice("Sygedagpenge").letter(Language::Danish));
        assert_eq!((first.state, first.attempts, first.created_at), (MailState::Waiting, 0, town.now()));
        let rows = look!(town, tx => tx.rows("SELECT sealed_letter FROM mail", &[]).await?);
        for row in rows {
            let sealed = row.bytes("sealed_letter").unwrap();
            assert!(!String::from_utf8_lossy(sealed).contains("Sygedagpenge"));
        }
        let page = look!(town, tx => mail::recent(tx, town.cvr(), 1, 1).await?);
        assert_eq!(page, town.mail().await[1..2]);
        let other = crate::town::organisation("90999999").cvr;
        assert!(look!(town, tx => mail::recent(tx, &other, 10, 0).await?).is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_undone_with_its_transaction_is_never_sent() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let (to, notice) = (email("anna@norreby.example"), notice("Sygedagpenge"));
        let new = NewMail { to: &to, notice: &notice, language: Language::English, dedupe: "right-1" };
        let undone = town.store.write(|tx| {
            Box::pin(async {
                assert!(mail::queue(tx, town.cvr(), &new).await?);
                tx.execute("INSERT INTO no_such_table VALUES (1)", &[]).await
            })
        });
        assert!(matches!(undone.await, Err(StoreError::Statement { .. })));
        assert!(town.mail().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_letter_is_in_one_pair_of_hands_and_comes_back_when_they_let_go() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        for number in 0..3 {
            town.queue(&email("anna@norreby.example"), &number.to_string()).await;
        }
        assert!(town.is_due().await);
        let mine = town.claim_mail("one", 2).await;
        let theirs = town.claim_mail("two", 2).await;
        assert_eq!((mine.len(), theirs.len()), (2, 1));
        assert!(mine.iter().all(|one| one.id != theirs[0].id));
        assert_eq!((mine[0].attempts, mine[0].first_tried_at), (1, town.now()));
        assert_eq!(town.claim_mail("three", 2).await, []);
        assert!(!town.is_due().await);

        town.settle_mail(&mine[0], &sent()).await;
        town.wait(LEASE);
        assert!(town.is_due().await);
        let again = town.claim_mail("three", 10).await;
        assert_eq!(again.len(), 2, "the leases of the others ran out");
        assert_eq!(again[0].attempts, 2);
        assert_eq!(again[0].first_tried_at + LEASE, town.now());
        town.settle_mail(&mine[1], &Outcome::Failed { why: "late".to_owned() }).await;
        assert_eq!(town.mail_counts().await, [(MailState::Sending, 2), (MailState::Sent, 1)]);
        assert_eq!(town.logged("mail.").await, ["mail.sent"]);
    })
    .await;
}

#[tokio::test]
async fn what_dead_programs_held_is_free_at_once() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        for number in 0..2 {
            town.queue(&email("anna@norreby.example"), &number.to_string()).await;
        }
        let (dead, alive) = (town.claim_mail("dead", 1).await, town.claim_mail("alive", 1).await);
        assert_eq!(change!(town, tx => mail::take_back_from(tx, "dead").await?), 1);
        let again = town.claim_mail("next", 10).await;
        assert_eq!(again.iter().map(|one| one.id).collect::<Vec<_>>(), [dead[0].id]);
        assert_eq!(change!(town, tx => mail::take_back(tx).await?), 2);
        town.settle_mail(&alive[0], &sent()).await;
        assert_eq!(town.mail_counts().await, [(MailState::Waiting, 2)], "the lease was taken back");
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_failed_waits_its_time_and_one_for_good_waits_for_somebody() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        town.queue(&email("anna@norreby.example"), "right-1").await;
        let one = town.claim_mail("one", 1).await.remove(0);
        let again_at = town.now() + MINUTE;
        town.settle_mail(&one, &Outcome::Retry { why: "451 later".to_owned(), again_at }).await;
        let record = town.mail().await.remove(0);
        assert_eq!((record.state, record.outcome.as_deref()), (MailState::Waiting, Some("451 later")));
        assert_eq!(record.not_before, again_at);
        assert!(town.claim_mail("one", 1).await.is_empty(), "not before its time");
        town.wait(MINUTE);
        let one = town.claim_mail("one", 1).await.remove(0);
        town.settle_mail(&one, &Outcome::Failed { why: "550 nobody".to_owned() }).await;
        town.wait(MINUTE);
        assert!(town.claim_mail("one", 1).await.is_empty());
        assert_eq!(town.logged("mail.").await, ["mail.failed"]);

        assert_eq!(change!(town, tx => mail::retry_failed(tx, town.cvr(), "Mette").await?), 1);
        assert_eq!(change!(town, tx => mail::retry_failed(tx, town.cvr(), "Mette").await?), 0);
        let one = town.claim_mail("one", 1).await.remove(0);
        assert_eq!((one.attempts, one.first_tried_at), (1, town.now()));
        town.settle_mail(&one, &sent()).await;
        let record = town.mail().await.remove(0);
        assert_eq!((record.state, record.sent_at), (MailState::Sent, Some(town.now())));
        assert_eq!(town.logged("mail.").await, ["mail.failed", "mail.retried", "mail.sent"]);
    })
    .await;
}

#[tokio::test]
async fn the_log_proves_who_was_told_and_does_not_say_the_address() {
    for_each_engine(async |database| {
        let town = Town::of(database, 0).await;
        let to = email("Anna@norreby.example");
        town.queue(&to, "right-1").await;
        let one = town.claim_mail("one", 1).await.remove(0);
        town.settle_mail(&one, &sent()).await;
        let sql = "SELECT subject, detail FROM audit WHERE action = $1";
        let row = look!(town, tx => tx.row(sql, &[Value::from("mail.sent")]).await?).unwrap();
        assert_eq!(row.text("subject").unwrap(), one.id.to_string());
        let detail: serde_json::Value = serde_json::from_str(row.text("detail").unwrap()).unwrap();
        assert_eq!((&detail["kind"], &detail["attempts"]), (&"right-expires".into(), &1.into()));
        let hash = look!(town, tx => tx.lookup_hash("mail-recipient", to.key().as_bytes()));
        let hash = hash.iter().fold(String::new(), |text, octet| format!("{text}{octet:02x}"));
        assert_eq!(detail["recipient_hash"], hash);
        assert!(!row.text("detail").unwrap().contains("norreby"));
    })
    .await;
}
