//! Key rotation: what an older key sealed is sealed again with the current one, in batches.

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::Value;

/// Rows sealed again in one transaction.
const BATCH: usize = 500;

/// A column of sealed octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedColumn {
    pub table: &'static str,
    /// The columns that tell its rows apart.
    pub key: &'static [&'static str],
    pub column: &'static str,
    /// What its octets were sealed for.
    pub purpose: &'static str,
}

/// Seals again whatever older keys sealed in `columns`, and says how many values that were.
///
/// It may be stopped and started anew at any time; afterwards the older keys are needed for old backups only.
pub async fn reseal(store: &Store, columns: &[SealedColumn]) -> Result<usize, StoreError> {
    let mut resealed = 0;
    for column in columns {
        loop {
            let done = store.write(|tx| Box::pin(async { reseal_batch(tx, column).await })).await?;
            resealed += done;
            if done < BATCH {
                break;
            }
        }
    }
    Ok(resealed)
}

async fn reseal_batch(tx: &mut Tx, sealed: &SealedColumn) -> Result<usize, StoreError> {
    let SealedColumn { table, key, column, purpose } = *sealed;
    let header = tx.keys().current_header();
    let start = tx.dialect().first_octets(column, 1);
    let select =
        format!("SELECT {}, {column} FROM {table} WHERE {start} <> $2 LIMIT {BATCH}", key.join(", "));
    let values = [Value::from(i64::try_from(header.len()).unwrap_or(0)), header.as_slice().into()];
    let rows = tx.rows(&select, &values).await?;
    let places: Vec<String> =
        key.iter().zip(2..).map(|(name, number)| format!("{name} = ${number}")).collect();
    let update = format!("UPDATE {table} SET {column} = $1 WHERE {}", places.join(" AND "));
    for row in &rows {
        let plain = tx.open(purpose, row.bytes(column)?)?;
        let mut values = vec![Value::from(tx.seal(purpose, &plain)?)];
        for name in key {
            values.push(row.value(name)?);
        }
        tx.execute_one(&update, &values).await?;
    }
    Ok(rows.len())
}
