//! How far the file of checkpoints was written, remembered in the database: so a file that lost lines is noticed and
//! reported, and not quietly written anew.
//!
//! Nodes that share a PostgreSQL database each keep a file of their own, so there every place is remembered by itself.

use std::path::Path;

use super::checkpoint::{BrokenLine, Checkpoint};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::keys::{Keys, from_hex, hex};
use crate::setting;
use crate::tx::Tx;

const NAME: &str = "log.published";

/// The checkpoints up to this count were appended to the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// Names the file among those of several nodes.
    place: String,
    pub(super) count: i64,
    /// Whether what was remembered has its digest.
    pub(super) is_sound: bool,
}

/// Lines that were written once and are not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) lines: usize,
    pub(super) last: i64,
}

impl Published {
    /// What is remembered of `file`. A file that nothing is known of counts as whole as far as it goes; on SQLite,
    /// where there is one file only, it must hold every checkpoint.
    pub(super) async fn read(
        tx: &mut Tx,
        file: &Path,
        in_file: &[Result<Checkpoint, BrokenLine>],
    ) -> Result<Self, StoreError> {
        let place = place(tx.dialect(), file);
        let known = setting::read(tx, setting::INSTALLATION, &place).await?;
        let all = Checkpoint::after(tx, 0).await?.last().map_or(0, |newest| newest.count);
        let Some(known) = known else {
            let newest = newest(in_file);
            let count = if tx.dialect() == Dialect::Sqlite { all } else { newest };
            return Ok(Self { place, count, is_sound: true });
        };
        let count = parse(tx.keys(), &place, &known);
        Ok(Self { place, count: count.unwrap_or(all), is_sound: count.is_some() })
    }

    /// Before the first checkpoint there is nothing that could be lost.
    pub(super) async fn begin(tx: &mut Tx) -> Result<(), StoreError> {
        let place = place(tx.dialect(), Path::new(""));
        if tx.dialect() == Dialect::Postgres
            || setting::read(tx, setting::INSTALLATION, &place).await?.is_some()
        {
            return Ok(());
        }
        let count = Checkpoint::after(tx, 0).await?.last().map_or(0, |newest| newest.count);
        Self { place, count, is_sound: true }.write(tx).await
    }

    #[must_use]
    pub(super) fn up_to(self, count: i64) -> Self {
        Self { count, ..self }
    }

    /// Remembers it, unless another program has written more meanwhile.
    pub(super) async fn remember(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let known = setting::read(tx, setting::INSTALLATION, &self.place).await?;
        let known = known.and_then(|known| parse(tx.keys(), &self.place, &known));
        if known.is_some_and(|known| known >= self.count) { Ok(()) } else { self.write(tx).await }
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let digest = hex(&tx.keys().audit_digest(&parts(&self.place, self.count)));
        setting::write(tx, setting::INSTALLATION, &self.place, &format!("{} {digest}", self.count)).await
    }

    /// The checkpoints of the database that were written to the file and are gone from it.
    pub(super) fn lost(
        &self,
        in_database: &[Checkpoint],
        in_file: &[Result<Checkpoint, BrokenLine>],
    ) -> Option<Lost> {
        let there: std::collections::BTreeSet<i64> =
            in_file.iter().flatten().map(|checkpoint| checkpoint.count).collect();
        // The last one is known of, even where the database lost it too.
        let written: std::collections::BTreeSet<i64> = in_database
            .iter()
            .map(|checkpoint| checkpoint.count)
            .chain([self.count])
            .filter(|count| (1..=self.count).contains(count))
            .collect();
        let lost: Vec<i64> = written.difference(&there).copied().collect();
        lost.last().map(|last| Lost { lines: lost.len(), last: *last })
    }
}

/// The count of the last checkpoint in the file.
pub(super) fn newest(in_file: &[Result<Checkpoint, BrokenLine>]) -> i64 {
    in_file.iter().flatten().map(|checkpoint| checkpoint.count).max().unwrap_or(0)
}

fn place(dialect: Dialect, file: &Path) -> String {
    match dialect {
        Dialect::Sqlite => NAME.to_owned(),
        Dialect::Postgres => {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            format!("{NAME} {} {}", crate::lease::host(), file.display())
        }
    }
}

fn parse(keys: &Keys, place: &str, text: &str) -> Option<i64> {
    let (count, digest) = text.split_once(' ')?;
    let count = count.parse().ok()?;
    keys.is_audit_digest(&parts(place, count), &from_hex(digest)?).then_some(count)
}

fn parts(place: &str, count: i64) -> [Vec<u8>; 3] {
    [b"published".to_vec(), place.as_bytes().to_vec(), count.to_be_bytes().to_vec()]
}
