//! The log as people read it: the newest first, searched, one page at a time.

use domain::Cvr;
use jiff::Timestamp;

use crate::{Row, StoreError, Tx, json};

/// One record of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    pub id: String,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub subject: Option<String>,
    /// The name of the identity that the record is about.
    pub subject_name: Option<String>,
    pub detail: serde_json::Value,
    /// The place in the chain; `None` for the second before it is sealed.
    pub sequence: Option<i64>,
}

/// What is looked for. Empty texts and `None` look for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Part of a name: of who did it, or of whom it was done to.
    pub search: String,
    /// The beginning of an action's dotted word: `person.` or `sign-in.used`.
    pub action: String,
    pub subject: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

// Neither engine's LOWER can be relied on for more than ASCII.
const FROM: &str = "FROM audit a LEFT JOIN identity i ON i.id = a.subject
    WHERE (a.organisation = $1 OR a.organisation IS NULL)
      AND ($2 = '' OR REPLACE(REPLACE(REPLACE(LOWER(a.actor), 'Æ', 'æ'), 'Ø', 'ø'), 'Å', 'å') LIKE $2 ESCAPE '!'
          OR i.search_text LIKE $3 ESCAPE '!')
      AND ($4 = '' OR a.action LIKE $4 ESCAPE '!')
      AND ($5 = '' OR a.subject = $5)
      AND a.at >= $6 AND a.at < $7";

pub async fn count(tx: &mut Tx, cvr: &Cvr, asked: &Asked) -> Result<i64, StoreError> {
    let row = tx.row(&format!("SELECT COUNT(*) AS number {FROM}"), &values(cvr, asked)).await?;
    row.map_or(Ok(0), |row| row.int("number"))
}

pub async fn page(
    tx: &mut Tx,
    cvr: &Cvr,
    asked: &Asked,
    offset: i64,
    limit: i64,
) -> Result<Vec<LogRow>, StoreError> {
    let sql = format!(
        "SELECT a.id, a.at, a.actor, a.action, a.subject, a.detail, a.sequence, i.full_name
         {FROM} ORDER BY a.id DESC LIMIT $8 OFFSET $9"
    );
    let mut values = values(cvr, asked);
    values.extend([limit.into(), offset.into()]);
    tx.rows(&sql, &values).await?.iter().map(read).collect()
}

/// Every action that the log knows, for the filter.
pub async fn actions(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows("SELECT DISTINCT action FROM audit ORDER BY action", &[]).await?;
    rows.iter().map(|row| Ok(row.text("action")?.to_owned())).collect()
}

fn values(cvr: &Cvr, asked: &Asked) -> Vec<crate::Value> {
    let escape = |text: &str| text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let actor = match asked.search.trim() {
        "" => String::new(),
        search => format!("%{}%", escape(&search.to_lowercase())),
    };
    let action = if asked.action.is_empty() { String::new() } else { format!("{}%", escape(&asked.action)) };
    vec![
        cvr.to_string().into(),
        actor.into(),
        super::people::contains(&asked.search).into(),
        action.into(),
        asked.subject.as_str().into(),
        asked.from.unwrap_or(Timestamp::MIN).into(),
        asked.to.unwrap_or(Timestamp::MAX).into(),
    ]
}

fn read(row: &Row) -> Result<LogRow, StoreError> {
    Ok(LogRow {
        id: row.text("id")?.to_owned(),
        at: row.timestamp("at")?,
        actor: row.text("actor")?.to_owned(),
        action: row.text("action")?.to_owned(),
        subject: row.optional_text("subject")?.map(str::to_owned),
        subject_name: row.optional_text("full_name")?.map(str::to_owned),
        detail: json::read(row, "detail")?,
        sequence: row.optional_int("sequence")?,
    })
}
