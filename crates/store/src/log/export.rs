//! The log as a file that an auditor can check with the public key alone.
//!
//! One JSON object a line: the sealed records in their order, then a checkpoint over all of them.

use std::io::{BufRead, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::chain::{self, Head, Link, START};
use super::checkpoint::Checkpoint;
use super::record::{COLUMNS, Record};
use crate::error::StoreError;
use crate::keys::{PublicKey, from_hex, hex};
use crate::row::Row;
use crate::store::Store;

/// A line of an export.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Record(RecordLine),
    End { checkpoint: Checkpoint },
}

/// A record as exported; `detail` is the JSON text exactly as it was kept, because the chain covers its octets.
#[derive(Serialize, Deserialize)]
struct RecordLine {
    sequence: i64,
    id: String,
    at: Timestamp,
    actor: String,
    action: String,
    organisation: Option<String>,
    subject: Option<String>,
    detail: String,
    digest: String,
    link: String,
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportReport {
    pub records: i64,
    /// The signed end; `None` of an empty log.
    pub checkpoint: Option<Checkpoint>,
}

/// Why an export could not be made, or is not what was signed.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    #[error("line {line} is not a line of an export of the log")]
    Line { line: usize },
    #[error("record {sequence} stands where record {expected} should: records were removed, added or moved")]
    Missing { sequence: i64, expected: i64 },
    #[error("record {sequence}: its link does not follow from the one before, so it was changed")]
    Link { sequence: i64 },
    #[error("the checkpoint has no valid signature by the given key")]
    Signature,
    #[error("the checkpoint is over {signed} records, but the export ends with {found}")]
    Count { signed: i64, found: i64 },
    #[error("the chain is not the one that was signed: it was computed anew")]
    Recomputed,
    #[error("the export has no checkpoint at its end: its tail was removed")]
    NoCheckpoint,
    #[error("the export could not be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes every sealed record and a checkpoint over them. Records of the last second may be missing: seal first.
pub async fn export(store: &Store, mut to: impl Write + Send) -> Result<ExportReport, ExportFault> {
    let to = std::sync::Mutex::new(&mut to);
    store
        .read(|tx| {
            Box::pin(async {
                let sql = format!(
                    "SELECT {COLUMNS}, digest, sequence, link FROM audit WHERE sequence IS NOT NULL ORDER BY sequence"
                );
                let mut head = Head { count: 0, link: START };
                tx.for_each(&sql, &[], |row| {
                    let line = RecordLine::read(&row)?;
                    head = Head { count: line.sequence, link: link_of(&line)? };
                    write_line(&to, &Line::Record(line))
                })
                .await?;
                let checkpoint = (head.count > 0).then(|| Checkpoint::sign(tx.keys(), head, tx.now()));
                if let Some(checkpoint) = checkpoint.clone() {
                    write_line(&to, &Line::End { checkpoint })?;
                }
                Ok(ExportReport { records: head.count, checkpoint })
            })
        })
        .await
}

/// Checks an export: each link follows, and the last one is the one that was signed.
pub fn verify_export(from: impl BufRead, key: &PublicKey) -> Result<ExportReport, ExportFault> {
    let mut head = Head { count: 0, link: START };
    let mut end: Option<Checkpoint> = None;
    for (index, text) in from.lines().enumerate() {
        let line = serde_json::from_str(&text?).map_err(|_| ExportFault::Line { line: index + 1 })?;
        match (line, &end) {
            (Line::Record(record), None) => head = record.follows(head)?,
            (Line::End { checkpoint }, None) => end = Some(checkpoint),
            (_, Some(_)) => return Err(ExportFault::Line { line: index + 1 }),
        }
    }
    match &end {
        Some(checkpoint) => check_end(checkpoint, head, key)?,
        None if head.count > 0 => return Err(ExportFault::NoCheckpoint),
        None => {}
    }
    Ok(ExportReport { records: head.count, checkpoint: end })
}

fn check_end(checkpoint: &Checkpoint, head: Head, key: &PublicKey) -> Result<(), ExportFault> {
    if !checkpoint.is_signed_by(key) {
        return Err(ExportFault::Signature);
    }
    if checkpoint.count != head.count {
        return Err(ExportFault::Count { signed: checkpoint.count, found: head.count });
    }
    if checkpoint.link() == Some(head.link) { Ok(()) } else { Err(ExportFault::Recomputed) }
}

impl RecordLine {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let Record { id, at, actor, action, organisation, subject, detail } = Record::read(row)?;
        let (sequence, digest, link) =
            (row.int("sequence")?, hex(row.bytes("digest")?), hex(row.bytes("link")?));
        Ok(Self { sequence, id, at, actor, action, organisation, subject, detail, digest, link })
    }

    /// The head after this record, if it is the next one.
    fn follows(self, before: Head) -> Result<Head, ExportFault> {
        let sequence = self.sequence;
        if sequence != before.count + 1 {
            return Err(ExportFault::Missing { sequence, expected: before.count + 1 });
        }
        let written = link_of(&self)?;
        let digest = from_hex(&self.digest).ok_or(ExportFault::Link { sequence })?;
        let Self { id, at, actor, action, organisation, subject, detail, .. } = self;
        let record = Record { id, at, actor, action, organisation, subject, detail };
        let link = chain::link(&before.link, sequence, &record, &digest);
        if link == written { Ok(Head { count: sequence, link }) } else { Err(ExportFault::Link { sequence }) }
    }
}

fn link_of(line: &RecordLine) -> Result<Link, ExportFault> {
    let octets = from_hex(&line.link).and_then(|octets| octets.try_into().ok());
    octets.ok_or(ExportFault::Link { sequence: line.sequence })
}

fn write_line(to: &std::sync::Mutex<&mut (impl Write + Send)>, line: &Line) -> Result<(), ExportFault> {
    let mut text = serde_json::to_vec(line).map_err(std::io::Error::from)?;
    text.push(b'\n');
    let mut to = to.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(to.write_all(&text)?)
}
