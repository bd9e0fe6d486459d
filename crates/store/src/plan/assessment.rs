//! What the planner found besides operations: questions, drift, and who is in step.

use std::collections::{HashMap, HashSet};

use domain::{Action, Cvr};
use jiff::Timestamp;

use crate::{StoreError, Tx, Value, plan::queue::action_digest, rights::holding};

/// Keeps what the planner said of drift and of who is in step.
pub async fn note_assessment(
    tx: &mut Tx,
    cvr: &Cvr,
    assessment: &domain::Assessment,
) -> Result<(), StoreError> {
    const COLUMNS: [&str; 6] = ["organisation", "identity", "field", "ours", "theirs", "found_at"];
    let now = tx.now();
    let text = cvr.to_string();
    crate::question::put(tx, cvr, "plan", &assessment.questions, Some(&assessment.raised)).await?;
    forget_given_up(tx, &text, &assessment.given_up).await?;
    holding::accept(tx, cvr, &assessment.accepted).await?;
    let sql = "SELECT identity, field, ours, theirs, found_at FROM drift WHERE organisation = $1";
    let mut since: HashMap<(String, String), Timestamp> = HashMap::new();
    for row in tx.rows(sql, &[text.as_str().into()]).await? {
        since.insert(
            (row.text("identity")?.to_owned(), row.text("field")?.to_owned()),
            row.timestamp("found_at")?,
        );
    }
    if !since.is_empty() {
        tx.execute("DELETE FROM drift WHERE organisation = $1", &[text.as_str().into()]).await?;
    }
    let rows = assessment.drift.iter().map(|drift| {
        let key = (drift.identity.to_string(), drift.field.name().to_owned());
        let found = since.get(&key).copied().unwrap_or(now);
        vec![
            text.as_str().into(),
            drift.identity.0.into(),
            drift.field.name().into(),
            drift.ours.as_str().into(),
            drift.theirs.as_str().into(),
            found.into(),
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many("drift", &COLUMNS, rows.into_iter(), Some("(identity, field) DO NOTHING")).await?;
    note_steps(tx, &text, assessment).await
}

/// What was given up and is no longer wanted is forgotten: if it is ever wanted again, it is planned again.
async fn forget_given_up(
    tx: &mut Tx,
    cvr: &str,
    still_wanted: &[(domain::IdentityId, Action)],
) -> Result<(), StoreError> {
    let rows = tx.rows("SELECT subject, digest FROM given_up WHERE organisation = $1", &[cvr.into()]).await?;
    let kept: HashSet<Vec<u8>> = still_wanted
        .iter()
        .map(|(identity, action)| action_digest(tx, &identity.to_string(), action))
        .collect();
    let sql = "DELETE FROM given_up WHERE organisation = $1 AND subject = $2 AND digest = $3";
    for row in rows.iter().filter(|row| row.bytes("digest").is_ok_and(|digest| !kept.contains(digest))) {
        tx.execute(sql, &[cvr.into(), row.text("subject")?.into(), row.bytes("digest")?.into()]).await?;
    }
    Ok(())
}

/// Changes only the rows whose state changed.
async fn note_steps(tx: &mut Tx, cvr: &str, assessment: &domain::Assessment) -> Result<(), StoreError> {
    let rows = tx.rows("SELECT id, in_step FROM identity WHERE organisation = $1", &[cvr.into()]).await?;
    let mut changed: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for row in &rows {
        let in_step = !assessment.out_of_step.contains(&domain::IdentityId(row.uuid("id")?));
        if in_step != row.bool("in_step")?
            && let Some(list) = changed.get_mut(usize::from(in_step))
        {
            list.push(row.text("id")?.to_owned());
        }
    }
    for (in_step, ids) in [false, true].into_iter().zip(changed) {
        for chunk in ids.chunks(200) {
            let marks: Vec<String> = (2..chunk.len() + 2).map(|number| format!("${number}")).collect();
            let sql = format!("UPDATE identity SET in_step = $1 WHERE id IN ({})", marks.join(", "));
            let values: Vec<Value> =
                std::iter::once(in_step.into()).chain(chunk.iter().map(|id| id.as_str().into())).collect();
            tx.execute(&sql, &values).await?;
        }
    }
    Ok(())
}
