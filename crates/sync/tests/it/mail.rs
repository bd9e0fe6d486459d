//! Mail from the queue to a real mail server. Everything here needs Exim; without it each test says that it was left out.

use std::collections::BTreeMap;

use domain::{
    Clock as _, Cvr, Email, Environment, Language, Letter, Notice, Organisation, Settings, Variant,
};
use jiff::{SignedDuration, civil::date};
use store::mail::{self, MailRecord, MailState, NewMail};
use store::{Store, organisation};
use sync::mail::{Encryption, LogIn, MailFailure, MailSettings, Mailer};
use testkit::exim::{Delivered, Exim};
use testkit::{Database, Service, TestAuthority, for_each_engine, service};
use uuid::Uuid;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A queue and a mail server.
struct Office<'a> {
    database: &'a Database,
    store: Store,
    cvr: Cvr,
    exim: Exim,
}

impl<'a> Office<'a> {
    async fn of(database: &'a Database, exim: Exim) -> Self {
        let store = database.open().await;
        let cvr = Cvr::parse("90123456").unwrap();
        let organisation = Organisation {
            cvr: cvr.clone(),
            name: "Nørreby Kommune".to_owned(),
            variant: Variant::Light,
            environment: Environment::Emulator,
            settings: Settings::default(),
        };
        store.write(|tx| Box::pin(async { organisation::register(tx, &organisation).await })).await.unwrap();
        Self { database, store, cvr, exim }
    }

    async fn queue(&self, to: &str, dedupe: &str) {
        let (to, notice) = (email(to), notice());
        let new = NewMail { to: &to, notice: &notice, language: Language::Danish, dedupe };
        let queued = self.store.write(|tx| Box::pin(async { mail::queue(tx, &self.cvr, &new).await }));
        assert!(queued.await.unwrap());
    }

    async fn send(&self, mailer: &Mailer) -> usize {
        mailer.send_due(&self.store, "test").await.unwrap().taken
    }

    fn wait(&self, duration: SignedDuration) {
        self.database.clock.advance(duration);
    }

    async fn all(&self) -> Vec<MailRecord> {
        let read = self.store.read(|tx| Box::pin(async { mail::recent(tx, &self.cvr, 1_000, 0).await }));
        read.await.unwrap()
    }

    async fn one(&self) -> MailRecord {
        let mut all = self.all().await;
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    async fn counts(&self) -> BTreeMap<MailState, i64> {
        self.store.read(|tx| Box::pin(async { mail::counts(tx, &self.cvr).await })).await.unwrap()
    }
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn notice() -> Notice {
    Notice::RightExpires {
        person: "Søren Ærø Ågård".to_owned(),
        bundle: "Sygedagpenge og løn".to_owned(),
        until: date(2026, 12, 1),
        address: "https://lokalid.norreby.example/my".to_owned(),
    }
}

fn settings(exim: &Exim, encryption: Encryption) -> MailSettings {
    MailSettings {
        server: "localhost".to_owned(),
        port: if encryption == Encryption::Tls { exim.tls_port() } else { exim.port() },
        encryption,
        log_in: None,
        authorities: Some(exim.authority_file()),
        from: "Nørreby Kommune <lokalid@norreby.example>".to_owned(),
        reply_to: Some("brugere@norreby.example".to_owned()),
        host: "lokalid.norreby.example".to_owned(),
    }
}

fn plain(exim: &Exim) -> Mailer {
    Mailer::new(&settings(exim, Encryption::None)).unwrap()
}

/// Undoes `=C3=B8` and lines broken by `=`, in text and, with `_` for a blank, in headers.
fn from_quoted_printable(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let hex = after.get(..2).filter(|_| *first == b'=').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = after.get(2..).unwrap_or_default();
            }
            None => octets.push(*first),
        }
    }
    String::from_utf8(octets).unwrap()
}

fn from_base64(text: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut octets, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for value in text.chars().filter_map(|letter| LETTERS.find(letter)) {
        held = (held << 6) | u32::try_from(value).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            octets.push(u8::try_from((held >> bits) & 0xff).unwrap());
        }
    }
    String::from_utf8(octets).unwrap()
}

/// The body as a mail program shows it.
fn body(message: &Delivered) -> String {
    assert_eq!(message.header("Content-Type").to_lowercase(), "text/plain; charset=utf-8");
    match message.header("Content-Transfer-Encoding") {
        "quoted-printable" => from_quoted_printable(&message.body),
        "base64" => from_base64(&message.body).replace("\r\n", "\n"),
        other => panic!("encoded as {other}"),
    }
}

/// A header as a mail program shows it (RFC 2047): blanks between two encoded words are none.
fn words(header: &str) -> String {
    let mut shown = String::new();
    let mut rest = header;
    while let Some((before, word)) = rest.split_once("=?utf-8?") {
        shown.push_str(if before.trim().is_empty() { "" } else { before });
        let (word, after) = word.split_once("?=").unwrap();
        let (encoding, text) = word.split_once('?').unwrap();
        shown.push_str(&match encoding {
            "b" | "B" => from_base64(text),
            _ => from_quoted_printable(&text.replace('_', " ")),
        });
        rest = after;
    }
    shown + rest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_with_its_danish_letters() {
    if service(Service::Exim).is_none() {
        return;
    }
    for_each_engine(async |database| {
        let office = Office::of(database, Exim::start()).await;
        office.queue("søren@norreby.example", "right-1").await;
        assert_eq!(office.send(&plain(&office.exim)).await, 1);
        assert_eq!(office.send(&plain(&office.exim)).await, 0, "nothing is left");
        let message = office.exim.wait_for(1).remove(0);
        let letter = notice().letter(Language::Danish);
        assert_eq!(words(message.header("Subject")), letter.subject);
        assert_eq!(body(&message).trim_end(), letter.body.trim_end());
        assert!(letter.body.contains("Søren Ærø Ågård"));
        assert_eq!(words(message.header("From")), "Nørreby Kommune <lokalid@norreby.example>");
        assert_eq!(message.header("Reply-To"), "brugere@norreby.example");
        assert_eq!(message.header("Auto-Submitted"), "auto-generated");
        let record = office.one().await;
        assert_eq!(message.header("Message-ID"), format!("<{}@norreby.example>", record.id));
        let date = jiff::fmt::rfc2822::parse(message.header("Date")).unwrap();
        assert_eq!(date.timestamp().as_second(), database.clock.now().as_second());
        assert_eq!((record.state, record.attempts), (MailState::Sent, 1));
        assert_eq!(record.sent_at, Some(database.clock.now()));
        assert!(record.outcome.unwrap().starts_with("250 "));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_letters_go_through_one_connection_and_a_refused_one_stops_none() {
    if service(Service::Exim).is_none() {
        return;
    }
    let database = Database::sqlite();
    let office = Office::of(&database, Exim::start()).await;
    for (number, to) in ["a@norreby.example", office.exim.refused(), "b@norreby.example"].iter().enumerate() {
        office.queue(to, &number.to_string()).await;
    }
    assert_eq!(office.send(&plain(&office.exim)).await, 3);
    office.exim.wait_for(2);
    assert_eq!(office.counts().await, [(MailState::Sent, 2), (MailState::Failed, 1)].into());
    let all = office.all().await;
    let refused = all.into_iter().find(|record| record.state == MailState::Failed).unwrap();
    let why = refused.outcome.unwrap();
    assert!(why.contains("refused the recipient for good (550 5.1.1 nobody here is called that)"), "{why}");
    assert!(why.contains("correct the e-mail address"), "{why}");
    office.wait(HOUR);
    assert_eq!(office.send(&plain(&office.exim)).await, 0, "it is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_from_the_beginning_and_starttls_with_an_authority_of_our_own() {
    if service(Service::Exim).is_none() {
        return;
    }
    let database = Database::sqlite();
    let office = Office::of(&database, Exim::start()).await;
    for (number, encryption) in [Encryption::StartTls, Encryption::Tls].into_iter().enumerate() {
        let mailer = Mailer::new(&settings(&office.exim, encryption)).unwrap();
        mailer.probe().await.unwrap();
        office.queue("anna@norreby.example", &number.to_string()).await;
        office.send(&mailer).await;
        let delivered = office.exim.wait_for(number + 1);
        let received = delivered.iter().map(|message| message.header("Received"));
        assert_eq!(received.filter(|line| line.contains("with esmtps")).count(), number + 1);
    }
    assert_eq!(office.counts().await, [(MailState::Sent, 2)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_certificate_nobody_vouches_for_gets_no_mail() {
    if service(Service::Exim).is_none() {
        return;
    }
    let database = Database::sqlite();
    let office = Office::of(&database, Exim::start()).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let other = TestAuthority::new("Another authority", elsewhere.path());
    for encryption in [Encryption::StartTls, Encryption::Tls] {
        let mut settings = settings(&office.exim, encryption);
        settings.authorities = Some(other.certificate());
        let refused = Mailer::new(&settings).unwrap().probe().await.unwrap_err();
        assert!(
            matches!(&refused, MailFailure::Tls { why, .. } if why.contains("UnknownIssuer")),
            "{refused}"
        );
        settings.authorities = None;
        let refused = Mailer::new(&settings).unwrap().probe().await.unwrap_err();
        assert!(
            matches!(&refused, MailFailure::Tls { .. }),
            "the machine does not know it either: {refused}"
        );
        settings.authorities = Some(office.exim.authority_file());
        "127.0.0.1".clone_into(&mut settings.server);
        let refused = Mailer::new(&settings).unwrap().probe().await.unwrap_err();
        assert!(
            matches!(&refused, MailFailure::Tls { why, .. } if why.contains("not valid for name")),
            "{refused}"
        );
    }
    let mut settings = settings(&office.exim, Encryption::StartTls);
    settings.authorities = Some(other.certificate());
    office.queue("anna@norreby.example", "right-1").await;
    office.send(&Mailer::new(&settings).unwrap()).await;
    let record = office.one().await;
    assert_eq!(record.state, MailState::Waiting, "the letter is not at fault");
    assert!(record.outcome.unwrap().contains("`authorities` of [mail]"));
    office.wait(HOUR);
    office.send(&Mailer::new(&self::settings(&office.exim, Encryption::StartTls)).unwrap()).await;
    assert_eq!(office.exim.wait_for(1).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_where_the_server_speaks_plainly_is_a_failure_in_words() {
    if service(Service::Exim).is_none() {
        return;
    }
    let exim = Exim::start();
    let mut settings = settings(&exim, Encryption::Tls);
    settings.port = exim.port();
    let failure = Mailer::new(&settings).unwrap().probe().await.unwrap_err();
    assert!(matches!(failure, MailFailure::Tls { .. }), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_must_log_in_does_and_a_wrong_password_is_said() {
    if service(Service::Exim).is_none() {
        return;
    }
    let database = Database::sqlite();
    let office = Office::of(&database, Exim::start()).await;
    office.exim.demand_log_in();
    office.queue("anna@norreby.example", "right-1").await;
    let mut settings = settings(&office.exim, Encryption::StartTls);
    office.send(&Mailer::new(&settings).unwrap()).await;
    let record = office.one().await;
    assert_eq!(record.state, MailState::Waiting);
    assert!(record.outcome.unwrap().contains("wants a log-in (530 5.7.0 log in first)"));

    let log_in =
        |password: &str| Some(LogIn { user: office.exim.user().to_owned(), password: password.to_owned() });
    settings.log_in = log_in("forkert");
    let refused = Mailer::new(&settings).unwrap().probe().await.unwrap_err();
    assert!(matches!(&refused, MailFailure::LogIn { answer, .. } if answer.starts_with("535")), "{refused}");
    assert!(!refused.to_string().contains("forkert"));
    office.wait(HOUR);
    office.send(&Mailer::new(&settings).unwrap()).await;
    assert_eq!(office.one().await.state, MailState::Waiting, "the letter is not at fault");

    settings.log_in = log_in(office.exim.password());
    office.wait(HOUR);
    let mailer = Mailer::new(&settings).unwrap();
    mailer.probe().await.unwrap();
    office.send(&mailer).await;
    let message = office.exim.wait_for(1).remove(0);
    assert!(message.header("Received").contains("with esmtpsa"), "{message:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_greylisted_comes_back_after_its_pause() {
    if service(Service::Exim).is_none() {
        return;
    }
    for_each_engine(async |database| {
        let office = Office::of(database, Exim::start()).await;
        let mailer = plain(&office.exim);
        office.exim.greylist(true);
        office.queue("anna@norreby.example", "right-1").await;
        office.send(&mailer).await;
        let record = office.one().await;
        assert_eq!((record.state, record.attempts), (MailState::Waiting, 1));
        assert_eq!(record.not_before, database.clock.now() + SignedDuration::from_mins(1));
        assert!(record.outcome.unwrap().contains("asks to come back later (451 4.7.1 come back later)"));
        office.exim.greylist(false);
        assert_eq!(office.send(&mailer).await, 0, "not before its time");
        office.wait(SignedDuration::from_mins(1));
        assert_eq!(office.send(&mailer).await, 1);
        assert_eq!(office.exim.wait_for(1).len(), 1);
        assert_eq!(office.one().await.state, MailState::Sent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_loses_nothing() {
    if service(Service::Exim).is_none() {
        return;
    }
    let database = Database::sqlite();
    let mut office = Office::of(&database, Exim::prepared()).await;
    let mailer = plain(&office.exim);
    for number in 0..7 {
        office.queue("anna@norreby.example", &number.to_string()).await;
    }
    while office.send(&mailer).await > 0 {}
    assert_eq!(office.counts().await, [(MailState::Waiting, 7)].into());
    let all = office.all().await;
    assert!(
        all.iter().all(|record| record.outcome.as_ref().unwrap().contains("cannot be reached")),
        "{all:?}"
    );
    office.exim.come_back();
    office.wait(SignedDuration::from_mins(1));
    while office.send(&mailer).await > 0 {}
    assert_eq!(office.exim.wait_for(7).len(), 7);
    assert_eq!(office.counts().await, [(MailState::Sent, 7)].into());
    office.exim.go_away();
    office.queue("anna@norreby.example", "late").await;
    office.send(&mailer).await;
    assert_eq!(office.counts().await[&MailState::Waiting], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_for_three_days_is_given_up_and_tried_again_when_somebody_says_so() {
    if service(Service::Exim).is_none() {
        return;
    }
    let database = Database::sqlite();
    let mut office = Office::of(&database, Exim::prepared()).await;
    let mailer = plain(&office.exim);
    office.queue("anna@norreby.example", "right-1").await;
    let began = database.clock.now();
    while office.one().await.state == MailState::Waiting {
        let pause = office.one().await.not_before.duration_since(database.clock.now());
        assert!(pause <= HOUR);
        office.wait(pause);
        assert_eq!(office.send(&mailer).await, 1);
    }
    let record = office.one().await;
    let took = database.clock.now().duration_since(began);
    assert_eq!(took.as_hours(), 72, "after {} attempts", record.attempts);
    let why = record.outcome.unwrap();
    assert!(why.starts_with("given up after three days: the mail server localhost:"), "{why}");
    assert!(why.contains("lokalid mail retry"), "{why}");

    office.exim.come_back();
    let retried =
        office.store.write(|tx| Box::pin(async { mail::retry_failed(tx, &office.cvr, "Mette").await }));
    assert_eq!(retried.await.unwrap(), 1);
    office.send(&mailer).await;
    assert_eq!(office.exim.wait_for(1).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_each_letter_once() {
    if service(Service::Exim).is_none() {
        return;
    }
    for_each_engine(async |database| {
        let office = Office::of(database, Exim::start()).await;
        for number in 0..40 {
            office.queue("anna@norreby.example", &number.to_string()).await;
        }
        let work = async |worker: &str| {
            let (store, mailer) = (database.open().await, plain(&office.exim));
            let mut taken = 0;
            loop {
                match mailer.send_due(&store, worker).await.unwrap().taken {
                    0 => return taken,
                    some => taken += some,
                }
            }
        };
        let (one, two) = futures::join!(Box::pin(work("one")), Box::pin(work("two")));
        assert_eq!(one + two, 40);
        let delivered = office.exim.wait_for(40);
        let mut ids: Vec<&str> = delivered.iter().map(|message| message.header("Message-ID")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), delivered.len()), (40, 40));
        assert_eq!(office.counts().await, [(MailState::Sent, 40)].into());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_between_sending_and_settling_sends_twice_and_loses_nothing() {
    if service(Service::Exim).is_none() {
        return;
    }
    for_each_engine(async |database| {
        let office = Office::of(database, Exim::start()).await;
        let mailer = plain(&office.exim);
        office.queue("anna@norreby.example", "right-1").await;
        let lease = SignedDuration::from_mins(20);
        let claimed = office.store.write(|tx| Box::pin(mail::claim(tx, "killed", 5, lease)));
        let one = claimed.await.unwrap().remove(0);
        mailer.send(one.id, &one.to, &one.letter, database.clock.now()).await.unwrap();
        // Here it is killed.
        assert_eq!(office.send(&mailer).await, 0, "it may still be alive");
        office.wait(lease);
        assert_eq!(office.send(&mailer).await, 1);
        let delivered = office.exim.wait_for(2);
        assert_eq!(delivered.len(), 2);
        let [first, second] = [0, 1].map(|number: usize| delivered.get(number).unwrap().header("Message-ID"));
        assert_eq!(first, second, "a mail program knows it for the same");
        assert_eq!(office.one().await.state, MailState::Sent);
        let late = mail::Outcome::Retry { why: String::new(), again_at: database.clock.now() };
        let settled = office.store.write(|tx| Box::pin(async { mail::settle(tx, &one, &late).await }));
        settled.await.unwrap();
        assert_eq!(office.one().await.state, MailState::Sent, "who lost the lease has nothing more to say");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_cannot_add_headers_or_end_the_mail() {
    if service(Service::Exim).is_none() {
        return;
    }
    let exim = Exim::start();
    let letter = Letter {
        subject: "Hej\r\nBcc: secret@norreby.example".to_owned(),
        body: "One\n.\nMAIL FROM:<a@b.example>\n.\r\nlast\n".to_owned(),
    };
    let database = Database::sqlite();
    let (id, now) = (Uuid::from_u128(7), database.clock.now());
    plain(&exim).send(id, &email("anna@norreby.example"), &letter, now).await.unwrap();
    let delivered = exim.wait_for(1);
    assert_eq!(delivered.len(), 1);
    let message = delivered.first().unwrap();
    assert!(message.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("bcc")), "{message:?}");
    assert!(message.body.contains("\n.\n") && message.body.trim_end().ends_with("last"), "{message:?}");
}
