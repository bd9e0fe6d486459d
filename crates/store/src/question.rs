//! Table `question`: what waits for a human, and what humans answered.

use std::collections::{BTreeSet, HashMap};

use domain::{About, Answer, Cvr, IdentityId, Question, Verdict};
use jiff::Timestamp;
use serde_json::json;

use crate::{Row, StoreError, Tx, json, log::AuditEntry, setting};

/// A question as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRecord {
    /// What people call it: `lokalid match 12`.
    pub number: i64,
    pub cvr: Cvr,
    pub question: Question,
    pub asked_at: Timestamp,
    pub answer: Option<Answer>,
}

/// An answer that does not fit.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AnswerError {
    #[error("there is no open question {0}; `lokalid match` lists them")]
    NoSuchQuestion(i64),
    #[error("question {0} cannot be answered, it must be mended: {1}")]
    MustBeMended(i64, String),
    #[error("question {0} has no candidate {1}; `lokalid match {0}` shows them")]
    NoSuchCandidate(i64, String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the open questions of one part (`resolve` or `plan`) be exactly `questions`.
///
/// `raised` holds the keys that the situation raises, answered ones included; an answer whose question is no longer
/// raised is forgotten, so that it cannot answer another question later. `None`: those of `questions`.
pub async fn put(
    tx: &mut Tx,
    cvr: &Cvr,
    part: &str,
    questions: &[Question],
    raised: Option<&BTreeSet<String>>,
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 9] =
        ["organisation", "key", "number", "raised_by", "identity", "kind", "label", "about", "asked_at"];
    let now = tx.now();
    let text = cvr.to_string();
    let sql = "SELECT key FROM question WHERE organisation = $1 AND raised_by = $2";
    let rows = tx.rows(sql, &[text.as_str().into(), part.into()]).await?;
    let known: BTreeSet<String> =
        rows.iter().map(|row| Ok(row.text("key")?.to_owned())).collect::<Result<_, StoreError>>()?;
    let keyed: HashMap<String, &Question> =
        questions.iter().map(|question| (question.key(), question)).collect();
    let stays = |key: &String| raised.map_or_else(|| keyed.contains_key(key), |raised| raised.contains(key));
    for key in known.iter().filter(|key| !stays(key)) {
        let sql = "DELETE FROM question WHERE organisation = $1 AND key = $2 AND raised_by = $3";
        tx.execute(sql, &[text.as_str().into(), key.as_str().into(), part.into()]).await?;
    }
    let mut new: Vec<(&String, &&Question)> = keyed.iter().filter(|(key, _)| !known.contains(*key)).collect();
    new.sort_by_key(|(key, _)| *key);
    if new.is_empty() {
        return Ok(());
    }
    let mut number = highest_number(tx).await?;
    let mut rows = Vec::with_capacity(new.len());
    for (key, question) in new {
        number += 1;
        rows.push(vec![
            text.as_str().into(),
            key.as_str().into(),
            number.into(),
            part.into(),
            question.identity.map(|identity| identity.0).into(),
            question.about.kind().into(),
            question.label.as_str().into(),
            json::text(&question.about).into(),
            now.into(),
        ]);
    }
    tx.insert_many("question", &COLUMNS, rows.into_iter(), Some("(organisation, key) DO NOTHING")).await?;
    setting::write(tx, setting::INSTALLATION, HIGHEST, &number.to_string()).await
}

const HIGHEST: &str = "question.number";

/// The highest number that was ever given: they never come back, because a late click on a removed question must hit
/// nothing.
async fn highest_number(tx: &mut Tx) -> Result<i64, StoreError> {
    let highest = setting::read(tx, setting::INSTALLATION, HIGHEST).await?;
    let counted = highest.and_then(|text| text.parse().ok()).unwrap_or(0);
    let row = tx.row("SELECT COALESCE(MAX(number), 0) AS number FROM question", &[]).await?;
    Ok(row.map(|row| row.int("number")).transpose()?.unwrap_or(0).max(counted))
}

const COLUMNS: &str =
    "organisation, key, number, identity, kind, label, about, asked_at, answer, answered_by, answered_at";

/// Open questions by number, of one organisation or of all.
pub async fn open(tx: &mut Tx, cvr: Option<&Cvr>) -> Result<Vec<QuestionRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM question WHERE answer IS NULL AND ($1 = '' OR organisation = $1) ORDER BY number"
    );
    let scope = cvr.map(ToString::to_string).unwrap_or_default();
    tx.rows(&sql, &[scope.into()]).await?.iter().map(read).collect()
}

/// The questions about one identity, answered ones included.
pub async fn about(tx: &mut Tx, identity: IdentityId) -> Result<Vec<QuestionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM question WHERE identity = $1 ORDER BY number");
    tx.rows(&sql, &[identity.0.into()]).await?.iter().map(read).collect()
}

pub async fn one(tx: &mut Tx, number: i64) -> Result<Option<QuestionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM question WHERE number = $1");
    tx.row(&sql, &[number.into()]).await?.as_ref().map(read).transpose()
}

/// The answers of an organisation by the key of their question.
pub async fn answers(tx: &mut Tx, cvr: &Cvr) -> Result<HashMap<String, Answer>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM question WHERE organisation = $1 AND answer IS NOT NULL");
    let records = tx.rows(&sql, &[cvr.to_string().into()]).await?;
    let answer = |row: &Row| Ok(read(row)?.answer.map(|answer| (answer.key.clone(), answer)));
    records.iter().map(answer).filter_map(Result::transpose).collect()
}

/// Keeps what a human said. The next plan acts on it.
pub async fn answer(
    tx: &mut Tx,
    number: i64,
    verdict: Verdict,
    by: &str,
    why: &str,
) -> Result<QuestionRecord, AnswerError> {
    let Some(record) = one(tx, number).await?.filter(|record| record.answer.is_none()) else {
        return Err(AnswerError::NoSuchQuestion(number));
    };
    let about = &record.question.about;
    if !about.is_answerable() {
        return Err(AnswerError::MustBeMended(number, about.say(domain::Language::English)));
    }
    if let Verdict::Other(uuid) = verdict
        && !matches!(about, About::Match { candidates } if candidates.iter().any(|one| one.uuid == uuid))
    {
        return Err(AnswerError::NoSuchCandidate(number, uuid.to_string()));
    }
    let now = tx.now();
    tx.execute_one(
        "UPDATE question SET answer = $2, answered_by = $3, answered_why = $4, answered_at = $5 WHERE number = $1",
        &[number.into(), json::text(&verdict).into(), by.into(), why.into(), now.into()],
    )
    .await?;
    let subject = record.question.identity.map(|identity| identity.to_string()).unwrap_or_default();
    let detail = json!({ "question": about.kind(), "answer": verdict, "why": why });
    tx.audit(AuditEntry::of(by, "question.answered", &record.cvr).subject(&subject).detail(detail)).await?;
    Ok(record)
}

fn read(row: &Row) -> Result<QuestionRecord, StoreError> {
    let key = row.text("key")?.to_owned();
    let answer = match row.optional_text("answer")? {
        Some(_) => Some(Answer {
            key: key.clone(),
            by: row.optional_text("answered_by")?.unwrap_or_default().to_owned(),
            verdict: json::read(row, "answer")?,
        }),
        None => None,
    };
    Ok(QuestionRecord {
        number: row.int("number")?,
        cvr: crate::identity::read_cvr(row, "organisation")?,
        question: Question {
            identity: row.optional_uuid("identity")?.map(IdentityId),
            label: row.text("label")?.to_owned(),
            about: json::read(row, "about")?,
        },
        asked_at: row.timestamp("asked_at")?,
        answer,
    })
}
