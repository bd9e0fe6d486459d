//! The overview: is everything in step, and what needs a human.

use domain::{Cvr, copenhagen};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::{Row, StoreError, Tx};

/// Counts of an organisation's identities by what they are in MitID Erhverv, and of all that is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// People that should be able to log in.
    pub wanted: i64,
    /// Those of them that are as wanted.
    pub in_step: i64,
    /// No longer wanted, and not stopped in MitID Erhverv yet.
    pub leaving: i64,
    pub active: i64,
    pub pending: i64,
    pub suspended: i64,
    /// Wanted, but not in MitID Erhverv yet.
    pub not_created: i64,
    /// Waiting for activation for more than [`LONG_WAIT`].
    pub waiting_long: i64,
    pub without_authenticator: i64,
    pub drift_fields: i64,
    pub drift_people: i64,
    pub unmanaged: i64,
    pub questions: i64,
    /// Those of them that are about rights to self-services.
    pub rights_questions: i64,
    /// Open questions that somebody must mend elsewhere.
    pub obstacles: i64,
}

impl Counts {
    /// Whether everybody is as wanted, as far as people and not calls are concerned (behaviour.md, *In step*).
    pub fn everybody_is_in_step(&self) -> bool {
        self.in_step == self.wanted && self.leaving == 0 && self.drift_fields == 0 && self.questions == 0
    }
}

/// After this long without activation a person is worth a reminder.
pub const LONG_WAIT: SignedDuration = SignedDuration::from_hours(14 * 24);

pub async fn counts(tx: &mut Tx, cvr: &Cvr) -> Result<Counts, StoreError> {
    let people = one(tx, PEOPLE, &[cvr.to_string().into(), (tx.now() - LONG_WAIT).into()]).await?;
    let other = one(tx, OTHER, &[cvr.to_string().into()]).await?;
    Ok(Counts {
        wanted: people.int("wanted")?,
        in_step: people.int("in_step")?,
        leaving: people.int("leaving")?,
        active: people.int("active")?,
        pending: people.int("pending")?,
        suspended: people.int("suspended")?,
        not_created: people.int("not_created")?,
        waiting_long: people.int("waiting_long")?,
        without_authenticator: people.int("without_authenticator")?,
        drift_fields: other.int("drift_fields")?,
        drift_people: other.int("drift_people")?,
        unmanaged: other.int("unmanaged")?,
        questions: other.int("questions")?,
        rights_questions: other.int("rights_questions")?,
        obstacles: other.int("obstacles")?,
    })
}

const PEOPLE: &str = "
    SELECT CAST(COALESCE(SUM(wanted), 0) AS BIGINT) AS wanted,
           CAST(COALESCE(SUM(CASE WHEN wanted = 1 AND in_step THEN 1 ELSE 0 END), 0) AS BIGINT) AS in_step,
           CAST(COALESCE(SUM(CASE WHEN wanted = 0 AND NOT in_step THEN 1 ELSE 0 END), 0) AS BIGINT) AS leaving,
           CAST(COALESCE(SUM(CASE WHEN status = 'Active' THEN 1 ELSE 0 END), 0) AS BIGINT) AS active,
           CAST(COALESCE(SUM(CASE WHEN status = 'Pending' THEN 1 ELSE 0 END), 0) AS BIGINT) AS pending,
           CAST(COALESCE(SUM(CASE WHEN status = 'Suspended' THEN 1 ELSE 0 END), 0) AS BIGINT) AS suspended,
           CAST(COALESCE(SUM(CASE WHEN wanted = 1 AND status IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS not_created,
           CAST(COALESCE(SUM(CASE WHEN status = 'Pending' AND status_at < $2 THEN 1 ELSE 0 END), 0) AS BIGINT)
               AS waiting_long,
           CAST(COALESCE(SUM(CASE WHEN status = 'Active' AND authenticators = '[]' THEN 1 ELSE 0 END), 0) AS BIGINT)
               AS without_authenticator
    FROM (SELECT CASE WHEN i.presence = 'employed' THEN 1 ELSE 0 END AS wanted, i.in_step,
                 CASE WHEN o.sight = 'gone' THEN NULL ELSE o.status END AS status, o.status_at, o.authenticators
          FROM identity i LEFT JOIN observed o ON o.organisation = i.organisation AND o.uuid = i.link
          WHERE i.organisation = $1) AS people";

const OTHER: &str = "
    SELECT (SELECT COUNT(*) FROM drift WHERE organisation = $1) AS drift_fields,
           (SELECT COUNT(DISTINCT identity) FROM drift WHERE organisation = $1) AS drift_people,
           (SELECT COUNT(*) FROM observed o WHERE o.organisation = $1 AND o.sight <> 'gone'
                AND o.left_alone_by IS NULL
                AND (o.suspend_at IS NULL OR (o.suspended_at IS NOT NULL AND o.status = 'Active')) AND NOT EXISTS
                    (SELECT 1 FROM identity i WHERE i.organisation = $1 AND i.link = o.uuid)) AS unmanaged,
           (SELECT COUNT(*) FROM question WHERE organisation = $1 AND answer IS NULL
                AND kind NOT IN ('obstacle', 'shared-cpr')) AS questions,
           (SELECT COUNT(*) FROM question WHERE organisation = $1 AND answer IS NULL
                AND kind IN ('right-found', 'right-taken')) AS rights_questions,
           (SELECT COUNT(*) FROM question WHERE organisation = $1 AND answer IS NULL
                AND kind IN ('obstacle', 'shared-cpr')) AS obstacles";

/// What waits to be sent, and what gave up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outbox {
    pub waiting: i64,
    pub running: i64,
    pub unknown: i64,
    pub parked: i64,
    /// The oldest that is on its way.
    pub oldest: Option<Timestamp>,
    pub oldest_parked: Option<Timestamp>,
    /// Suspensions that are not done after five minutes.
    pub late_suspensions: i64,
}

const LATE: SignedDuration = SignedDuration::from_mins(5);

pub async fn outbox(tx: &mut Tx, cvr: &Cvr) -> Result<Outbox, StoreError> {
    let sql = "
        SELECT state, COUNT(*) AS number, MIN(created_at) AS oldest,
               CAST(COALESCE(SUM(CASE WHEN urgent AND created_at < $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late
        FROM operation WHERE organisation = $1 AND state IN ('waiting', 'running', 'unknown', 'parked')
        GROUP BY state";
    let rows = tx.rows(sql, &[cvr.to_string().into(), (tx.now() - LATE).into()]).await?;
    let mut outbox = Outbox::default();
    for row in &rows {
        let number = row.int("number")?;
        let oldest = row.optional_timestamp("oldest")?;
        outbox.late_suspensions += row.int("late")?;
        if row.text("state")? == "parked" {
            (outbox.parked, outbox.oldest_parked) = (number, oldest);
            continue;
        }
        outbox.oldest = [outbox.oldest, oldest].into_iter().flatten().min();
        match row.text("state")? {
            "waiting" => outbox.waiting = number,
            "running" => outbox.running = number,
            _ => outbox.unknown = number,
        }
    }
    Ok(outbox)
}

/// The operations of one Danish day by how they ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    pub done: i64,
    pub parked: i64,
    /// Given up, or no longer wanted.
    pub dropped: i64,
}

/// The last `count` days, the oldest first, today last.
pub async fn days(tx: &mut Tx, cvr: &Cvr, count: i64) -> Result<Vec<Day>, StoreError> {
    let today = tx.now().to_zoned(copenhagen()).date();
    let mut days = Vec::new();
    for back in (0..count).rev() {
        days.push(day(tx, cvr, today.saturating_sub(back.days())).await?);
    }
    Ok(days)
}

async fn day(tx: &mut Tx, cvr: &Cvr, date: Date) -> Result<Day, StoreError> {
    // What is parked has not settled and counts on the day it was planned.
    let sql = "SELECT state, COUNT(*) AS number FROM operation
               WHERE organisation = $1 AND settled_at >= $2 AND settled_at < $3 GROUP BY state
               UNION ALL
               SELECT state, COUNT(*) AS number FROM operation
               WHERE organisation = $1 AND state = 'parked' AND created_at >= $2 AND created_at < $3 GROUP BY state";
    let (from, to) = (midnight(date), midnight(date.saturating_add(1.day())));
    let mut day = Day { date, done: 0, parked: 0, dropped: 0 };
    for row in tx.rows(sql, &[cvr.to_string().into(), from.into(), to.into()]).await? {
        let number = row.int("number")?;
        match row.text("state")? {
            "done" => day.done += number,
            "parked" => day.parked += number,
            _ => day.dropped += number,
        }
    }
    Ok(day)
}

/// The moment at which a Danish day begins; the end of time for dates beyond it.
fn midnight(date: Date) -> Timestamp {
    date.to_zoned(copenhagen()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

async fn one(tx: &mut Tx, sql: &str, values: &[crate::Value]) -> Result<Row, StoreError> {
    let row = tx.row(sql, values).await?;
    row.ok_or_else(|| StoreError::Rows { sql: sql.trim().to_owned(), expected: "exactly 1", found: 0 })
}
