//! Sealing: giving records their place in the chain, right behind the transactions that wrote them.
//!
//! Nothing on the write path waits for it. Any node may seal; a lease keeps them from doing it twice, and were
//! they to try, the transaction would let only one of them.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;

use super::chain::{self, Head, KnownHead};
use super::checkpoint::{self, Checkpoint};
use super::published::{self, Published};
use super::record::{AuditEntry, COLUMNS, Record};
use crate::error::StoreError;
use crate::lease;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::Value;

/// Records sealed in one transaction.
const BATCH: i64 = 500;

/// A checkpoint is signed each time the chain passes a multiple of this.
const CHECKPOINT_EVERY: i64 = 1_000;

const LEASE: &str = "log.sealer";
const LEASE_TIME: SignedDuration = SignedDuration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(500);

/// Seals the log of one store.
pub struct Sealer {
    store: Store,
    /// The name of this node, for the lease.
    holder: String,
    /// The file outside the database that checkpoints are appended to.
    checkpoint_file: PathBuf,
}

/// Why the log could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error(
        "the log's head is missing or was changed, so nothing more is sealed; say `lokalid audit verify`"
    )]
    BrokenHead,
    #[error("the file of checkpoints {file} could not be read or written: {source}")]
    File { file: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sealer {
    pub fn new(store: Store, holder: &str, checkpoint_file: PathBuf) -> Self {
        Self { store, holder: holder.to_owned(), checkpoint_file }
    }

    /// Seals until `stop` comes, then everything that is left, and signs a last checkpoint.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) -> Result<(), SealError> {
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.step().await {
                tracing::error!(error = %error, "the log was not sealed; it is tried again");
            }
            tokio::select! {
                () = &mut stop => return self.finish().await,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Seals what is there, at most one batch, and says how many records that were.
    pub async fn step(&self) -> Result<usize, SealError> {
        let waiting = "SELECT id FROM audit WHERE sequence IS NULL LIMIT 1";
        if self.store.read(|tx| Box::pin(async { tx.rows(waiting, &[]).await })).await?.is_empty() {
            return Ok(0);
        }
        let holder = self.holder.as_str();
        let (sealed, checkpointed) =
            self.store.write(|tx| Box::pin(async { seal(tx, holder).await })).await?;
        if checkpointed {
            self.publish().await?;
        }
        Ok(sealed)
    }

    /// Seals everything, signs a checkpoint and lets the next one seal: at stop.
    pub async fn finish(&self) -> Result<(), SealError> {
        while self.step().await? > 0 {}
        let holder = self.holder.as_str();
        self.store
            .write(|tx| {
                Box::pin(async {
                    lease::give_up(tx, LEASE, holder).await?;
                    sign(tx).await
                })
            })
            .await?;
        self.publish().await
    }

    /// Appends the checkpoints that were never in the file, also those of a run that was killed before it could. What was
    /// in it and is gone stays away, so that [`verify`](super::verify) finds out.
    async fn publish(&self) -> Result<(), SealError> {
        let file = self.checkpoint_file.as_path();
        let in_file = checkpoint::read_file(file).map_err(|source| self.failed(source))?;
        let newest = published::newest(&in_file);
        let (published, missing) = self
            .store
            .read(|tx| {
                let in_file = &in_file;
                Box::pin(async move {
                    let published = Published::read(tx, file, in_file).await?;
                    let from = if published.is_sound { published.count.max(newest) } else { newest };
                    let missing = Checkpoint::after(tx, from).await?;
                    Ok::<_, StoreError>((published, missing))
                })
            })
            .await?;
        let Some(last) = missing.last() else { return Ok(()) };
        checkpoint::append_to_file(file, &missing).map_err(|source| self.failed(source))?;
        if !published.is_sound {
            return Ok(());
        }
        let published = published.up_to(last.count);
        Ok(self.store.write(|tx| Box::pin(async { published.remember(tx).await })).await?)
    }

    /// Writes what the file lost into it again, where somebody decides to go on without a copy of it, and tells the log.
    /// Says how many lines that were.
    pub async fn renew_file(&self, by: &str, why: &str) -> Result<usize, SealError> {
        let file = self.checkpoint_file.as_path();
        let in_file = checkpoint::read_file(file).map_err(|source| self.failed(source))?;
        let in_database = self.store.read(|tx| Box::pin(async { Checkpoint::after(tx, 0).await })).await?;
        let there: Vec<i64> = in_file.iter().flatten().map(|checkpoint| checkpoint.count).collect();
        let lost: Vec<Checkpoint> =
            in_database.into_iter().filter(|one| !there.contains(&one.count)).collect();
        checkpoint::append_to_file(file, &lost).map_err(|source| self.failed(source))?;
        let newest = lost.iter().map(|one| one.count).chain(there).max().unwrap_or(0);
        let detail = serde_json::json!({ "lines": lost.len(), "why": why });
        let entry = AuditEntry::of_installation(by, "log.checkpoints-renewed").detail(detail);
        let write = self.store.write(|tx| {
            let (entry, in_file) = (entry.clone(), &in_file);
            Box::pin(async move {
                let published = Published::read(tx, file, in_file).await?;
                published.up_to(newest).write(tx).await?;
                tx.audit(entry).await
            })
        });
        write.await?;
        Ok(lost.len())
    }

    fn failed(&self, source: std::io::Error) -> SealError {
        SealError::File { file: self.checkpoint_file.clone(), source }
    }
}

/// Seals one batch and says how many records it had and whether a checkpoint was signed.
async fn seal(tx: &mut Tx, holder: &str) -> Result<(usize, bool), SealError> {
    if !lease::take(tx, LEASE, holder, LEASE_TIME).await? {
        return Ok((0, false));
    }
    let KnownHead::Good(before) = Head::read(tx).await? else { return Err(SealError::BrokenHead) };
    let sql = format!("SELECT {COLUMNS}, digest FROM audit WHERE sequence IS NULL ORDER BY id LIMIT {BATCH}");
    let rows = tx.rows(&sql, &[]).await?;
    let (mut head, mut places) = (before, Vec::with_capacity(rows.len() * 3));
    for row in &rows {
        let record = Record::read(row)?;
        head.count += 1;
        head.link = chain::link(&head.link, head.count, &record, row.bytes("digest")?);
        places.extend([Value::from(record.id), head.count.into(), head.link.into()]);
    }
    write_places(tx, rows.len(), &places).await?;
    head.write(tx).await?;
    let passed = head.count / CHECKPOINT_EVERY > before.count / CHECKPOINT_EVERY;
    if passed {
        add_checkpoint(tx, head).await?;
    }
    Ok((rows.len(), passed))
}

async fn write_places(tx: &mut Tx, count: usize, places: &[Value]) -> Result<(), StoreError> {
    if count == 0 {
        return Ok(());
    }
    let sql = format!(
        "UPDATE audit SET sequence = place.column2, link = place.column3 FROM (VALUES {}) AS place \
         WHERE audit.id = place.column1",
        tx.dialect().placeholders(count, 3)
    );
    tx.execute(&sql, places).await.map(|_| ())
}

async fn sign(tx: &mut Tx) -> Result<(), SealError> {
    let KnownHead::Good(head) = Head::read(tx).await? else { return Err(SealError::BrokenHead) };
    if head.count > 0 {
        add_checkpoint(tx, head).await?;
    }
    Ok(())
}

async fn add_checkpoint(tx: &mut Tx, head: Head) -> Result<(), StoreError> {
    Published::begin(tx).await?;
    Checkpoint::sign(tx.keys(), head, tx.now()).insert(tx).await
}
