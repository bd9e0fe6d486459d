//! `person`: show one, and write people by hand with the same checks as any other source.

use std::io::Read as _;

use anyhow::{Context as _, Result, bail};
use domain::{
    Clock as _, Cpr, Cvr, Email, Language, Name, Presence, Rid, SourceKey, SourceName, SourceRecord,
    UserName, Warning, danish_date,
};
use serde_json::{Value, json};
use store::{identity::IdentityRecord, source};

use crate::{
    Ending,
    cli::{PersonCommand, PersonFields},
    commands::{actor, orders::find},
    installation::Installation,
    world::SystemClock,
};

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    command: PersonCommand,
) -> Result<Ending> {
    match command {
        PersonCommand::Show { user, json } => show(installation, organisation, &user, json).await,
        PersonCommand::Add(fields) => {
            let cvr = only_organisation(installation, organisation)?;
            let key = UserName::parse(&fields.user)?.key();
            if by_hand(installation, &cvr, &key).await?.is_some() {
                bail!(
                    "{} is written by hand already; `lokalid person change` changes the record",
                    fields.user
                );
            }
            let record = with_fields(SourceRecord::new(SourceKey::Text(key), "by hand"), &fields)?;
            refuse_taken_user_name(installation, &cvr, &record).await?;
            write(installation, &cvr, record, fields.name.as_deref()).await
        }
        PersonCommand::Change(fields) => {
            let cvr = only_organisation(installation, organisation)?;
            let record = written_by_hand(installation, &cvr, &fields.user).await?;
            write(installation, &cvr, with_fields(record, &fields)?, fields.name.as_deref()).await
        }
        PersonCommand::End { user, on, name } => {
            let cvr = only_organisation(installation, organisation)?;
            let record = written_by_hand(installation, &cvr, &user).await?;
            // The last day itself still counts, so "today" means that yesterday was the last.
            let end = on
                .unwrap_or_else(|| danish_date(SystemClock.now()).saturating_sub(jiff::Span::new().days(1)));
            write(installation, &cvr, SourceRecord { end: Some(end), ..record }, name.as_deref()).await
        }
    }
}

pub fn only_organisation(installation: &Installation, organisation: Option<&Cvr>) -> Result<Cvr> {
    match installation.chosen(organisation)?.as_slice() {
        [only] => Ok(only.clone()),
        _ => bail!("there are several organisations; say which with --organisation CVR"),
    }
}

async fn by_hand(installation: &Installation, cvr: &Cvr, key: &str) -> Result<Option<SourceRecord>> {
    Ok(installation.store.read(|tx| Box::pin(async { source::by_hand(tx, cvr, key).await })).await?)
}

async fn written_by_hand(installation: &Installation, cvr: &Cvr, user: &str) -> Result<SourceRecord> {
    let key = UserName::parse(user)?.key();
    by_hand(installation, cvr, &key).await?.with_context(|| {
        format!("{user} is not written by hand; change the person in the source that they come from")
    })
}

/// Two people with one user name are a fault in a file, and so they are by hand.
async fn refuse_taken_user_name(installation: &Installation, cvr: &Cvr, record: &SourceRecord) -> Result<()> {
    let Some(user) = record.user_name.as_ref().map(ToString::to_string) else { return Ok(()) };
    let others = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let mut others = Vec::new();
                for id in store::identity::find(tx, Some(cvr), &user).await? {
                    others.extend(store::identity::one(tx, id).await?);
                }
                Ok::<_, store::StoreError>(others)
            })
        })
        .await?;
    let is_somebody_else = |other: &IdentityRecord| {
        let desired = &other.subject.desired;
        desired.presence == Presence::Employed && desired.cpr.is_some() && desired.cpr != record.cpr
    };
    match others.iter().find(|other| is_somebody_else(other)) {
        Some(other) => bail!(
            "{user} is {} already, from source `{}`, with another CPR number; give each person a user name of their own",
            other.subject.desired.full_name(),
            other.subject.desired.source
        ),
        None => Ok(()),
    }
}

fn with_fields(record: SourceRecord, fields: &PersonFields) -> Result<SourceRecord> {
    let name = |text: &Option<String>, before: Option<Name>| match text {
        Some(text) => Name::parse(text).map(Some),
        None => Ok(before),
    };
    let cpr = match &fields.cpr_file {
        Some(file) => Some(read_cpr(file)?),
        None => record.cpr,
    };
    Ok(SourceRecord {
        user_name: Some(UserName::parse(&fields.user)?),
        cpr,
        birth_date: fields.birth_date.or(record.birth_date),
        given_name: name(&fields.given_name, record.given_name)?,
        surname: name(&fields.surname, record.surname)?,
        email: fields.email.as_deref().map(Email::parse).transpose()?.or(record.email),
        phone: fields.phone.clone().or(record.phone),
        unit: fields.unit.clone().or(record.unit),
        title: fields.title.clone().or(record.title),
        manager: fields.manager.clone().or(record.manager),
        rid: fields.rid.as_deref().map(Rid::parse).transpose()?.or(record.rid),
        start: fields.start.or(record.start),
        end: fields.end.or(record.end),
        ..record
    })
}

fn read_cpr(file: &std::path::Path) -> Result<Cpr> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("the file {}", file.display()))?;
    }
    Ok(Cpr::parse(text.trim())?)
}

async fn write(
    installation: &Installation,
    cvr: &Cvr,
    record: SourceRecord,
    name: Option<&str>,
) -> Result<Ending> {
    let by = actor(name);
    let organisation = installation.engine.organisation(cvr).await?.organisation;
    let label = record.user_name.as_ref().map(ToString::to_string).unwrap_or_default();
    let written = installation.store.write(|tx| {
        Box::pin(async {
            source::write_by_hand(tx, &organisation, record.clone(), &by).await?;
            warnings(tx, cvr, &record).await
        })
    });
    for warning in written.await? {
        eprintln!("warning: {}", warning.text);
    }
    println!("{label} is written. `lokalid apply` brings MitID Erhverv in step.");
    Ok(Ending::Done)
}

/// What is odd about the record that was just written. One that is a question first has no identity yet.
async fn warnings(
    tx: &mut store::Tx,
    cvr: &Cvr,
    record: &SourceRecord,
) -> Result<Vec<Warning>, store::StoreError> {
    let SourceKey::Text(key) = &record.key else { return Ok(Vec::new()) };
    match store::view::person::of_record(tx, cvr, SourceName::BY_HAND, key).await? {
        Some(id) => store::view::person::warnings(tx, id).await,
        None => Ok(Vec::new()),
    }
}

async fn show(
    installation: &Installation,
    organisation: Option<&Cvr>,
    user: &str,
    json: bool,
) -> Result<Ending> {
    let (_, id) = find(installation, organisation, user).await?;
    let (record, questions, operations) = installation
        .store
        .read(|tx| {
            Box::pin(async {
                let record = store::identity::one(tx, id).await?;
                let questions = store::question::about(tx, id).await?;
                Ok::<_, store::StoreError>((record, questions, store::outbox::of_identity(tx, id, 20).await?))
            })
        })
        .await?;
    let Some(record) = record else { bail!("{user} was removed just now") };
    let mut document = as_json(&record);
    if let Some(fields) = document.as_object_mut() {
        let questions: Vec<String> =
            questions.iter().map(|one| one.question.about.say(Language::English)).collect();
        fields.insert("questions".to_owned(), json!(questions));
        let operations = operations.iter().map(|one| {
            json!({ "id": one.id.to_string(), "kind": one.kind, "state": one.state, "reason": one.reason.say(Language::English) })
        });
        fields.insert("operations".to_owned(), operations.collect());
    }
    if json {
        println!("{document}");
    } else {
        print!("{}", as_words(&document, 0));
    }
    Ok(Ending::Done)
}

fn as_json(record: &IdentityRecord) -> Value {
    let subject = &record.subject;
    let desired = &subject.desired;
    json!({
        "organisation": record.cvr,
        "identity": desired.identity,
        "user_name": desired.user_name,
        "name": desired.full_name(),
        "cpr": desired.cpr.map(|cpr| cpr.masked()),
        "email": desired.email,
        "phone": desired.phone,
        "unit": desired.unit,
        "title": desired.title,
        "manager": desired.manager,
        "rid": desired.rid,
        "source": desired.source,
        "presence": desired.presence,
        "in_step": record.in_step,
        "hold": subject.hold,
        "mitid_erhverv": subject.observed.as_ref().map(|observed| json!({
            "uuid": observed.uuid,
            "status": observed.status,
            "sight": observed.sight,
            "fields": observed.fields.iter().map(|(field, value)| (field.name(), value)).collect::<std::collections::BTreeMap<_, _>>(),
            "administrator_roles": observed.administrator_roles,
            "authenticators": observed.authenticators,
            "seen_at": observed.seen_at,
        })),
    })
}

/// The same document for reading: a line a value, nested ones indented.
fn as_words(value: &Value, depth: usize) -> String {
    let Some(fields) = value.as_object() else { return String::new() };
    let indent = "  ".repeat(depth);
    let line = |(name, value): (&String, &Value)| match value {
        Value::Null => String::new(),
        Value::Object(_) => format!("{indent}{name}:\n{}", as_words(value, depth + 1)),
        Value::Array(values) if values.is_empty() => String::new(),
        Value::Array(values) => {
            let lines: Vec<String> =
                values.iter().map(|value| format!("{indent}  {}\n", plain(value))).collect();
            format!("{indent}{name}:\n{}", lines.concat())
        }
        value => format!("{indent}{name}: {}\n", plain(value)),
    };
    fields.iter().map(line).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
