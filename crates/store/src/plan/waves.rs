//! Waves: a large plan begins with few operations, and stops where too many of them fail.

use std::collections::HashMap;

use domain::{Action, Cvr, Operation, Organisation};
use serde_json::json;

use crate::{StoreError, Tx, log::AuditEntry, plan::PlanRecord};

/// How many operations of each wave: the first ten, the next hundred, the rest.
const WAVES: [usize; 2] = [10, 100];

/// The wave of each operation. Suspensions wait for no wave; operations of one identity go together.
pub(super) fn number_waves(
    organisation: &Organisation,
    chosen: &[(usize, &Operation)],
    record: &PlanRecord,
) -> Vec<i64> {
    let first_contact = record.held.iter().any(|held| held.rule == domain::guard::Rule::FirstContact);
    let sent: Vec<&Operation> =
        chosen.iter().map(|(_, one)| *one).filter(|one| !matches!(one.action, Action::Suspend(_))).collect();
    let in_waves = first_contact || sent.len() > organisation.settings.wave_limit;
    let mut wave_of: HashMap<String, i64> = HashMap::new();
    let mut counted = 0_usize;
    let [first, second] = WAVES;
    let waves = chosen.iter().map(|(_, operation)| {
        if matches!(operation.action, Action::Suspend(_)) {
            return 0;
        }
        if !in_waves {
            return 1;
        }
        *wave_of.entry(operation.subject()).or_insert_with(|| {
            counted += 1;
            if counted <= first {
                1
            } else if counted <= first + second {
                2
            } else {
                3
            }
        })
    });
    waves.collect()
}

/// Lets the next wave go where the one before is through, stops where too much of it failed, and closes plans that
/// are through. Says whether anything changed.
pub async fn advance_waves(tx: &mut Tx, cvr: &Cvr) -> Result<bool, StoreError> {
    let sql = "SELECT p.id, p.wave, p.waves,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id AND o.wave = p.wave) AS total,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id AND o.wave = p.wave
                       AND o.state IN ('waiting', 'running', 'unknown')) AS busy,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id AND o.wave = p.wave
                       AND o.state = 'parked') AS parked,
                   (SELECT COUNT(*) FROM operation o WHERE o.plan = p.id
                       AND o.state IN ('waiting', 'running', 'unknown', 'parked')) AS open
               FROM plan p WHERE p.organisation = $1 AND p.state = 'running' AND p.stopped IS NULL";
    let rows = tx.rows(sql, &[cvr.to_string().into()]).await?;
    let mut changed = false;
    for row in &rows {
        let (id, wave, waves) = (row.int("id")?, row.int("wave")?, row.int("waves")?);
        let (total, parked) = (row.int("total")?, row.int("parked")?);
        if row.int("busy")? > 0 {
            continue;
        }
        if wave < waves && parked >= 2 && parked * 50 > total {
            let why = format!("{parked} of {total} in wave {wave} are parked");
            tx.execute_one("UPDATE plan SET stopped = $2 WHERE id = $1", &[id.into(), why.as_str().into()])
                .await?;
            tx.audit(
                AuditEntry::of("lokalid", "plan.stopped", cvr).detail(json!({ "plan": id, "why": why })),
            )
            .await?;
            changed = true;
        } else if wave < waves {
            tx.execute_one("UPDATE plan SET wave = wave + 1 WHERE id = $1", &[id.into()]).await?;
            changed = true;
        } else if row.int("open")? == 0 {
            tx.execute_one("UPDATE plan SET state = 'done' WHERE id = $1", &[id.into()]).await?;
            changed = true;
        }
    }
    Ok(changed)
}
