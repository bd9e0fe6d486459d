//! Opening the database and running transactions on it.

use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Random};
use futures::future::BoxFuture;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqliteConnectOptions;

use crate::error::{OpenError, StoreError, Verdict};
use crate::keys::Keys;
use crate::link::Link;
use crate::location::{Location, Place};
use crate::migrations;
use crate::postgres;
use crate::sqlite::{self, Readers, Sharing, Sqlite, Writers};
use crate::tx::{Access, Condition, Context, ScopedTx, Session};

/// The open database. Clones are handles on the same one.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    location: Location,
    keys: Keys,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

enum Engine {
    Sqlite(Box<Sqlite>),
    Postgres(PgPool),
}

/// What one run of a change came to.
enum Attempt<T, E> {
    Done(Result<T, E>),
    Again(StoreError),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Store({})", self.inner.location)
    }
}

impl Store {
    /// Opens the database, brings its schema up to date and checks that the keys are the right ones.
    pub async fn open(
        location: Location,
        keys: Keys,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let engine = match &location.0 {
            Place::File(file) => {
                open_file(file, clock.as_ref()).await.map_err(|error| sqlite::explain(file, error))?
            }
            Place::Memory => open_memory(clock.as_ref()).await?,
            Place::Server(options) => {
                let (pool, mut connection) = postgres::connect(options).await?;
                migrations::migrate(Link::Postgres(&mut connection), clock.now()).await?;
                Engine::Postgres(pool)
            }
        };
        let store = Self { inner: Arc::new(Inner { engine, location, keys, clock, random }) };
        let checked = crate::setting::check_keys(&store).await;
        checked.map_err(|error| match &store.inner.location.0 {
            Place::File(file) => sqlite::explain(file, error),
            Place::Memory | Place::Server(_) => error,
        })?;
        Ok(store)
    }

    /// Runs `change` in a transaction and makes it final when `change` returns `Ok`.
    ///
    /// The closure may run more than once, because a transaction that lost against another one, or whose shared
    /// commit failed, runs again from the beginning. It therefore has no effect but through `tx`, and nothing in
    /// it waits for anything slow.
    ///
    /// ```
    /// # async fn example(store: &store::Store, name: &str) -> Result<(), store::StoreError> {
    /// store
    ///     .write(|tx| {
    ///         Box::pin(async {
    ///             store::setting::write(tx, "", name, "1").await?;
    ///             store::setting::remove(tx, "", "other").await
    ///         })
    ///     })
    ///     .await
    /// # }
    /// ```
    ///
    /// The block borrows what it uses (`async`, not `async move`); what it changes it returns, because it may run
    /// again. The future is boxed because the compiler cannot yet see that an async closure which borrows anything may
    /// move between threads (it says that `Send` is "not general enough"), and handlers and tasks need that.
    pub async fn write<'s, T, E: From<StoreError>>(
        &self,
        mut change: impl for<'t> FnMut(&'t mut ScopedTx<'s>) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => self.write_sqlite(&sqlite.writers, &mut change).await,
            // Its driver's futures are many times larger than all others, and a round trip hides the allocation.
            Engine::Postgres(pool) => Box::pin(self.write_postgres(pool, &mut change)).await,
        }
    }

    /// Runs `look` in a transaction that sees one moment of the database and cannot change it.
    pub async fn read<'s, T, E: From<StoreError>>(
        &self,
        mut look: impl for<'t> FnMut(&'t mut ScopedTx<'s>) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E> {
        let session = match &self.inner.engine {
            Engine::Sqlite(sqlite) => match &sqlite.readers {
                Some(readers) => Session::SqliteReader(readers.begin().await?),
                None => Session::SqliteWriter(sqlite.writers.enter(Sharing::Shared).await?),
            },
            Engine::Postgres(pool) => Session::Postgres(Box::pin(postgres::begin_read(pool)).await?),
        };
        let mut tx = ScopedTx::new(session, Access::Read, self.context());
        let result = look(&mut tx).await;
        match tx.into_parts().0 {
            Session::SqliteReader(reader) => reader.finish().await,
            Session::SqliteWriter(turn) => drop(turn.leave(false).await),
            // A read has nothing to lose; a broken connection is noticed by its next user.
            Session::Postgres(transaction) => drop(transaction.rollback().await),
        }
        result
    }

    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    pub fn random(&self) -> &dyn Random {
        self.inner.random.as_ref()
    }

    /// Waits for running transactions and closes every connection, after which an SQLite database is one file.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => {
                if let Some(readers) = &sqlite.readers {
                    readers.close().await;
                }
                sqlite.writers.close().await
            }
            Engine::Postgres(pool) => {
                pool.close().await;
                Ok(())
            }
        }
    }

    fn context(&self) -> Context {
        let Inner { keys, clock, random, .. } = self.inner.as_ref();
        Context { now: clock.now(), keys: keys.clone(), random: Arc::clone(random) }
    }

    async fn write_sqlite<'s, T, E: From<StoreError>>(
        &self,
        writers: &Writers,
        change: &mut impl for<'t> FnMut(&'t mut ScopedTx<'s>) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E> {
        let mut last = StoreError::Contention;
        for sharing in [Sharing::Shared, Sharing::Alone] {
            match self.attempt_sqlite(writers, sharing, change).await {
                Attempt::Done(result) => return result,
                Attempt::Again(error) => last = error,
            }
        }
        Err(last.into())
    }

    async fn attempt_sqlite<'s, T, E: From<StoreError>>(
        &self,
        writers: &Writers,
        sharing: Sharing,
        change: &mut impl for<'t> FnMut(&'t mut ScopedTx<'s>) -> BoxFuture<'t, Result<T, E>>,
    ) -> Attempt<T, E> {
        let turn = match writers.enter(sharing).await {
            Ok(turn) => turn,
            Err(error) => return Attempt::Done(Err(error.into())),
        };
        let mut tx = ScopedTx::new(Session::SqliteWriter(turn), Access::Write, self.context());
        let result = change(&mut tx).await;
        let (session, condition) = tx.into_parts();
        let Session::SqliteWriter(turn) = session else { return Attempt::Done(result) };
        let receipt = turn.leave(result.is_ok() && condition == Condition::Sound).await;
        match (condition, receipt.committed().await) {
            (Condition::Refused(_), _) => Attempt::Done(refused(result)),
            (Condition::Sound, Ok(())) => Attempt::Done(result),
            (Condition::Sound, Err(error)) => Attempt::Again(error),
        }
    }

    async fn write_postgres<'s, T, E: From<StoreError>>(
        &self,
        pool: &PgPool,
        change: &mut impl for<'t> FnMut(&'t mut ScopedTx<'s>) -> BoxFuture<'t, Result<T, E>>,
    ) -> Result<T, E> {
        let mut last = StoreError::Contention;
        for attempt in 1..=postgres::ATTEMPTS {
            match self.attempt_postgres(pool, attempt, change).await {
                Attempt::Done(result) => return result,
                Attempt::Again(error) => last = error,
            }
            postgres::pause(self.random(), attempt).await;
        }
        Err(last.into())
    }

    async fn attempt_postgres<'s, T, E: From<StoreError>>(
        &self,
        pool: &PgPool,
        attempt: u32,
        change: &mut impl for<'t> FnMut(&'t mut ScopedTx<'s>) -> BoxFuture<'t, Result<T, E>>,
    ) -> Attempt<T, E> {
        let transaction = match postgres::begin_write(pool, attempt).await {
            Ok(transaction) => transaction,
            Err(error) => return again_or_done(error),
        };
        let mut tx = ScopedTx::new(Session::Postgres(transaction), Access::Write, self.context());
        let result = change(&mut tx).await;
        let (session, condition) = tx.into_parts();
        let Session::Postgres(transaction) = session else { return Attempt::Done(result) };
        match (condition, result) {
            (Condition::Sound, Ok(value)) => match postgres::commit(transaction).await {
                Ok(()) => Attempt::Done(Ok(value)),
                Err(error) => again_or_done(error),
            },
            (condition, result) => {
                // The transaction is undone in any case: a broken connection undoes it too.
                let _undone = transaction.rollback().await;
                match condition {
                    Condition::Refused(Verdict::Again) => Attempt::Again(StoreError::Contention),
                    Condition::Refused(Verdict::Final) => Attempt::Done(refused(result)),
                    Condition::Sound => Attempt::Done(result),
                }
            }
        }
    }
}

/// A caller that overlooked a refused statement must not believe that its change happened.
fn refused<T, E: From<StoreError>>(result: Result<T, E>) -> Result<T, E> {
    result.and_then(|_| Err(StoreError::Undone.into()))
}

fn again_or_done<T, E: From<StoreError>>(error: StoreError) -> Attempt<T, E> {
    match error.verdict() {
        Verdict::Again => Attempt::Again(error),
        Verdict::Final => Attempt::Done(Err(error.into())),
    }
}

async fn open_file(file: &Path, clock: &dyn Clock) -> Result<Engine, OpenError> {
    sqlite::refuse_cut_short(file)?;
    sqlite::make_private(file);
    let writers = open_writer(&sqlite::file_options(file), clock).await?;
    let readers = Some(Readers::new(sqlite::reader_options(file)));
    Ok(Engine::Sqlite(Box::new(Sqlite { writers, readers })))
}

async fn open_memory(clock: &dyn Clock) -> Result<Engine, OpenError> {
    let writers = open_writer(&sqlite::memory_options(), clock).await?;
    Ok(Engine::Sqlite(Box::new(Sqlite { writers, readers: None })))
}

async fn open_writer(options: &SqliteConnectOptions, clock: &dyn Clock) -> Result<Writers, OpenError> {
    let mut connection = sqlite::connect(options).await?;
    migrations::migrate(Link::Sqlite(&mut connection), clock.now()).await?;
    Ok(Writers::new(connection))
}
