//! JSON in text columns and in sealed ones, with errors that name the column.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Keys, Row, StoreError, Tx};

/// What goes into a text column. Types of ours always serialise; one that did not would be null when read.
pub(crate) fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// The name of a unit variant, as it stands in a column.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    text(value).trim_matches('"').to_owned()
}

pub(crate) fn read<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(row.text(column)?)
        .map_err(|_| row.broken(column, "does not hold what belongs there"))
}

/// The same for a column that may be empty.
pub(crate) fn read_optional<T: DeserializeOwned>(row: &Row, column: &str) -> Result<Option<T>, StoreError> {
    row.optional_text(column)?.map(|_| read(row, column)).transpose()
}

pub(crate) fn value<T: DeserializeOwned>(
    row: &Row,
    column: &str,
    value: serde_json::Value,
) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|_| row.broken(column, "does not hold what belongs there"))
}

pub(crate) fn from_word<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    let word = serde_json::Value::String(row.text(column)?.to_owned());
    value(row, column, word)
}

/// Encrypts a value for a column.
pub(crate) fn seal<T: Serialize>(tx: &Tx, purpose: &str, value: &T) -> Result<Vec<u8>, StoreError> {
    tx.seal(purpose, text(value).as_bytes())
}

/// Decrypts a column that [`seal`] made.
pub(crate) fn unseal<T: DeserializeOwned>(
    tx: &Tx,
    purpose: &str,
    row: &Row,
    column: &str,
) -> Result<T, StoreError> {
    unseal_with(tx.keys(), purpose, row, column)
}

/// The same for a row that is read while the transaction brings the next ones.
pub(crate) fn unseal_with<T: DeserializeOwned>(
    keys: &Keys,
    purpose: &str,
    row: &Row,
    column: &str,
) -> Result<T, StoreError> {
    let plain = keys.open(purpose, row.bytes(column)?)?;
    serde_json::from_slice(&plain).map_err(|_| row.broken(column, "does not hold what belongs there"))
}
