//! A few reading connections, each lent to one transaction at a time.
//!
//! Not the driver's own pool: that one measures its waits with timers, which a test that holds the clock still
//! would see fire at once.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::link::Link;

/// Most readers at one time: each costs a thread and a page cache.
const MOST_READERS: usize = 4;

/// The reading connections of one file.
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    permits: Arc<Semaphore>,
}

/// One connection inside a reading transaction. Dropped half-way it closes the connection, which ends it.
pub(crate) struct Reader {
    connection: Option<SqliteConnection>,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    pub(crate) fn new(options: SqliteConnectOptions) -> Self {
        Self { options, idle: Arc::default(), permits: Arc::new(Semaphore::new(MOST_READERS)) }
    }

    /// Waits for a free connection and begins a transaction on it.
    pub(crate) async fn begin(&self) -> Result<Reader, StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let mut connection = match take(&self.idle) {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(|error| StoreError::from_engine("open", &error))?,
        };
        Link::Sqlite(&mut connection).execute(Dialect::Sqlite.begin_read(), &[]).await?;
        Ok(Reader { connection: Some(connection), idle: Arc::clone(&self.idle), _permit: permit })
    }

    /// Waits for the running transactions and closes every connection.
    pub(crate) async fn close(&self) {
        // The number of permits is small and constant.
        let all = u32::try_from(MOST_READERS).unwrap_or(u32::MAX);
        let _running_ended = self.permits.acquire_many(all).await;
        self.permits.close();
        while let Some(connection) = take(&self.idle) {
            // A reader that does not close cleanly has nothing to lose.
            let _closed = connection.close().await;
        }
    }
}

impl Reader {
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_mut().ok_or(StoreError::Closed)
    }

    /// Ends the transaction and keeps the connection for the next one.
    pub(crate) async fn finish(mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if Link::Sqlite(&mut connection).execute("ROLLBACK", &[]).await.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

fn take(idle: &Mutex<Vec<SqliteConnection>>) -> Option<SqliteConnection> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}
