//! One row of an answer, decoded, with errors that name the query, the row and the column.
//!
//! A column that is absent, null where a value is needed, or of another kind is broken data or a broken query,
//! never "nothing found": it is an error, and the error never repeats the value.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::error::{StoreError, shorten};
use crate::value::Value;

/// One row; reading it never touches the database again.
#[derive(Clone)]
pub struct Row {
    shape: Arc<Shape>,
    number: usize,
    cells: Vec<Cell>,
}

/// What all rows of one answer have in common.
pub(crate) struct Shape {
    pub(crate) sql: String,
    pub(crate) columns: Vec<String>,
}

/// One decoded value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Bool(bool),
    Real(f64),
}

impl std::fmt::Debug for Row {
    /// Shows which row it is and what columns it has: a value may be a CPR number.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Row {} with {:?}", self.number, self.shape.columns)
    }
}

impl Row {
    pub(crate) fn new(shape: Arc<Shape>, number: usize, cells: Vec<Cell>) -> Self {
        Self { shape, number, cells }
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = (&str, &Cell)> {
        self.shape.columns.iter().map(String::as_str).zip(&self.cells)
    }

    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.required(column, self.optional_int(column)?)
    }

    pub fn optional_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(int) => Ok(Some(*int)),
            other => Err(self.wrong_kind(column, "a whole number", other)),
        }
    }

    pub fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.required(column, self.optional_text(column)?)
    }

    pub fn optional_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            other => Err(self.wrong_kind(column, "text", other)),
        }
    }

    pub fn bytes(&self, column: &str) -> Result<&[u8], StoreError> {
        self.required(column, self.optional_bytes(column)?)
    }

    pub fn optional_bytes(&self, column: &str) -> Result<Option<&[u8]>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Bytes(bytes) => Ok(Some(bytes)),
            other => Err(self.wrong_kind(column, "octets", other)),
        }
    }

    pub fn bool(&self, column: &str) -> Result<bool, StoreError> {
        self.required(column, self.optional_bool(column)?)
    }

    /// SQLite has no truth values of its own and keeps 0 and 1.
    pub fn optional_bool(&self, column: &str) -> Result<Option<bool>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Bool(bool) => Ok(Some(*bool)),
            Cell::Int(0) => Ok(Some(false)),
            Cell::Int(1) => Ok(Some(true)),
            other => Err(self.wrong_kind(column, "true or false", other)),
        }
    }

    pub fn real(&self, column: &str) -> Result<f64, StoreError> {
        self.required(column, self.optional_real(column)?)
    }

    pub fn optional_real(&self, column: &str) -> Result<Option<f64>, StoreError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Real(real) => Ok(Some(*real)),
            other => Err(self.wrong_kind(column, "a number", other)),
        }
    }

    /// A moment, kept as milliseconds since 1970 in UTC.
    pub fn timestamp(&self, column: &str) -> Result<Timestamp, StoreError> {
        self.required(column, self.optional_timestamp(column)?)
    }

    pub fn optional_timestamp(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        let moment =
            |int| Timestamp::from_millisecond(int).map_err(|_| self.broken(column, "is not a moment"));
        self.optional_int(column)?.map(moment).transpose()
    }

    /// A day, kept as ISO text.
    pub fn date(&self, column: &str) -> Result<Date, StoreError> {
        self.required(column, self.optional_date(column)?)
    }

    pub fn optional_date(&self, column: &str) -> Result<Option<Date>, StoreError> {
        let date = |text: &str| text.parse().map_err(|_| self.broken(column, "is not a date"));
        self.optional_text(column)?.map(date).transpose()
    }

    pub fn uuid(&self, column: &str) -> Result<Uuid, StoreError> {
        self.required(column, self.optional_uuid(column)?)
    }

    pub fn optional_uuid(&self, column: &str) -> Result<Option<Uuid>, StoreError> {
        let uuid = |text: &str| text.parse().map_err(|_| self.broken(column, "is not a UUID"));
        self.optional_text(column)?.map(uuid).transpose()
    }

    /// What was read, to be bound again.
    pub(crate) fn value(&self, column: &str) -> Result<Value, StoreError> {
        Ok(match self.cell(column)? {
            Cell::Null => return Err(self.broken(column, "is null")),
            Cell::Int(int) => (*int).into(),
            Cell::Text(text) => text.into(),
            Cell::Bytes(bytes) => bytes.as_slice().into(),
            Cell::Bool(bool) => (*bool).into(),
            Cell::Real(real) => (*real).into(),
        })
    }

    /// An error for a value that this crate could read but its table's module could not understand.
    pub fn broken(&self, column: &str, problem: &str) -> StoreError {
        StoreError::Column {
            sql: shorten(&self.shape.sql),
            row: self.number,
            column: column.to_owned(),
            problem: problem.to_owned(),
        }
    }

    fn cell(&self, column: &str) -> Result<&Cell, StoreError> {
        let found = self.cells().find(|(name, _)| *name == column).map(|(_, cell)| cell);
        found.ok_or_else(|| self.broken(column, "is not in the answer"))
    }

    fn required<T>(&self, column: &str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.broken(column, "is null"))
    }

    fn wrong_kind(&self, column: &str, wanted: &str, found: &Cell) -> StoreError {
        let found = match found {
            Cell::Null => "null",
            Cell::Int(_) => "a whole number",
            Cell::Text(_) => "text",
            Cell::Bytes(_) => "octets",
            Cell::Bool(_) => "true or false",
            Cell::Real(_) => "a number",
        };
        self.broken(column, &format!("is {found}, not {wanted}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cell: Cell) -> Row {
        let shape = Shape { sql: "SELECT a FROM t".to_owned(), columns: vec!["a".to_owned()] };
        Row::new(Arc::new(shape), 3, vec![cell])
    }

    #[test]
    fn an_error_names_query_row_and_column_but_not_the_value() {
        let error = row(Cell::Text("7001011234".to_owned())).int("a").unwrap_err().to_string();
        assert!(
            error.contains("SELECT a FROM t") && error.contains("row 3") && error.contains("`a`"),
            "{error}"
        );
        assert!(!error.contains("7001011234"), "{error}");
    }

    #[test]
    fn absence_is_an_option_and_null_where_a_value_is_needed_is_an_error() {
        assert_eq!(row(Cell::Null).optional_text("a").unwrap(), None);
        assert!(row(Cell::Null).text("a").unwrap_err().to_string().contains("is null"));
        assert!(row(Cell::Null).optional_text("b").unwrap_err().to_string().contains("not in the answer"));
    }

    #[test]
    fn broken_moments_dates_and_truth_values_are_errors() {
        assert!(row(Cell::Int(i64::MAX)).timestamp("a").is_err());
        assert!(row(Cell::Text("2026-02-30".to_owned())).date("a").is_err());
        assert!(row(Cell::Text("x".to_owned())).uuid("a").is_err());
        assert!(row(Cell::Int(2)).bool("a").is_err());
        assert!(row(Cell::Int(1)).bool("a").unwrap());
    }
}
