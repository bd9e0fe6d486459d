//! One statement on one connection of either engine: binding, running, decoding.
//!
//! The closed enum over the two typed drivers lives here and nowhere else.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Column as _, Decode, Row as _, TypeInfo as _, ValueRef as _};

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::row::{Cell, Row, Shape};
use crate::value::Value;

/// A borrowed connection.
pub(crate) enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl<'c> Link<'c> {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The same connection for one more statement: each statement uses a link up.
    pub(crate) fn again(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) async fn execute(self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let changed = match self {
            Self::Sqlite(connection) => {
                bind_sqlite(sql, values).execute(connection).await.map(|done| done.rows_affected())
            }
            Self::Postgres(connection) => {
                bind_postgres(sql, values).execute(connection).await.map(|done| done.rows_affected())
            }
        };
        changed.map_err(|error| StoreError::from_engine(sql, &error))
    }

    /// Runs several statements that take no values, as a migration does.
    pub(crate) async fn execute_script(self, sql: &str) -> Result<(), StoreError> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql));
        let done = match self {
            Self::Sqlite(connection) => script.execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => script.execute(connection).await.map(|_| ()),
        };
        done.map_err(|error| StoreError::from_engine(sql, &error))
    }

    /// Runs a query; its rows come as the caller takes them.
    pub(crate) fn stream(self, sql: &str, values: &[Value]) -> BoxStream<'c, Result<Row, StoreError>> {
        let sql = sql.to_owned();
        match self {
            Self::Sqlite(connection) => {
                decoded(sql.clone(), bind_sqlite(&sql, values).fetch(connection), sqlite_cell)
            }
            Self::Postgres(connection) => {
                decoded(sql.clone(), bind_postgres(&sql, values).fetch(connection), postgres_cell)
            }
        }
    }
}

fn decoded<'c, R: sqlx::Row + 'c>(
    sql: String,
    rows: BoxStream<'c, Result<R, sqlx::Error>>,
    cell: fn(&R, usize) -> Result<Cell, String>,
) -> BoxStream<'c, Result<Row, StoreError>> {
    let mut shape: Option<Arc<Shape>> = None;
    let mut number = 0;
    let decode = move |row: Result<R, sqlx::Error>| {
        let row = row.map_err(|error| StoreError::from_engine(&sql, &error))?;
        let shape = shape.get_or_insert_with(|| Arc::new(shape_of(&sql, &row)));
        number += 1;
        decode_row(&row, shape, number, cell)
    };
    rows.map(decode).boxed()
}

fn shape_of<R: sqlx::Row>(sql: &str, row: &R) -> Shape {
    let columns = row.columns().iter().map(|column| column.name().to_owned()).collect();
    Shape { sql: sql.to_owned(), columns }
}

fn decode_row<R: sqlx::Row>(
    row: &R,
    shape: &Arc<Shape>,
    number: usize,
    cell: fn(&R, usize) -> Result<Cell, String>,
) -> Result<Row, StoreError> {
    let decode = |(index, name): (usize, &String)| {
        cell(row, index).map_err(|problem| StoreError::Column {
            sql: crate::error::shorten(&shape.sql),
            row: number,
            column: name.clone(),
            problem,
        })
    };
    let cells = shape.columns.iter().enumerate().map(decode).collect::<Result<_, _>>()?;
    Ok(Row::new(Arc::clone(shape), number, cells))
}

fn bind_sqlite<'q>(sql: &str, values: &[Value]) -> Query<'q, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in values {
        query = match value {
            Value::Int(int) => query.bind(*int),
            Value::Text(text) => query.bind(text.clone()),
            Value::Bytes(bytes) => query.bind(bytes.clone()),
            Value::Bool(bool) => query.bind(*bool),
            Value::Real(real) => query.bind(*real),
        };
    }
    query
}

fn bind_postgres<'q>(sql: &str, values: &[Value]) -> Query<'q, Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in values {
        query = match value {
            Value::Int(int) => query.bind(*int),
            Value::Text(text) => query.bind(text.clone()),
            Value::Bytes(bytes) => query.bind(bytes.clone()),
            Value::Bool(bool) => query.bind(*bool),
            Value::Real(real) => query.bind(*real),
        };
    }
    query
}

fn sqlite_cell(row: &SqliteRow, index: usize) -> Result<Cell, String> {
    let raw = row.try_get_raw(index).map_err(|_| "cannot be read".to_owned())?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" => decode::<Sqlite, _>(raw).map(Cell::Int),
        "TEXT" => decode::<Sqlite, _>(raw).map(Cell::Text),
        "BLOB" => decode::<Sqlite, _>(raw).map(Cell::Bytes),
        "REAL" => decode::<Sqlite, _>(raw).map(Cell::Real),
        other => Err(format!("is of the unknown kind {other}")),
    }
}

fn postgres_cell(row: &PgRow, index: usize) -> Result<Cell, String> {
    let raw = row.try_get_raw(index).map_err(|_| "cannot be read".to_owned())?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().name().to_owned();
    match kind.as_str() {
        "INT8" => decode::<Postgres, _>(raw).map(Cell::Int),
        "INT4" => decode::<Postgres, i32>(raw).map(|int| Cell::Int(int.into())),
        "INT2" => decode::<Postgres, i16>(raw).map(|int| Cell::Int(int.into())),
        "TEXT" | "VARCHAR" | "NAME" | "\"CHAR\"" => decode::<Postgres, _>(raw).map(Cell::Text),
        "BYTEA" => decode::<Postgres, _>(raw).map(Cell::Bytes),
        "BOOL" => decode::<Postgres, _>(raw).map(Cell::Bool),
        "FLOAT8" => decode::<Postgres, _>(raw).map(Cell::Real),
        other => Err(format!("is of the kind {other}, which SQLite does not have: cast it")),
    }
}

fn decode<'r, D: sqlx::Database, T: Decode<'r, D>>(raw: D::ValueRef<'r>) -> Result<T, String> {
    T::decode(raw).map_err(|_| "cannot be decoded".to_owned())
}
