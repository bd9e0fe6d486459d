//! `[mail]`: what `mail`, `doctor` and `serve` do with it, and that all goes on without it.

use std::sync::Arc;

use domain::{Clock, Cvr, Email, Language, Notice};
use jiff::{Timestamp, civil::date};
use serde_json::json;
use store::mail::{self, NewMail};
use store::{Keys, Location, Store};
use testkit::exim::Exim;
use testkit::{SeededRandom, Service, service};

use crate::http;
use crate::served::serve;
use crate::world::{Folder, LIGHT, until};

/// The program under test reads the real clock.
#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "what is queued is due at once for the program")]
        Timestamp::now()
    }
}

/// Writes `[mail]` into the configuration.
fn set_up(folder: &Folder, lines: &str) {
    let section = format!("[mail]\n{lines}\n\n[[organisation]]");
    folder.edit("lokalid.toml", |text| text.replacen("[[organisation]]", &section, 1));
}

fn through(exim: &Exim) -> String {
    format!(
        "server = \"localhost\"\nport = {}\ntls = \"starttls\"\nauthorities = \"mail-ca.pem\"\nuser = \"{}\"\n\
         password_file = \"keys/mail.password\"\nfrom = \"Lokalid <lokalid@noerreby.example>\"",
        exim.port(),
        exim.user()
    )
}

/// A folder that sends through a server that wants a log-in.
fn with_mail(exim: &Exim) -> Folder {
    let folder = Folder::light();
    exim.demand_log_in();
    folder.write("mail-ca.pem", std::fs::read(exim.authority_file()).unwrap());
    folder.write("keys/mail.password", format!("{}\n", exim.password()));
    set_up(&folder, &through(exim));
    folder
}

/// Queues one notice, as a page of the console would.
async fn queue(folder: &Folder, to: &str) {
    let keys = Keys::read(&folder.path().join("keys")).unwrap();
    let location = Location::file(folder.path().join("lokalid.db"));
    let random = Arc::new(SeededRandom::new(7));
    let store = Store::open(location, keys, Arc::new(RealClock), random).await.unwrap();
    let notice = Notice::RightExpires {
        person: "Anne Ærø".to_owned(),
        bundle: "Sygedagpenge".to_owned(),
        until: date(2026, 12, 1),
        address: "http://localhost:8080/my".to_owned(),
    };
    let (to, cvr) = (Email::parse(to).unwrap(), Cvr::parse(LIGHT).unwrap());
    let new = NewMail { to: &to, notice: &notice, language: Language::Danish, dedupe: "right-1" };
    let queued = store.write(|tx| Box::pin(async { mail::queue(tx, &cvr, &new).await }));
    assert!(queued.await.unwrap());
    store.close().await.unwrap();
}

#[tokio::test]
async fn without_a_mail_server_mail_waits_and_everything_else_goes_on() {
    let folder = Folder::light();
    folder.run(&["mail", "list"]).expect(0).says(&["There is no mail."]);
    queue(&folder, "anne0000@noerreby.example").await;
    folder.run(&["doctor"]).says(&["?      mail: lokalid.toml has no [mail]", "1 waiting"]);
    folder.run(&["mail", "test", "anne0000@noerreby.example"]).expect(1).says(&["there is no [mail]"]);
    let list = folder.run(&["mail", "list", "--json"]).expect(0).json();
    assert_eq!(list["mail"][0]["state"], json!("waiting"));
    folder
        .run(&["mail", "list"])
        .expect(0)
        .says(&["anne0000@noerreby.example", "waits: Din adgang Sygedagpenge"]);
    folder.run(&["mail", "retry"]).expect(0).says(&["Nothing had failed."]);
    let (serving, _) = serve(&folder);
    assert_eq!(serving.stop(), 0);
}

#[test]
fn a_configuration_that_would_not_do_is_refused_in_words() {
    let refused = |lines: &str, parts: &[&str]| {
        let folder = Folder::light();
        set_up(&folder, lines);
        folder.run(&["status"]).expect(1).says(parts);
    };
    refused(
        "server = \"mail.noerreby.example\"\nfrom = \"nobody\"",
        &["mail.from = \"nobody\"", "angle brackets"],
    );
    refused(
        "server = \"192.0.2.7\"\ntls = \"none\"\nfrom = \"a@b.example\"",
        &["192.0.2.7", "readable through the net"],
    );
    refused(
        "server = \"localhost\"\nfrom = \"a@b.example\"\nuser = \"u\"",
        &["user and password_file stand together"],
    );
    refused("server = \"localhost\"\nfrom = \"a@b.example\"\nlanguage = \"de\"", &["da", "en"]);
    refused("server = \"localhost\"\nfrom = \"a@b.example\"\nsmtp = 1", &["smtp"]);
}

#[test]
fn a_test_mail_is_sent_or_said_why_not() {
    if service(Service::Exim).is_none() {
        return;
    }
    let exim = Exim::start();
    let folder = with_mail(&exim);
    folder.run(&["mail", "test", "anne0000@noerreby.example"]).expect(0).says(&["took it and said: 250"]);
    let message = exim.wait_for(1).remove(0);
    assert_eq!(message.header("From"), "Lokalid <lokalid@noerreby.example>");
    folder.run(&["doctor"]).says(&["ok     mail: the server lets us in; nothing was sent"]);
    assert_eq!(exim.delivered().len(), 1);

    folder.run(&["mail", "test", exim.refused()]).expect(1).says(&["refused the recipient for good (550"]);
    folder.write("keys/mail.password", "forkert");
    let ran = folder.run(&["mail", "test", "anne0000@noerreby.example"]).expect(1);
    let ran = ran.says(&["refused the log-in (535", "`password_file`"]);
    assert!(!ran.said().contains("forkert"));
    folder.run(&["doctor"]).expect(1).says(&["WRONG  mail: ", "refused the log-in"]);
    std::fs::remove_file(folder.path().join("keys/mail.password")).unwrap();
    folder.run(&["doctor"]).expect(1).says(&["WRONG  mail, settings: ", "mail.password", "cannot be read"]);
    folder.run(&["status"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_sends_what_was_queued_and_says_what_became_of_it() {
    if service(Service::Exim).is_none() {
        return;
    }
    let exim = Exim::start();
    let folder = with_mail(&exim);
    queue(&folder, "anne0000@noerreby.example").await;
    let (serving, port) = serve(&folder);
    let message = exim.wait_for(1).remove(0);
    assert_eq!(message.header("To"), "anne0000@noerreby.example");
    let sent = format!("lokalid_mail{{organisation=\"{LIGHT}\",state=\"sent\"}} 1");
    until("the database knows", || http::get(port, "/metrics").text().contains(&sent));
    queue(&folder, exim.refused()).await;
    let failed = format!("lokalid_mail{{organisation=\"{LIGHT}\",state=\"failed\"}} 1");
    until("a running `serve` takes what is new", || http::get(port, "/metrics").text().contains(&failed));
    assert_eq!(serving.stop(), 0);
    folder.run(&["mail", "list"]).expect(0).says(&["FAILED", "correct the e-mail address", "sent "]);
    folder.run(&["mail", "retry", "--as", "Mette"]).expect(0).says(&["1 mail is tried again"]);
    let list = folder.run(&["mail", "list", "--json"]).expect(0).json();
    assert_eq!(list["mail"][0]["state"], json!("waiting"));
}
