//! Table `substitute`: who stands in for whom, from which day until which.

use domain::{Cvr, danish_date, rights::request::Substitute};
use jiff::{Timestamp, civil::Date};
use serde_json::json;

use crate::{Row, StoreError, Tx, log::AuditEntry};

/// Somebody stands in for a manager or owner for some days.
pub async fn set(tx: &mut Tx, cvr: &Cvr, substitute: &Substitute, by: &str) -> Result<(), StoreError> {
    let now: Timestamp = tx.now();
    let sql = "INSERT INTO substitute (organisation, absent, stands_in, from_day, until_day, set_by, set_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (organisation, absent, stands_in, from_day) DO UPDATE SET until_day = excluded.until_day,
                   set_by = excluded.set_by, set_at = excluded.set_at";
    let Substitute { absent, stands_in, from, until } = substitute;
    let values = [
        cvr.to_string().into(),
        absent.to_lowercase().into(),
        stands_in.to_lowercase().into(),
        (*from).into(),
        (*until).into(),
        by.into(),
        now.into(),
    ];
    tx.execute_one(sql, &values).await?;
    let detail = json!({ "absent": absent, "stands_in": stands_in, "from": from, "until": until });
    tx.audit(AuditEntry::of(by, "substitute.set", cvr).detail(detail)).await
}

/// Ends it after yesterday, or takes it back where it has not lasted a day. `false`: there is none, or it is over.
pub async fn end(
    tx: &mut Tx,
    cvr: &Cvr,
    (absent, stands_in, from): (&str, &str, Date),
    by: &str,
) -> Result<bool, StoreError> {
    let today = danish_date(tx.now());
    let yesterday = today.yesterday().unwrap_or(today);
    let sql = "UPDATE substitute SET until_day = $5
               WHERE organisation = $1 AND absent = $2 AND stands_in = $3 AND from_day = $4 AND until_day > $5";
    let values = [
        cvr.to_string().into(),
        absent.to_lowercase().into(),
        stands_in.to_lowercase().into(),
        from.into(),
        yesterday.into(),
    ];
    if tx.execute(sql, &values).await? == 0 {
        return Ok(false);
    }
    let never_was = "DELETE FROM substitute WHERE organisation = $1 AND until_day < from_day";
    tx.execute(never_was, &[cvr.to_string().into()]).await?;
    let detail = json!({ "absent": absent, "stands_in": stands_in, "from": from });
    tx.audit(AuditEntry::of(by, "substitute.ended", cvr).detail(detail)).await?;
    Ok(true)
}

/// Everybody who stands in for somebody, on whatever days.
pub async fn all(tx: &mut Tx, cvr: &Cvr) -> Result<Vec<Substitute>, StoreError> {
    let sql = "SELECT absent, stands_in, from_day, until_day FROM substitute WHERE organisation = $1
               ORDER BY absent, from_day, stands_in";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let read = |row: &Row| {
        Ok(Substitute {
            absent: row.text("absent")?.to_owned(),
            stands_in: row.text("stands_in")?.to_owned(),
            from: row.date("from_day")?,
            until: row.date("until_day")?,
        })
    };
    rows.iter().map(read).collect()
}
