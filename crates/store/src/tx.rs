//! A transaction: the only way to speak SQL.
//!
//! Statements use `$1`, `$2`, ... on both engines. Once a statement has failed the transaction is over, on SQLite
//! too: PostgreSQL cannot go on after an error, and a caller that could on one engine only would be wrong on the
//! other.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use domain::Random;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use sqlx::postgres::Postgres;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::{StoreError, Verdict, shorten};
use crate::keys::Keys;
use crate::link::Link;
use crate::row::Row;
use crate::sqlite::{Reader, Turn};
use crate::value::Value;

/// One running transaction, handed to the closure of [`Store::read`](crate::Store::read) or
/// [`Store::write`](crate::Store::write).
pub struct Tx {
    session: Session,
    access: Access,
    condition: Condition,
    now: Timestamp,
    keys: Keys,
    random: Arc<dyn Random>,
    /// How many ids were made so far: ids made later in one transaction sort later.
    ids: u16,
}

/// The [`Tx`] as a closure gets it, with the lifetime `'s` of what that closure borrows.
///
/// It tells the compiler that those borrows outlive the transaction and is otherwise nothing but a `Tx`: functions
/// take `&mut Tx`.
pub struct ScopedTx<'s> {
    tx: Tx,
    borrowed: PhantomData<&'s ()>,
}

/// The connection that this transaction has for itself.
pub(crate) enum Session {
    SqliteWriter(Turn),
    SqliteReader(Reader),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Whether the engine refused something so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Sound,
    Refused(Verdict),
}

/// What all transactions of a store are made with.
pub(crate) struct Context {
    pub(crate) now: Timestamp,
    pub(crate) keys: Keys,
    pub(crate) random: Arc<dyn Random>,
}

impl Tx {
    fn new(session: Session, access: Access, context: Context) -> Self {
        let Context { now, keys, random } = context;
        Self { session, access, condition: Condition::Sound, now, keys, random, ids: 0 }
    }

    /// The one moment at which everything in this transaction happens.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn dialect(&self) -> Dialect {
        match self.session {
            Session::SqliteWriter(_) | Session::SqliteReader(_) => Dialect::Sqlite,
            Session::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A new id (UUID version 7): ids sort by the moment of their transaction and by their order within it.
    pub fn new_id(&mut self) -> Uuid {
        let mut octets = [0; 10];
        self.random.fill(&mut octets);
        // The version and variant bits leave 12 bits for the order, then 62 for chance.
        let [high, low] = self.ids.to_be_bytes();
        let [first, second, ..] = &mut octets;
        (*first, *second) = (high, low);
        self.ids = self.ids.wrapping_add(1) & 0x0fff;
        let millisecond = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millisecond, &octets).into_uuid()
    }

    /// The source of chance that the store was opened with.
    pub fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What makes rows while the transaction is busy writing others.
    pub(crate) fn seals(&self) -> Seals {
        Seals { keys: self.keys.clone(), random: Arc::clone(&self.random), now: self.now }
    }

    /// Encrypts for a column; only [`Tx::open`] with the same purpose reads it again.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.keys.seal(self.random.as_ref(), purpose, plain)?)
    }

    /// Decrypts what [`Tx::seal`] made, also with a key that has since been rotated out.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.keys.open(purpose, sealed)?)
    }

    /// A keyed hash by which something sealed can be found again.
    pub fn lookup_hash(&self, purpose: &str, plain: &[u8]) -> [u8; 32] {
        self.keys.lookup_hash(purpose, plain)
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        self.check_writable(sql)?;
        let outcome = self.link()?.execute(sql, values).await;
        self.note(outcome)
    }

    /// Runs a statement that must change exactly one row.
    pub async fn execute_one(&mut self, sql: &str, values: &[Value]) -> Result<(), StoreError> {
        match self.execute(sql, values).await? {
            1 => Ok(()),
            found => Err(StoreError::Rows { sql: shorten(sql), expected: "exactly 1", found }),
        }
    }

    /// All rows of a query. Where there may be very many, [`Tx::for_each`] or [`Tx::stream`] keeps memory small.
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let outcome = self.link()?.stream(sql, values).try_collect().await;
        self.note(outcome)
    }

    /// The row of a query that has at most one.
    pub async fn row(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        let mut rows = self.rows(sql, values).await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            found => Err(StoreError::Rows { sql: shorten(sql), expected: "at most 1", found: found as u64 }),
        }
    }

    /// Gives each row of a query to `visit`, one at a time; the first error ends it.
    pub async fn for_each<E: From<StoreError>>(
        &mut self,
        sql: &str,
        values: &[Value],
        mut visit: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.stream(sql, values)?;
        while let Some(row) = rows.next().await {
            visit(row?)?;
        }
        Ok(())
    }

    /// What `read` makes of each row, while the next ones are on their way. It gets the keys because the transaction
    /// is busy meanwhile.
    pub(crate) async fn read_rows<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        mut read: impl FnMut(&Keys, &Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let keys = self.keys.clone();
        let mut all = Vec::new();
        let visit = |row: Row| {
            all.push(read(&keys, &row)?);
            Ok(())
        };
        self.for_each::<StoreError>(sql, values, visit).await?;
        Ok(all)
    }

    /// The rows of a query as they are asked for.
    pub fn stream(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<BoxStream<'_, Result<Row, StoreError>>, StoreError> {
        self.check_sound()?;
        let Self { session, condition, .. } = self;
        let rows = session.link()?.stream(sql, values);
        Ok(rows.inspect_err(|error| *condition = condition.after(error)).boxed())
    }

    /// Inserts many rows in few statements and says how many the database took.
    ///
    /// `on_conflict` is the text behind `ON CONFLICT`, as in `(id) DO NOTHING`. Every row has a value for each
    /// column.
    pub async fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: impl Iterator<Item = Vec<Value>> + Send,
        on_conflict: Option<&str>,
    ) -> Result<u64, StoreError> {
        self.insert_made(table, columns, rows.map(Ok), on_conflict).await
    }

    /// The same for rows that take their time, as what is sealed does: some are made while the database writes others.
    pub(crate) async fn insert_made(
        &mut self,
        table: &str,
        columns: &[&str],
        mut rows: impl Iterator<Item = Result<Vec<Value>, StoreError>> + Send,
        on_conflict: Option<&str>,
    ) -> Result<u64, StoreError> {
        let (dialect, width) = (self.dialect(), columns.len().max(1));
        let mut next = || {
            let some = rows.by_ref().take((Dialect::MOST_BINDS / width).max(1));
            let batch: Result<Vec<Vec<Value>>, StoreError> = some.collect();
            batch.map(|batch| batch.into_iter().flatten().collect::<Vec<Value>>())
        };
        let mut statements = HashMap::new();
        let mut inserted = 0;
        let mut batch = next()?;
        while !batch.is_empty() {
            let count = batch.len() / width;
            let sql = statements
                .entry(count)
                .or_insert_with(|| insert_text(dialect, table, columns, count, on_conflict));
            let (taken, made) = futures::join!(self.execute(sql, &batch), async { next() });
            inserted += taken?;
            batch = made?;
        }
        Ok(inserted)
    }

    /// Very many rows are about to be written: on SQLite their pages may stay in memory until they are committed.
    pub(crate) async fn make_room(&mut self) -> Result<(), StoreError> {
        match &mut self.session {
            Session::SqliteWriter(turn) => turn.make_room().await,
            Session::SqliteReader(_) | Session::Postgres(_) => Ok(()),
        }
    }

    fn link(&mut self) -> Result<Link<'_>, StoreError> {
        self.check_sound()?;
        self.session.link()
    }

    fn note<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.inspect_err(|error| self.condition = self.condition.after(error))
    }

    fn check_sound(&self) -> Result<(), StoreError> {
        match self.condition {
            Condition::Sound => Ok(()),
            Condition::Refused(_) => Err(StoreError::Undone),
        }
    }

    fn check_writable(&self, sql: &str) -> Result<(), StoreError> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read => Err(StoreError::ReadOnly { sql: shorten(sql) }),
        }
    }
}

/// Seals as a transaction does, without holding it.
pub(crate) struct Seals {
    keys: Keys,
    random: Arc<dyn Random>,
    pub(crate) now: Timestamp,
}

impl Seals {
    pub(crate) fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.keys.seal(self.random.as_ref(), purpose, plain)?)
    }

    pub(crate) fn lookup_hash(&self, purpose: &str, plain: &[u8]) -> [u8; 32] {
        self.keys.lookup_hash(purpose, plain)
    }
}

impl ScopedTx<'_> {
    pub(crate) fn new(session: Session, access: Access, context: Context) -> Self {
        Self { tx: Tx::new(session, access, context), borrowed: PhantomData }
    }

    /// Gives the connection back, with what the engine thinks of the transaction.
    pub(crate) fn into_parts(self) -> (Session, Condition) {
        (self.tx.session, self.tx.condition)
    }
}

impl Deref for ScopedTx<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for ScopedTx<'_> {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl Session {
    fn link(&mut self) -> Result<Link<'_>, StoreError> {
        Ok(match self {
            Self::SqliteWriter(turn) => Link::Sqlite(turn.connection()?),
            Self::SqliteReader(reader) => Link::Sqlite(reader.connection()?),
            Self::Postgres(transaction) => Link::Postgres(transaction),
        })
    }
}

impl Condition {
    /// A value that could not be decoded leaves the engine's transaction as it was; a refusal ends it.
    fn after(self, error: &StoreError) -> Self {
        match (self, error) {
            (Self::Sound, StoreError::Column { .. }) => Self::Sound,
            (Self::Sound, refused) => Self::Refused(refused.verdict()),
            (refused, _) => refused,
        }
    }
}

fn insert_text(
    dialect: Dialect,
    table: &str,
    columns: &[&str],
    rows: usize,
    on_conflict: Option<&str>,
) -> String {
    let values = dialect.placeholders(rows, columns.len());
    let mut sql = format!("INSERT INTO {table} ({}) VALUES {values}", columns.join(", "));
    if let Some(rule) = on_conflict {
        // Writing to a String cannot fail.
        let _written = write!(sql, " ON CONFLICT {rule}");
    }
    sql
}
