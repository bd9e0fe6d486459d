//! Checkpoints: count and head of the chain at one moment, signed.
//!
//! They are kept in the database and, a line each, in a file outside it that only grows. Whoever changes the
//! database afterwards cannot sign a new one, and cannot take back a line that was copied elsewhere.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::chain::{Head, Link};
use crate::error::StoreError;
use crate::keys::{Keys, PublicKey, from_hex, hex};
use crate::row::Row;
use crate::tx::Tx;
use crate::value::Value;

/// A signed statement about the first `count` records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub count: i64,
    pub at: Timestamp,
    /// The link of the last of those records, in hexadecimal.
    pub head: String,
    /// Ed25519, in hexadecimal.
    pub signature: String,
}

impl Checkpoint {
    pub(super) fn sign(keys: &Keys, head: Head, at: Timestamp) -> Self {
        // What is kept has milliseconds, so what is signed has no more.
        let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        let signature = hex(&keys.sign_checkpoint(&message(head.count, at, &head.link)));
        Self { count: head.count, at, head: hex(&head.link), signature }
    }

    pub(super) fn is_signed_by(&self, key: &PublicKey) -> bool {
        let signature = from_hex(&self.signature);
        let checked = |(link, signature): (Link, Vec<u8>)| {
            key.verifies(&message(self.count, self.at, &link), &signature)
        };
        self.link().zip(signature).is_some_and(checked)
    }

    pub(super) fn link(&self) -> Option<Link> {
        from_hex(&self.head)?.try_into().ok()
    }

    pub(super) async fn insert(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_checkpoint (count, at, head, signature) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (count) DO NOTHING";
        let [head, signature] = [&self.head, &self.signature].map(|text| from_hex(text).unwrap_or_default());
        let values = [Value::from(self.count), self.at.into(), head.into(), signature.into()];
        tx.execute(sql, &values).await.map(|_| ())
    }

    /// The checkpoints in the database that say something about more than `count` records.
    pub(super) async fn after(tx: &mut Tx, count: i64) -> Result<Vec<Self>, StoreError> {
        let sql = "SELECT count, at, head, signature FROM audit_checkpoint WHERE count > $1 ORDER BY count";
        tx.rows(sql, &[count.into()]).await?.iter().map(Self::read).collect()
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            count: row.int("count")?,
            at: row.timestamp("at")?,
            head: hex(row.bytes("head")?),
            signature: hex(row.bytes("signature")?),
        })
    }
}

/// A line of the file that is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BrokenLine(pub(super) usize);

/// Reads the file; one that is not there has no lines.
pub(super) fn read_file(file: &Path) -> std::io::Result<Vec<Result<Checkpoint, BrokenLine>>> {
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        other => other?,
    };
    let line = |(index, line): (usize, &str)| serde_json::from_str(line).map_err(|_| BrokenLine(index + 1));
    Ok(text.lines().enumerate().map(line).collect())
}

/// Appends to the file and waits until it is on disk.
pub(super) fn append_to_file(file: &Path, checkpoints: &[Checkpoint]) -> std::io::Result<()> {
    let mut lines = String::new();
    for checkpoint in checkpoints {
        lines.push_str(&serde_json::to_string(checkpoint)?);
        lines.push('\n');
    }
    let mut opened = OpenOptions::new().create(true).append(true).open(file)?;
    opened.write_all(lines.as_bytes())?;
    opened.sync_all()
}

fn message(count: i64, at: Timestamp, head: &Link) -> Vec<u8> {
    let at = at.as_millisecond();
    [b"lokalid log checkpoint 1".as_slice(), &count.to_be_bytes(), &at.to_be_bytes(), head].concat()
}
