//! SQLite: one writer whose waiting callers share a commit, and a few readers.
//!
//! Making a commit safe costs a wait for the disk, a hundred times what the change itself costs. So nobody
//! commits alone: a caller runs inside a savepoint of a transaction that may be open already, gives the writer to
//! the next one and waits. The caller who opened the transaction also starts a task that queues behind all who
//! wait at that time and commits for everybody. There is no leader to lose: a caller that is dropped half-way
//! leaves a [`Phase`] behind that the next one cleans up.

mod obstacle;
mod reader;
mod whole;
mod writer;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use crate::error::{OpenError, StoreError};

pub use obstacle::Obstacle;
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
        .pragma("cache_size", writer::CACHE_KIB)
        .pragma("journal_size_limit", "16777216")
        // What undoes one statement of thousands of rows is copies of pages; a file for them costs as much as the rows.
        .pragma("temp_store", "MEMORY")
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
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

/// Opens the writing connection.
///
/// The first program to open a new file turns on its write-ahead log, and the last one to close it folds the log
/// in; for that moment SQLite refuses others at once instead of letting them wait.
pub(crate) async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    for _ in 1..OPEN_ATTEMPTS {
        match options.connect().await.map_err(|error| StoreError::from_engine("open", &error)) {
            Err(StoreError::Busy) => tokio::time::sleep(OPEN_PAUSE).await,
            other => return other,
        }
    }
    options.connect().await.map_err(|error| StoreError::from_engine("open", &error))
}

/// Makes a new file that nobody else can read. SQLite gives the files beside it the same permissions, and says itself
/// what is in the way of one that cannot be made.
pub(crate) fn make_private(file: &Path) {
    let _there_already = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
}

/// Refuses a file that SQLite would open although something of it is gone.
pub(crate) fn refuse_cut_short(file: &Path) -> Result<(), OpenError> {
    if !whole::is_cut_short(file) {
        return Ok(());
    }
    let message = "its length is not what its head says".to_owned();
    Err(OpenError::Damaged { file: file.to_owned(), message })
}

/// Says in plain words why a file could not be opened.
pub(crate) fn explain(file: &Path, error: OpenError) -> OpenError {
    let source = match error {
        OpenError::Store(source) => source,
        OpenError::Migration { source, .. } if source.is_about_the_file() => source,
        // The migrations do not know the file's name.
        OpenError::NotADatabase { .. } => return OpenError::NotADatabase { file: file.to_owned() },
        other => return other,
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return OpenError::NoFolder { folder: folder.to_owned() };
    }
    let file = file.to_owned();
    match source {
        StoreError::Damaged { code, .. } if code == NOT_A_DATABASE => OpenError::NotADatabase { file },
        StoreError::Damaged { message, .. } => OpenError::Damaged { file, message },
        source if source.is_about_the_file() => match obstacle::find(&file) {
            Some(obstacle) => OpenError::CannotOpen { file, obstacle },
            None => OpenError::File { file, source },
        },
        other => OpenError::Store(other),
    }
}

/// SQLite's code for a file that does not begin as its files do.
const NOT_A_DATABASE: &str = "26";
