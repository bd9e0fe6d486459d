//! Table `policy`: every version of who must hold what. The newest counts; none is ever changed.

use domain::{Cvr, rights::Policy};
use jiff::Timestamp;
use serde_json::json;

use crate::{Row, StoreError, Tx, json, log::AuditEntry};

/// A version of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// 0: nothing was saved yet.
    pub version: i64,
    pub policy: Policy,
    pub saved: Option<Saved>,
}

/// Who saved it, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    pub by: String,
    pub why: String,
    pub at: Timestamp,
}

/// Why a policy was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("somebody else changed the rules meanwhile (version {now}); look at them and try again")]
    Changed { now: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

const COLUMNS: &str = "version, document, saved_by, why, saved_at";

/// The policy in force; an empty one where nothing was saved yet.
pub async fn current(tx: &mut Tx, cvr: &Cvr) -> Result<PolicyVersion, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policy WHERE organisation = $1 ORDER BY version DESC LIMIT 1");
    let row = tx.row(&sql, &[cvr.to_string().into()]).await?;
    row.map_or_else(|| Ok(nothing()), |row| read(&row))
}

/// The policy as it was at a moment.
pub async fn at(tx: &mut Tx, cvr: &Cvr, moment: Timestamp) -> Result<PolicyVersion, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM policy WHERE organisation = $1 AND saved_at <= $2 ORDER BY version DESC LIMIT 1"
    );
    let row = tx.row(&sql, &[cvr.to_string().into(), moment.into()]).await?;
    row.map_or_else(|| Ok(nothing()), |row| read(&row))
}

/// The newest versions first.
pub async fn history(tx: &mut Tx, cvr: &Cvr, limit: i64) -> Result<Vec<PolicyVersion>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policy WHERE organisation = $1 ORDER BY version DESC LIMIT $2");
    tx.rows(&sql, &[cvr.to_string().into(), limit.into()]).await?.iter().map(read).collect()
}

/// Saves a policy that was made from version `before`. One that says the same is not saved again.
pub async fn save(
    tx: &mut Tx,
    cvr: &Cvr,
    before: i64,
    policy: &Policy,
    by: &str,
    why: &str,
) -> Result<i64, SaveError> {
    let now_in_force = current(tx, cvr).await?;
    if now_in_force.version != before {
        return Err(SaveError::Changed { now: now_in_force.version });
    }
    if now_in_force.policy == *policy {
        return Ok(before);
    }
    let (version, now) = (before + 1, tx.now());
    let sql = "INSERT INTO policy (organisation, version, document, saved_by, why, saved_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        cvr.to_string().into(),
        version.into(),
        json::text(policy).into(),
        by.into(),
        why.into(),
        now.into(),
    ];
    tx.execute_one(sql, &values).await?;
    let detail = json!({ "version": version, "why": why, "changed": changed(&now_in_force.policy, policy) });
    tx.audit(AuditEntry::of(by, "policy.saved", cvr).detail(detail)).await?;
    Ok(version)
}

/// The parts that differ, by name: for the log.
fn changed(before: &Policy, after: &Policy) -> Vec<String> {
    fn differing<K: Ord + std::fmt::Display, V: PartialEq>(
        what: &str,
        before: &std::collections::BTreeMap<K, V>,
        after: &std::collections::BTreeMap<K, V>,
    ) -> Vec<String> {
        let keys = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
        let differing = keys.into_iter().filter(|key| before.get(key) != after.get(key));
        differing.map(|key| format!("{what} {key}")).collect()
    }
    let mut changed = differing("bundle", &before.bundles, &after.bundles);
    changed.extend(differing("rule", &before.rules, &after.rules));
    let managed = before.managed.symmetric_difference(&after.managed);
    changed.extend(managed.map(|right| format!("right {right}")));
    let separations = before.separations.symmetric_difference(&after.separations);
    changed.extend(separations.map(|one| format!("separation {} {}", one.first, one.second)));
    changed
}

fn nothing() -> PolicyVersion {
    PolicyVersion { version: 0, policy: Policy::default(), saved: None }
}

fn read(row: &Row) -> Result<PolicyVersion, StoreError> {
    let saved = Saved {
        by: row.text("saved_by")?.to_owned(),
        why: row.text("why")?.to_owned(),
        at: row.timestamp("saved_at")?,
    };
    Ok(PolicyVersion {
        version: row.int("version")?,
        policy: json::read(row, "document")?,
        saved: Some(saved),
    })
}
