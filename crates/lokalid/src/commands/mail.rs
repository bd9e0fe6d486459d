//! `mail`: whether it can be sent, what became of it, and another try.

use anyhow::{Result, bail};
use domain::{Clock as _, Cvr, Email, Letter, Random as _};
use serde_json::{Value, json};
use store::mail::{MailRecord, MailState};

use crate::{
    Ending,
    cli::MailCommand,
    commands::actor,
    installation::Installation,
    mail,
    report::danish_time,
    world::{SystemClock, SystemRandom},
};

pub async fn run(installation: &Installation, cvr: Option<&Cvr>, command: MailCommand) -> Result<Ending> {
    match command {
        MailCommand::Test { address } => test(installation, &address).await,
        MailCommand::List { json, limit } => list(installation, cvr, json, i64::from(limit)).await,
        MailCommand::Retry { name } => retry(installation, cvr, &actor(name.as_deref())).await,
    }
}

/// Past the queue, so that what happens is known at once.
async fn test(installation: &Installation, address: &Email) -> Result<Ending> {
    let configuration = &installation.configuration;
    let Some(section) = &configuration.mail else {
        bail!(
            "there is no [mail] in the configuration; `lokalid init` in another folder shows how it is written"
        );
    };
    let mailer = mail::mailer(configuration, section)?;
    let name = format!("{}:{}", section.server, section.port());
    println!("Sending one mail to {address} through {name} ...");
    let mut octets = [0; 16];
    SystemRandom.fill(&mut octets);
    let id = uuid::Builder::from_random_bytes(octets).into_uuid();
    let answer = mailer.send(id, address, &letter(section.language()), SystemClock.now()).await?;
    println!("The mail server took it and said: {answer}");
    println!(
        "Look whether it arrives; if not, it may lie with unwanted mail, or the server's log tells where it went."
    );
    Ok(Ending::Done)
}

fn letter(language: domain::Language) -> Letter {
    Letter {
        subject: language.pick("Prøve fra Lokalid", "Test from Lokalid").to_owned(),
        body: language
            .pick(
                "Denne mail er sendt for at se, om Lokalid kan sende mail. Det kan den. Du skal ikke gøre noget.\n",
                "This mail was sent to see whether Lokalid can send mail. It can. There is nothing for you to do.\n",
            )
            .to_owned(),
    }
}

async fn list(installation: &Installation, cvr: Option<&Cvr>, json: bool, limit: i64) -> Result<Ending> {
    let mut all = Vec::new();
    for cvr in installation.chosen(cvr)? {
        let read =
            installation.store.read(|tx| Box::pin(async { store::mail::recent(tx, &cvr, limit, 0).await }));
        all.extend(read.await?);
    }
    if json {
        println!("{}", json!({ "mail": all.iter().map(as_json).collect::<Vec<_>>() }));
    } else {
        all.iter().for_each(print);
        if all.is_empty() {
            println!("There is no mail.");
        }
    }
    Ok(Ending::Done)
}

fn print(one: &MailRecord) {
    let MailRecord { to, kind, attempts, letter, .. } = one;
    let state = match one.state {
        MailState::Waiting if *attempts > 0 => format!("is tried again {}", danish_time(one.not_before)),
        MailState::Waiting => "waits".to_owned(),
        MailState::Sending => "is being sent".to_owned(),
        MailState::Sent => one.sent_at.map_or_else(String::new, |at| format!("sent {}", danish_time(at))),
        MailState::Failed => "FAILED".to_owned(),
    };
    println!("{}  {to}  {kind}  {state}: {}", danish_time(one.created_at), letter.subject);
    if let (Some(outcome), MailState::Waiting | MailState::Failed) = (&one.outcome, one.state) {
        println!("    {outcome}");
    }
}

fn as_json(one: &MailRecord) -> Value {
    json!({
        "id": one.id,
        "organisation": one.cvr,
        "to": one.to,
        "kind": one.kind,
        "subject": one.letter.subject,
        "state": one.state,
        "attempts": one.attempts,
        "outcome": one.outcome,
        "created_at": one.created_at,
        "sent_at": one.sent_at,
    })
}

async fn retry(installation: &Installation, cvr: Option<&Cvr>, by: &str) -> Result<Ending> {
    let mut number = 0;
    for cvr in installation.chosen(cvr)? {
        let write =
            installation.store.write(|tx| Box::pin(async { store::mail::retry_failed(tx, &cvr, by).await }));
        number += write.await?;
    }
    match number {
        0 => println!("Nothing had failed."),
        1 => println!("1 mail is tried again by `lokalid serve`."),
        _ => println!("{number} mails are tried again by `lokalid serve`."),
    }
    Ok(Ending::Done)
}
