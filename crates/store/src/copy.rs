//! Copying everything from one database to another, usually from SQLite to PostgreSQL.
//!
//! The tables are found in the schema, not listed here, so that a new table is never forgotten. Everything happens
//! in one transaction of the target: a copy that fails leaves it as empty as it was.

use futures::StreamExt as _;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::row::{Cell, Row};
use crate::store::Store;
use crate::tx::Tx;
use crate::value::Value;

/// How many rows of each table were copied.
pub type Copied = Vec<(String, u64)>;

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("the table `{table}` of the target is not empty; copy into a new database")]
    NotEmpty { table: String },
    #[error(
        "the tables of the two databases differ at `{table}`; open both with the same version of this program"
    )]
    Different { table: String },
    #[error("`{table}` has {found} rows after copying but should have {expected}; nothing was kept")]
    Count { table: String, expected: u64, found: u64 },
    #[error("a value in `{table}`, column `{column}`, is not of the kind that the target keeps there")]
    Kind { table: String, column: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A column of the target and the kind that its values are bound as.
struct Column {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Int,
    Text,
    Bytes,
    Bool,
    Real,
}

/// Copies every table of `from` into `to`, which was just made and has the same keys.
pub async fn copy_database(from: &Store, to: &Store) -> Result<Copied, CopyError> {
    from.read(|source| {
        Box::pin(async {
            let source = tokio::sync::Mutex::new(&mut **source);
            to.write(|target| Box::pin(async { copy_tables(*source.lock().await, target).await })).await
        })
    })
    .await
}

async fn copy_tables(source: &mut Tx, target: &mut Tx) -> Result<Copied, CopyError> {
    let tables = tables(source).await?;
    let theirs = self::tables(target).await?;
    if let Some(table) = tables.iter().find(|table| !theirs.contains(table)) {
        return Err(CopyError::Different { table: table.clone() });
    }
    let constraints = suspend_references(target).await?;
    let mut copied = Vec::new();
    for table in tables {
        prepare_target(target, &table).await?;
        let rows = copy_table(source, target, &table).await?;
        copied.push((table, rows));
    }
    for restore in constraints {
        target.execute(&restore, &[]).await?;
    }
    Ok(copied)
}

/// Every table but the one that says how far the schema is, which both have already.
async fn tables(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(tx.dialect().tables(), &[]).await?;
    let names: Vec<_> =
        rows.iter().map(|row| row.text("name").map(str::to_owned)).collect::<Result<_, _>>()?;
    Ok(names.into_iter().filter(|name| name != "schema_version").collect())
}

/// Lets rows arrive before those they refer to; the answer is what puts the checks back.
async fn suspend_references(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    if tx.dialect() == Dialect::Sqlite {
        tx.execute("PRAGMA defer_foreign_keys = ON", &[]).await?;
        return Ok(Vec::new());
    }
    let mut restore = Vec::new();
    for row in tx.rows(Dialect::REFERENCES, &[]).await? {
        let (table, name) = (row.text("table_name")?, row.text("name")?);
        restore.push(format!("ALTER TABLE {table} ADD CONSTRAINT \"{name}\" {}", row.text("definition")?));
        tx.execute(&format!("ALTER TABLE {table} DROP CONSTRAINT \"{name}\""), &[]).await?;
    }
    Ok(restore)
}

/// A new database has remembered only its keys, in `setting`; that is replaced by what the source remembers.
async fn prepare_target(target: &mut Tx, table: &str) -> Result<(), CopyError> {
    if table == "setting" {
        target.execute("DELETE FROM setting WHERE name = 'keys.check'", &[]).await?;
    }
    match count(target, table).await? {
        0 => Ok(()),
        _ => Err(CopyError::NotEmpty { table: table.to_owned() }),
    }
}

async fn copy_table(source: &mut Tx, target: &mut Tx, table: &str) -> Result<u64, CopyError> {
    let expected = count(source, table).await?;
    let columns = columns(target, table).await?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
    let select = format!("SELECT {} FROM \"{table}\"", quoted.join(", "));
    let quoted_table = format!("\"{table}\"");
    let mut rows = source.stream(&select, &[])?.chunks((Dialect::MOST_BINDS / columns.len().max(1)).max(1));
    while let Some(batch) = rows.next().await {
        let batch: Vec<Vec<Value>> = batch
            .into_iter()
            .map(|row| values_of(&row?, table, &columns))
            .collect::<Result<_, CopyError>>()?;
        target.insert_many(&quoted_table, &quoted, batch.into_iter(), None).await?;
    }
    let found = count(target, table).await?;
    if found == expected {
        Ok(found)
    } else {
        Err(CopyError::Count { table: table.to_owned(), expected, found })
    }
}

fn values_of(row: &Row, table: &str, columns: &[Column]) -> Result<Vec<Value>, CopyError> {
    let pairs = row.cells().zip(columns);
    let bind = |((_, cell), column): ((&str, &Cell), &Column)| {
        let wrong = || CopyError::Kind { table: table.to_owned(), column: column.name.clone() };
        column.kind.bind(cell).ok_or_else(wrong)
    };
    pairs.map(bind).collect()
}

async fn columns(tx: &mut Tx, table: &str) -> Result<Vec<Column>, CopyError> {
    let rows = tx.rows(tx.dialect().columns(), &[table.into()]).await?;
    let column = |row: &Row| {
        let name = row.text("name")?.to_owned();
        let kind =
            Kind::parse(row.text("kind")?).ok_or_else(|| CopyError::Different { table: table.to_owned() })?;
        Ok(Column { name, kind })
    };
    rows.iter().map(column).collect()
}

async fn count(tx: &mut Tx, table: &str) -> Result<u64, StoreError> {
    let row = tx.row(&format!("SELECT count(*) AS n FROM \"{table}\""), &[]).await?;
    Ok(row.map_or(Ok(0), |row| row.int("n"))?.unsigned_abs())
}

impl Kind {
    /// Reads a declared kind of either engine.
    fn parse(declared: &str) -> Option<Self> {
        match declared {
            "bigint" | "integer" => Some(Self::Int),
            "text" => Some(Self::Text),
            "bytea" | "blob" => Some(Self::Bytes),
            "boolean" => Some(Self::Bool),
            "double precision" | "real" => Some(Self::Real),
            _ => None,
        }
    }

    /// The value to bind for what was read, which has SQLite's idea of truth when it comes from there.
    fn bind(self, cell: &Cell) -> Option<Value> {
        Some(match (self, cell) {
            (Self::Int, Cell::Null) => Value::Int(None),
            (Self::Text, Cell::Null) => Value::Text(None),
            (Self::Bytes, Cell::Null) => Value::Bytes(None),
            (Self::Bool, Cell::Null) => Value::Bool(None),
            (Self::Real, Cell::Null) => Value::Real(None),
            (Self::Int, Cell::Int(int)) => (*int).into(),
            (Self::Text, Cell::Text(text)) => text.into(),
            (Self::Bytes, Cell::Bytes(bytes)) => bytes.as_slice().into(),
            (Self::Bool, Cell::Bool(bool)) => (*bool).into(),
            (Self::Bool, Cell::Int(int @ (0 | 1))) => (*int == 1).into(),
            (Self::Real, Cell::Real(real)) => (*real).into(),
            _ => return None,
        })
    }
}
