//! `certificate list`, `add`, `use` and `remove`: a certificate is rolled over without the console.

use std::path::PathBuf;

use anyhow::{Result, bail};
use domain::{
    Clock as _, Cvr, Language,
    certificate::{Facts, Finding},
};
use serde_json::{Value, json};
use store::certificate::{self, CertificateRecord, MOST, Origin, State};

use crate::{
    Ending,
    certificates::{self, check, find, is_sound, look, read_keystore},
    cli::CertificateCommand,
    commands::actor,
    installation::Installation,
    report::{danish_time, table},
    world::SystemClock,
};

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    command: CertificateCommand,
) -> Result<Ending> {
    let chosen = installation.chosen(organisation)?;
    match (command, chosen.as_slice()) {
        (CertificateCommand::List { json }, all) => list(installation, all, json).await,
        (CertificateCommand::Add { file, password_file, name }, [cvr]) => {
            add(installation, cvr, [file, password_file], &actor(name.as_deref())).await
        }
        (CertificateCommand::Use { fingerprint, name }, [cvr]) => {
            take_into_use(installation, cvr, &fingerprint, &actor(name.as_deref())).await
        }
        (CertificateCommand::Remove { fingerprint, name }, [cvr]) => {
            remove(installation, cvr, &fingerprint, &actor(name.as_deref())).await
        }
        _ => bail!("there are several organisations; say which one with --organisation CVR"),
    }
}

async fn kept(installation: &Installation, cvr: &Cvr) -> Result<Vec<CertificateRecord>> {
    Ok(installation.store.read(|tx| Box::pin(async { certificate::all(tx, cvr).await })).await?)
}

async fn list(installation: &Installation, chosen: &[Cvr], json: bool) -> Result<Ending> {
    let mut documents = Vec::new();
    let mut rows = vec![
        ["organisation", "fingerprint", "state", "from", "until", "days left", "name"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for cvr in chosen {
        let all = kept(installation, cvr).await?;
        documents.push(json!({ "cvr": cvr, "certificates": all.iter().map(document).collect::<Vec<_>>() }));
        rows.extend(all.iter().filter_map(|one| row(cvr, one)));
    }
    if json {
        println!("{}", json!({ "organisations": documents }));
        return Ok(Ending::Done);
    }
    println!("{}", table(&rows));
    for cvr in chosen {
        tell_trouble(installation, cvr).await?;
    }
    Ok(Ending::Done)
}

async fn tell_trouble(installation: &Installation, cvr: &Cvr) -> Result<()> {
    let record = installation.engine.organisation(cvr).await?;
    let trouble = installation.shown(cvr)?.trouble();
    let Some(why) = trouble.or_else(|| record.certificate_trouble.map(|(_, trouble)| trouble)) else {
        return Ok(());
    };
    println!("{cvr}: {why}");
    if let Some(way_out) = certificates::way_out(installation, cvr).await? {
        println!("{way_out}");
    }
    Ok(())
}

fn row(cvr: &Cvr, one: &CertificateRecord) -> Option<Vec<String>> {
    let facts = one.facts.as_ref()?;
    Some(vec![
        cvr.to_string(),
        facts.short_fingerprint().to_owned(),
        state(one.state).to_owned(),
        origin(one.origin).to_owned(),
        danish_time(facts.not_after),
        facts.days_left(SystemClock.now()).to_string(),
        facts.name().to_owned(),
    ])
}

fn document(one: &CertificateRecord) -> Value {
    let facts = one.facts.as_ref();
    let findings = one.findings.iter().map(|finding| {
        json!({
            "check": finding.check.say(Language::English),
            "ok": finding.fault.is_none(),
            "words": finding.fault.as_ref().map(|fault| fault.say(Language::English)),
        })
    });
    json!({
        "fingerprint": facts.map(|facts| &facts.fingerprint),
        "state": state(one.state),
        "from": origin(one.origin),
        "subject": facts.map(|facts| &facts.subject),
        "serial": facts.map(|facts| &facts.serial),
        "cvr": facts.map(|facts| &facts.cvr),
        "not_before": facts.map(|facts| facts.not_before),
        "not_after": facts.map(|facts| facts.not_after),
        "days": facts.map(|facts| facts.days_left(SystemClock.now())),
        "added_by": one.added_by,
        "added_at": one.added_at,
        "checked_at": one.checked_at,
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn state(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::InUse => "in-use",
        State::Replaced => "replaced",
        State::Refused => "refused",
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::File => "lokalid.toml",
        Origin::Uploaded => "database",
    }
}

/// What can never be used is not kept; what only MitID Erhverv refuses for now is.
async fn add(installation: &Installation, cvr: &Cvr, files: [PathBuf; 2], by: &str) -> Result<Ending> {
    let section = installation.section(cvr)?;
    let keystore = read_keystore(files)?;
    let examined = look(keystore.clone(), section).await?;
    let mut faults = examined.findings.iter().filter_map(|finding| finding.fault.as_ref());
    if let Some(fault) = faults.find(|fault| !fault.may_pass()) {
        bail!("{}", fault.say(Language::English));
    }
    let added = installation
        .store
        .write(|tx| Box::pin(async { certificate::add(tx, cvr, &keystore, by).await }))
        .await?;
    let Some(id) = added else {
        bail!("there are {MOST} certificates already; remove one that is not needed any more first");
    };
    check(installation, cvr, id).await?;
    let all = kept(installation, cvr).await?;
    let Some(record) = all.iter().find(|one| one.id == id) else { bail!("it was removed meanwhile") };
    say_findings(&record.findings);
    let Some(facts) = &record.facts else { return Ok(Ending::Failed) };
    let fingerprint = facts.short_fingerprint();
    if record.is_ready(SystemClock.now()) {
        println!(
            "It waits beside the one in use; `lokalid certificate use {fingerprint}` takes it into use."
        );
        return Ok(Ending::Done);
    }
    println!("It is kept, but cannot be used yet; `lokalid certificate use {fingerprint}` checks it again.");
    Ok(Ending::Failed)
}

fn say_findings(findings: &[Finding]) {
    for finding in findings {
        match &finding.fault {
            None => println!("ok     {}", finding.check.say(Language::English)),
            Some(fault) => println!("WRONG  {}", fault.say(Language::English)),
        }
    }
}

async fn take_into_use(
    installation: &Installation,
    cvr: &Cvr,
    fingerprint: &str,
    by: &str,
) -> Result<Ending> {
    let all = kept(installation, cvr).await?;
    let wanted = find(&all, fingerprint)?;
    if wanted.state == State::InUse {
        println!("It is in use already.");
        return Ok(Ending::Done);
    }
    check(installation, cvr, wanted.id).await?;
    let all = kept(installation, cvr).await?;
    let Some(record) = all.iter().find(|one| one.id == wanted.id) else { bail!("it was removed meanwhile") };
    say_findings(&record.findings);
    if !is_sound(&record.findings) {
        return Ok(Ending::Failed);
    }
    let id = wanted.id;
    let taken = installation
        .store
        .write(|tx| Box::pin(async { certificate::take_into_use(tx, cvr, id, by).await }))
        .await?;
    if !taken {
        bail!("it is not ready to be used; `lokalid certificate list --json` says what was found");
    }
    println!("Every call is made with it from now on; {}", until(record.facts.as_ref()));
    Ok(Ending::Done)
}

fn until(facts: Option<&Facts>) -> String {
    let now = SystemClock.now();
    facts.map_or_else(String::new, |facts| {
        format!("it is valid until {}, {} days.", danish_time(facts.not_after), facts.days_left(now))
    })
}

async fn remove(installation: &Installation, cvr: &Cvr, fingerprint: &str, by: &str) -> Result<Ending> {
    let all = kept(installation, cvr).await?;
    let unwanted = find(&all, fingerprint)?;
    if unwanted.state == State::InUse {
        bail!("it is in use; take another one into use first");
    }
    if unwanted.origin == Origin::File {
        bail!(
            "it lies in the file that lokalid.toml names: take `certificate` and `certificate_password_file` out of \
             there, and delete the files"
        );
    }
    let id = unwanted.id;
    let removed =
        installation.store.write(|tx| Box::pin(async { certificate::remove(tx, cvr, id, by).await })).await?;
    if !removed {
        bail!("it is not there any more");
    }
    println!("It is removed, with its key.");
    Ok(Ending::Done)
}
