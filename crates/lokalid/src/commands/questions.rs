//! `match`: questions to a human.

use anyhow::Result;
use domain::{About, Cvr, Language, Verdict};
use serde_json::{Value, json};
use store::question::{self, QuestionRecord};

use crate::{Ending, cli::Match, commands::actor, installation::Installation};

pub async fn run(
    installation: &Installation,
    organisation: Option<&Cvr>,
    arguments: &Match,
) -> Result<Ending> {
    let verdict = match (arguments.yes, arguments.no, arguments.other) {
        (true, _, _) => Some(Verdict::Yes),
        (_, true, _) => Some(Verdict::No),
        (_, _, Some(uuid)) => Some(Verdict::Other(uuid)),
        _ => None,
    };
    if let (Some(number), Some(verdict)) = (arguments.question, verdict) {
        return answer(installation, number, verdict, arguments).await;
    }
    let questions =
        installation.store.read(|tx| Box::pin(async { question::open(tx, organisation).await })).await?;
    let asked = |record: &&QuestionRecord| arguments.question.is_none_or(|number| number == record.number);
    let shown: Vec<&QuestionRecord> = questions.iter().filter(asked).collect();
    if arguments.json {
        println!(
            "{}",
            json!({ "questions": shown.iter().map(|record| as_json(record)).collect::<Vec<_>>() })
        );
    } else if shown.is_empty() {
        println!("No question waits.");
    } else {
        for record in shown {
            print!("{}", as_words(record));
        }
    }
    Ok(Ending::Done)
}

async fn answer(
    installation: &Installation,
    number: i64,
    verdict: Verdict,
    arguments: &Match,
) -> Result<Ending> {
    let by = actor(arguments.name.as_deref());
    let why = &arguments.why;
    let record = installation
        .store
        .write(|tx| Box::pin(async { question::answer(tx, number, verdict, &by, why).await }))
        .await?;
    println!("Question {number} about {} is answered; the next `apply` acts on it.", record.question.label);
    Ok(Ending::Done)
}

fn as_json(record: &QuestionRecord) -> Value {
    let about = &record.question.about;
    let candidates = if let About::Match { candidates } = about { json!(candidates) } else { json!([]) };
    json!({
        "question": record.number,
        "organisation": record.cvr,
        "user_name": record.question.label,
        "kind": about.kind(),
        "text": about.say(Language::English),
        "can_be_answered": about.is_answerable(),
        "candidates": candidates,
        "asked_at": record.asked_at,
    })
}

fn as_words(record: &QuestionRecord) -> String {
    use std::fmt::Write as _;
    let about = &record.question.about;
    let mut words =
        format!("{}  {}: {}\n", record.number, record.question.label, about.say(Language::English));
    if let About::Match { candidates } = about {
        for one in candidates {
            let list = |fields: &[domain::Field]| {
                fields.iter().map(|field| field.word(Language::English)).collect::<Vec<_>>().join(", ")
            };
            let (agrees, differs) = (list(&one.agrees), list(&one.differs));
            let _ = writeln!(
                words,
                "      {}  {} ({}): agrees in {agrees}; differs in {}",
                one.uuid,
                one.name,
                one.status,
                if differs.is_empty() { "nothing" } else { &differs }
            );
        }
    }
    words
}
