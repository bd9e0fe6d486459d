//! Checking the log: every digest, every link, every checkpoint, and that nothing is missing at the end.

use std::collections::BTreeMap;
use std::path::Path;

use super::chain::{self, Head, KnownHead, Link, START};
use super::checkpoint::{self, BrokenLine, Checkpoint};
use super::published::{Lost, Published};
use super::record::{COLUMNS, Record};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::row::Row;
use crate::store::Store;
use crate::tx::Tx;

/// More faults than these are counted and not described: a log computed anew has one for every record.
const MOST_DESCRIBED: usize = 100;

/// What a check of the log came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Records that have their place in the chain.
    pub sealed: i64,
    /// Records written too recently to have one.
    pub unsealed: i64,
    pub checkpoints: usize,
    /// The first of the faults.
    pub faults: Vec<Fault>,
    /// How many there are in all.
    pub fault_count: usize,
}

/// One check that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("record {id}: its digest does not match its columns, so it was changed or added from outside")]
    Digest { id: String },
    #[error("records {first} to {last} are missing: they were removed")]
    Removed { first: i64, last: i64 },
    #[error(
        "record {id}, number {sequence}: its link does not follow from the one before, so records changed places"
    )]
    Order { id: String, sequence: i64 },
    #[error("record {id}, number {sequence}, is behind the end of the chain: it was added from outside")]
    Added { id: String, sequence: i64 },
    #[error("the log ends at record {found} but there were {expected}: its tail was removed")]
    Shortened { found: i64, expected: i64 },
    #[error("the chain up to record {count} is not the one that was signed: it was computed anew")]
    Recomputed { count: i64 },
    #[error(
        "the checkpoint over {count} records has no valid signature: it was changed, or made with other keys"
    )]
    Signature { count: i64 },
    #[error("the kept head of the chain is missing or its digest does not match: it was changed")]
    Head,
    #[error("line {line} of the file of checkpoints is not a checkpoint")]
    CheckpointLine { line: usize },
    #[error(
        "the file of checkpoints lost {lines} line(s), the last one over {last} records: it was deleted or shortened. \
         Put back the copy that is kept elsewhere and check again; without one, say \
         `lokalid audit renew-checkpoints --why TEXT`"
    )]
    CheckpointsLost { lines: usize, last: i64 },
    #[error(
        "what is remembered of the file of checkpoints has no valid digest: it was changed. Compare the file with the \
         copy that is kept elsewhere, then say `lokalid audit renew-checkpoints --why TEXT`"
    )]
    CheckpointsForgotten,
    #[error("the file of checkpoints cannot be read: {message}")]
    CheckpointFile { message: String },
}

/// Reads the whole log and the checkpoints in the database and in `checkpoint_file`.
pub async fn verify(store: &Store, checkpoint_file: &Path) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let in_file = checkpoint::read_file(checkpoint_file).unwrap_or_else(|error| {
        report.add(Fault::CheckpointFile { message: error.to_string() });
        Vec::new()
    });
    store
        .read(|tx| {
            let (mut report, in_file) = (report.clone(), in_file.clone());
            Box::pin(async move {
                check_file(tx, checkpoint_file, &in_file, &mut report).await?;
                let expected = Expected::collect(tx, in_file, &mut report).await?;
                check_sealed(tx, &expected, &mut report).await?;
                check_unsealed(tx, &mut report).await?;
                Ok(report)
            })
        })
        .await
}

/// Whether the file outside the database still has every line that was written to it.
async fn check_file(
    tx: &mut Tx,
    file: &Path,
    in_file: &[Result<Checkpoint, BrokenLine>],
    report: &mut Report,
) -> Result<(), StoreError> {
    let published = Published::read(tx, file, in_file).await?;
    if !published.is_sound {
        report.add(Fault::CheckpointsForgotten);
    }
    let in_database = Checkpoint::after(tx, 0).await?;
    if let Some(Lost { lines, last }) = published.lost(&in_database, in_file) {
        report.add(Fault::CheckpointsLost { lines, last });
    }
    Ok(())
}

/// What the chain must be at certain counts, by signature or keyed digest.
struct Expected {
    heads: BTreeMap<i64, Vec<Link>>,
    /// How many records the kept head says there are.
    count: Option<i64>,
}

impl Report {
    pub fn is_good(&self) -> bool {
        self.fault_count == 0
    }

    fn add(&mut self, fault: Fault) {
        self.fault_count += 1;
        if self.faults.len() < MOST_DESCRIBED {
            self.faults.push(fault);
        }
    }
}

impl Expected {
    async fn collect(
        tx: &mut Tx,
        in_file: Vec<Result<Checkpoint, BrokenLine>>,
        report: &mut Report,
    ) -> Result<Self, StoreError> {
        let mut expected = Self { heads: BTreeMap::new(), count: None };
        let in_database = Checkpoint::after(tx, 0).await?;
        for checkpoint in in_database.into_iter().map(Ok).chain(in_file) {
            expected.add_checkpoint(tx.keys(), checkpoint, report);
        }
        match Head::read(tx).await? {
            KnownHead::Good(head) => {
                expected.count = Some(head.count);
                expected.heads.entry(head.count).or_default().push(head.link);
            }
            KnownHead::Broken => report.add(Fault::Head),
        }
        Ok(expected)
    }

    fn add_checkpoint(
        &mut self,
        keys: &Keys,
        checkpoint: Result<Checkpoint, BrokenLine>,
        report: &mut Report,
    ) {
        report.checkpoints += 1;
        match checkpoint {
            Err(BrokenLine(line)) => report.add(Fault::CheckpointLine { line }),
            Ok(checkpoint) => match checkpoint.link().filter(|_| checkpoint.is_signed_by(&keys.public_key()))
            {
                Some(link) => self.heads.entry(checkpoint.count).or_default().push(link),
                None => report.add(Fault::Signature { count: checkpoint.count }),
            },
        }
    }

    /// Compares the chain at `count` with everything that was said about it.
    fn check(&self, count: i64, link: &Link, report: &mut Report) {
        if self.heads.get(&count).is_some_and(|heads| heads.iter().any(|head| head != link)) {
            report.add(Fault::Recomputed { count });
        }
    }
}

async fn check_sealed(tx: &mut Tx, expected: &Expected, report: &mut Report) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, digest, sequence, link FROM audit WHERE sequence IS NOT NULL ORDER BY sequence"
    );
    let keys = tx.keys().clone();
    let (mut count, mut previous) = (0, START);
    tx.for_each(&sql, &[], |row| {
        (count, previous) = check_row(&keys, &row, count, &previous, report)?;
        if expected.count.is_some_and(|known| count > known) {
            report.add(Fault::Added { id: row.text("id")?.to_owned(), sequence: count });
        }
        expected.check(count, &previous, report);
        report.sealed += 1;
        Ok::<_, StoreError>(())
    })
    .await?;
    let most = expected.heads.keys().next_back().copied().unwrap_or(0);
    if count < most {
        report.add(Fault::Shortened { found: count, expected: most });
    }
    Ok(())
}

/// Checks one record against the one before; the answer is its number and its link, which the next one builds on.
fn check_row(
    keys: &Keys,
    row: &Row,
    count: i64,
    previous: &Link,
    report: &mut Report,
) -> Result<(i64, Link), StoreError> {
    let (record, sequence) = (Record::read(row)?, row.int("sequence")?);
    let digest = row.bytes("digest")?;
    check_digest(keys, &record, digest, report);
    // A link of another length is one that does not follow.
    let link = row.optional_bytes("link")?.and_then(|link| Link::try_from(link).ok()).unwrap_or(START);
    if sequence > count + 1 {
        report.add(Fault::Removed { first: count + 1, last: sequence - 1 });
    } else if link != chain::link(previous, sequence, &record, digest) {
        report.add(Fault::Order { id: record.id, sequence });
    }
    Ok((sequence, link))
}

async fn check_unsealed(tx: &mut Tx, report: &mut Report) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS}, digest FROM audit WHERE sequence IS NULL");
    let keys = tx.keys().clone();
    tx.for_each(&sql, &[], |row| {
        report.unsealed += 1;
        check_digest(&keys, &Record::read(&row)?, row.bytes("digest")?, report);
        Ok(())
    })
    .await
}

fn check_digest(keys: &Keys, record: &Record, digest: &[u8], report: &mut Report) {
    if !keys.is_audit_digest(&record.parts(), digest) {
        report.add(Fault::Digest { id: record.id.clone() });
    }
}
