//! Key rotation: what an older key sealed is sealed again with the current one, in batches.

use std::collections::BTreeMap;

use crate::error::StoreError;
use crate::keys::Keys;
use crate::row::Row;
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

/// Every column of sealed octets there is; a test compares it with the schema.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "certificate",
        key: &["id"],
        column: "sealed_password",
        purpose: crate::certificate::PASSWORD,
    },
    SealedColumn {
        table: "certificate",
        key: &["id"],
        column: "sealed_pkcs12",
        purpose: crate::certificate::PKCS12,
    },
    SealedColumn {
        table: "given_up",
        key: &["organisation", "subject", "digest"],
        column: "sealed_action",
        purpose: crate::plan::OPERATION,
    },
    SealedColumn {
        table: "identity",
        key: &["id"],
        column: "sealed_desired",
        purpose: crate::identity::DESIRED,
    },
    SealedColumn { table: "mail", key: &["id"], column: "sealed_letter", purpose: crate::mail::LETTER },
    SealedColumn {
        table: "observed",
        key: &["organisation", "uuid"],
        column: "sealed_cpr",
        purpose: crate::observed::CPR,
    },
    SealedColumn {
        table: "operation",
        key: &["plan", "number"],
        column: "sealed_action",
        purpose: crate::plan::OPERATION,
    },
    SealedColumn {
        table: "plan_part",
        key: &["plan", "part"],
        column: "sealed_operations",
        purpose: crate::plan::parts::OPERATIONS,
    },
    SealedColumn {
        table: "source_record",
        key: &["organisation", "source", "key"],
        column: "sealed_record",
        purpose: crate::source::RECORD,
    },
];

/// How many values each key sealed, by its id.
pub type Sealed = BTreeMap<u32, i64>;

/// Counts what each key sealed in `columns`.
pub async fn count_sealed(store: &Store, columns: &[SealedColumn]) -> Result<Sealed, StoreError> {
    let mut sealed = Sealed::new();
    for column in columns {
        let rows = store.read(|tx| Box::pin(async { count_column(tx, column).await })).await?;
        for (id, count) in rows {
            *sealed.entry(id).or_default() += count;
        }
    }
    Ok(sealed)
}

async fn count_column(tx: &mut Tx, sealed: &SealedColumn) -> Result<Vec<(u32, i64)>, StoreError> {
    let SealedColumn { table, column, .. } = *sealed;
    let start = tx.dialect().first_octets(column, 1);
    let sql = format!(
        "SELECT start, COUNT(*) AS number FROM (SELECT {start} AS start FROM {table} WHERE {column} IS NOT NULL) AS sealed
         GROUP BY start"
    );
    let header = i64::try_from(tx.keys().current_header().len()).unwrap_or(0);
    let rows = tx.rows(&sql, &[header.into()]).await?;
    let one = |row: &Row| {
        let id = Keys::sealed_by(row.bytes("start")?)
            .ok_or_else(|| row.broken("start", "does not begin as sealed octets do"))?;
        Ok((id, row.int("number")?))
    };
    rows.iter().map(one).collect()
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
