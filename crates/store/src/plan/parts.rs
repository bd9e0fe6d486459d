//! Table `plan_part`: the operations of a plan in sealed parts, each with its counts by kind beside it, so that a page
//! of a plan of 100,000 operations opens a few parts and not all.

use std::collections::BTreeMap;

use domain::{Operation, PlanId};

use crate::{StoreError, Tx, json};

/// Operations of one part.
const PART: usize = 100;
pub(crate) const OPERATIONS: &str = "plan_operations";

pub(super) async fn save(tx: &mut Tx, id: PlanId, operations: &[Operation]) -> Result<(), StoreError> {
    let mut first = 0;
    for (part, chunk) in (0_i64..).zip(operations.chunks(PART)) {
        let sealed = json::seal(tx, OPERATIONS, &chunk)?;
        let counts = json::text(&counts(chunk));
        let sql = "INSERT INTO plan_part (plan, part, sealed_operations, first_place, counts)
                   VALUES ($1, $2, $3, $4, $5)";
        let values = [id.0.into(), part.into(), sealed.into(), number(first).into(), counts.into()];
        tx.execute_one(sql, &values).await?;
        first += chunk.len();
    }
    Ok(())
}

/// How many operations of each kind there are.
pub(super) fn counts(operations: &[Operation]) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in operations {
        *counts.entry(operation.action.kind()).or_default() += 1;
    }
    counts
}

/// Operations of a plan in its order, from `first` on.
pub async fn operations(
    tx: &mut Tx,
    id: PlanId,
    first: usize,
    limit: usize,
) -> Result<Vec<Operation>, StoreError> {
    let last = first.saturating_add(limit.saturating_sub(1));
    let sql = "SELECT first_place, sealed_operations FROM plan_part WHERE plan = $1 AND first_place <= $3
                   AND first_place >= (SELECT COALESCE(MAX(first_place), 0) FROM plan_part
                       WHERE plan = $1 AND first_place <= $2)
               ORDER BY first_place";
    let rows = tx.rows(sql, &[id.0.into(), number(first).into(), number(last).into()]).await?;
    let begins = rows.first().map(|row| row.int("first_place")).transpose()?.unwrap_or_default();
    let mut operations: Vec<Operation> = Vec::new();
    for row in &rows {
        operations.extend(json::unseal::<Vec<Operation>>(tx, OPERATIONS, row, "sealed_operations")?);
    }
    let skipped = first.saturating_sub(usize::try_from(begins).unwrap_or_default());
    Ok(operations.into_iter().skip(skipped).take(limit).collect())
}

/// Operations of one kind with their places in the plan: `limit` of them after the first `skipped`.
pub async fn operations_of_kind(
    tx: &mut Tx,
    id: PlanId,
    kind: &str,
    mut skipped: usize,
    limit: usize,
) -> Result<Vec<(usize, Operation)>, StoreError> {
    let sql = "SELECT part, first_place, counts FROM plan_part WHERE plan = $1 ORDER BY first_place";
    let mut found = Vec::new();
    for row in tx.rows(sql, &[id.0.into()]).await? {
        let counts: BTreeMap<String, usize> = json::read(&row, "counts")?;
        let here = counts.get(kind).copied().unwrap_or_default();
        if here <= skipped {
            skipped -= here;
            continue;
        }
        let first = usize::try_from(row.int("first_place")?).unwrap_or_default();
        let places = (first..).zip(part(tx, id, row.int("part")?).await?);
        let wanted = places.filter(|(_, operation)| operation.action.kind() == kind);
        found.extend(wanted.skip(skipped).take(limit - found.len()));
        skipped = 0;
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

async fn part(tx: &mut Tx, id: PlanId, part: i64) -> Result<Vec<Operation>, StoreError> {
    let sql = "SELECT sealed_operations FROM plan_part WHERE plan = $1 AND part = $2";
    let row = tx.row(sql, &[id.0.into(), part.into()]).await?;
    row.map_or_else(|| Ok(Vec::new()), |row| json::unseal(tx, OPERATIONS, &row, "sealed_operations"))
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
