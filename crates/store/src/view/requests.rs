//! Requests as the console lists them: those that wait, and those that are settled, as far as somebody may see them.

use domain::{
    Cvr, IdentityId,
    rights::request::{Request, RequestState},
};

use super::people::contains;
use crate::{Keys, Row, StoreError, Tx, Value, json, rights::request};

/// A request with the name of whoever it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    pub request: Request,
    pub name: String,
}

/// Which settled requests are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Found in the name, user name or e-mail address of whoever it is about.
    pub search: String,
    /// One of those that are settled; all of them where it is `None`.
    pub state: Option<RequestState>,
    pub sight: Sight,
}

/// Whose requests somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    Everybodys,
    /// Those about these people, and those that they asked for or decided themselves.
    Of {
        themselves: Vec<IdentityId>,
        people: Vec<IdentityId>,
    },
}

const COLUMNS: &str = "r.id, r.identity, r.bundle, r.from_day, r.until_day, r.why, r.case_number, r.asked_by,
    r.asked_at, r.state, r.decisions, i.full_name";

/// Those that wait, the oldest first.
pub async fn waiting(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<RequestRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM request r JOIN identity i ON i.id = r.identity
         WHERE r.organisation = $1 AND r.state = 'waiting' ORDER BY r.id LIMIT $2"
    );
    let values = [cvr.to_string().into(), limit.into()];
    tx.read_rows(&sql, &values, |_: &Keys, row: &Row| read(row)).await
}

/// How many settled requests are meant.
pub async fn count(tx: &mut Tx, cvr: &Cvr, asked: &Asked) -> Result<i64, StoreError> {
    let (from, values) = settled_from(cvr, asked);
    let row = tx.row(&format!("SELECT COUNT(*) AS number {from}"), &values).await?;
    row.map_or(Ok(0), |row| row.int("number"))
}

/// One part of the settled ones, the newest first.
pub async fn settled(
    tx: &mut Tx,
    cvr: &Cvr,
    asked: &Asked,
    offset: i64,
    limit: i64,
) -> Result<Vec<RequestRow>, StoreError> {
    let (from, mut values) = settled_from(cvr, asked);
    let next = values.len() + 1;
    let sql = format!(
        "SELECT {COLUMNS} {from} ORDER BY r.settled_at DESC, r.id DESC LIMIT ${next} OFFSET ${}",
        next + 1
    );
    values.extend([limit.into(), offset.into()]);
    tx.read_rows(&sql, &values, |_: &Keys, row: &Row| read(row)).await
}

fn settled_from(cvr: &Cvr, asked: &Asked) -> (String, Vec<Value>) {
    let state = asked.state.as_ref().map(json::word).unwrap_or_default();
    let mut values = vec![cvr.to_string().into(), state.into(), contains(&asked.search).into()];
    let sight = within(&asked.sight, &mut values);
    let from = format!(
        "FROM request r JOIN identity i ON i.id = r.identity
         WHERE r.organisation = $1 AND r.state <> 'waiting' AND ($2 = '' OR r.state = $2)
             AND ($3 = '' OR i.search_text LIKE $3 ESCAPE '!') AND {sight}"
    );
    (from, values)
}

/// The condition of a sight. Who asked and who decided stand in the JSON of those columns.
fn within(sight: &Sight, values: &mut Vec<Value>) -> String {
    let Sight::Of { themselves, people } = sight else { return "1 = 1".to_owned() };
    let mut put = |value: Value| {
        values.push(value);
        values.len()
    };
    let mut conditions = vec!["1 = 0".to_owned()];
    let about: Vec<String> =
        themselves.iter().chain(people).map(|one| format!("${}", put(one.0.into()))).collect();
    if !about.is_empty() {
        conditions.push(format!("r.identity IN ({})", about.join(", ")));
    }
    for one in themselves {
        let said = put(format!("%\"identity\":\"{one}\"%").into());
        conditions.push(format!("r.asked_by LIKE ${said} OR r.decisions LIKE ${said}"));
    }
    format!("({})", conditions.join(" OR "))
}

fn read(row: &Row) -> Result<RequestRow, StoreError> {
    Ok(RequestRow { request: request::read(row)?, name: row.text("full_name")?.to_owned() })
}
