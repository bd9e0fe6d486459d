//! SQLite: one writer whose waiting callers share a commit, and a few readers.
//!
//! Making a commit safe costs a wait for the disk, a hundred times what the change itself costs. So nobody
//! commits alone: a caller runs inside a savepoint of a transaction that may be open already, gives the writer to
//! the next one and waits. The caller who opened the transaction also starts a task that queues behind all who
//! wait at that time and commits for everybody. There is no leader to lose: a caller that is dropped half-way
//! leaves a [`Phase`] behind that the next one cleans up.

mod reader;
mod writer;

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use crate::error::{OpenError, StoreError};

pub(crate) use reader::{Reader, Readers};
pub(crate) use writer::{Sharing, Turn, Writers};

/// How long SQLite itself waits for another program's lock before it says "busy".
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// How often a file that is being opened or closed by another program is tried.
const OPEN_ATTEMPTS: u32 = 100;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

/// The two ways into one SQLite database.
pub(crate) struct Sqlite {
    pub(crate) writers: Writers,
    /// A database in memory has one connection, so its readers take turns with the writers.
    pub(crate) readers: Option<Readers>,
}

/// Options for a writing connection to the file.
pub(crate) fn file_options(file: &Path) -> SqliteConnectOptions {
    common(SqliteConnectOptions::new().filename(file))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-4096")
        .pragma("journal_size_limit", "16777216")
}

/// Options for a reading connection to the file.
pub(crate) fn reader_options(file: &Path) -> SqliteConnectOptions {
    common(SqliteConnectOptions::new().filename(file))
        .pragma("cache_size", "-1024")
        .pragma("query_only", "ON")
}

pub(crate) fn memory_options() -> SqliteConnectOptions {
    common(SqliteConnectOptions::new().in_memory(true))
}

fn common(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .foreign_keys(true)
        .busy_timeout(BUSY_WAIT)
        .statement_cache_capacity(64)
        .disable_statement_logging()
}

/// Opens the writing connection.
///
/// The first program to open a new file turns on its write-ahead log, and the last one to close it folds the log
/// in; for that moment SQLite refuses others at once instead of letting them wait.
pub(crate) async fn connect(
    file: &Path,
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, OpenError> {
    for _ in 1..OPEN_ATTEMPTS {
        match options.connect().await.map_err(|error| explain(file, &error)) {
            Err(OpenError::Store(StoreError::Busy)) => tokio::time::sleep(OPEN_PAUSE).await,
            other => return other,
        }
    }
    options.connect().await.map_err(|error| explain(file, &error))
}

/// Says in plain words why a file could not be opened.
fn explain(file: &Path, error: &sqlx::Error) -> OpenError {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return OpenError::NoFolder { folder: folder.to_owned() };
    }
    match StoreError::from_engine("open", error) {
        StoreError::Statement { code, .. } if code == "26" => {
            OpenError::NotADatabase { file: file.to_owned() }
        }
        StoreError::Statement { message, .. } | StoreError::Unreachable { message } => {
            OpenError::CannotOpen { file: file.to_owned(), message }
        }
        other => OpenError::Store(other),
    }
}
