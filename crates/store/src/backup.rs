//! Backups of an SQLite database, made while it is in use, and their way back.
//!
//! The keys are never in a backup: whoever finds one cannot read what is sealed in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::StoreError;
use crate::keys::FILE_NAME;
use crate::link::Link;
use crate::location::Place;
use crate::store::Store;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub file: PathBuf,
    pub octets: u64,
}

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("only an SQLite database is backed up by this command; back up PostgreSQL with `pg_dump`")]
    NotSqlite,
    #[error("{file} is there already; it is not overwritten. Give another name, or move it away")]
    Present { file: PathBuf },
    #[error("{file} is not a backup of this program: {why}")]
    NotABackup { file: PathBuf, why: String },
    #[error("{file} is damaged: {why}. Use another backup")]
    Damaged { file: PathBuf, why: String },
    #[error("{file} could not be read or written: {cause}. Is its folder there, and may Lokalid use it?")]
    File { file: PathBuf, cause: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl std::fmt::Display for Backup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, octets } = self;
        write!(
            formatter,
            "{}: {octets} octets. The keys are not in it: keep a copy of {FILE_NAME} in another place",
            file.display()
        )
    }
}

/// Writes a whole copy of the database as it is at one moment. Readers and writers go on meanwhile.
pub async fn backup(store: &Store, file: &Path) -> Result<Backup, BackupError> {
    let Place::File(database) = &store.location().0 else { return Err(BackupError::NotSqlite) };
    refuse_present(file)?;
    // Made unreadable for others before the first octet is in it.
    let made = fs::OpenOptions::new().write(true).create_new(true).open(file);
    made.and_then(|made| made.set_permissions(fs::Permissions::from_mode(0o600)))
        .map_err(|error| failed(file, error))?;
    let outcome = vacuum_into(database, file).await;
    if outcome.is_err() {
        // What is half-way there would be mistaken for a backup.
        let _removed = fs::remove_file(file);
    }
    outcome?;
    let octets = sync(file).map_err(|error| failed(file, error))?;
    Ok(Backup { file: file.to_owned(), octets })
}

/// Copies a backup to where the database is to be, after checking that it is whole. Nothing is ever overwritten.
pub async fn restore(backup: &Path, database: &Path) -> Result<(), BackupError> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        refuse_present(Path::new(&name))?;
    }
    check(backup).await?;
    let beside = database.with_extension("restoring");
    fs::copy(backup, &beside).map_err(|error| failed(&beside, error))?;
    let finish = || -> std::io::Result<()> {
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o600))?;
        sync(&beside)?;
        fs::rename(&beside, database)
    };
    finish().map_err(|error| failed(database, error))
}

async fn vacuum_into(database: &Path, file: &Path) -> Result<(), StoreError> {
    let options = crate::sqlite::file_options(database).create_if_missing(false);
    let mut connection = options.connect().await.map_err(|error| StoreError::from_engine("open", &error))?;
    let target = [file.to_string_lossy().as_ref().into()];
    Link::Sqlite(&mut connection).execute("VACUUM INTO $1", &target).await?;
    connection.close().await.map_err(|error| StoreError::from_engine("close", &error))
}

/// Reads every page of the backup, so that a damaged one is noticed before it is needed.
async fn check(backup: &Path) -> Result<(), BackupError> {
    use futures::TryStreamExt as _;
    fs::File::open(backup).map_err(|error| failed(backup, error))?;
    let damaged = |why: String| BackupError::Damaged { file: backup.to_owned(), why };
    let not_ours = |error: StoreError| match error {
        StoreError::Damaged { code, message } if code != "26" => damaged(message),
        other => BackupError::NotABackup { file: backup.to_owned(), why: other.to_string() },
    };
    let options = SqliteConnectOptions::new().filename(backup).read_only(true).immutable(true);
    let connected = options.connect().await.map_err(|error| StoreError::from_engine("open", &error));
    let mut connection = connected.map_err(not_ours)?;
    let versions = Link::Sqlite(&mut connection).execute("SELECT version FROM schema_version", &[]).await;
    versions.map_err(not_ours)?;
    let rows: Result<Vec<_>, _> =
        Link::Sqlite(&mut connection).stream("PRAGMA integrity_check", &[]).try_collect().await;
    let rows = rows.map_err(|error| damaged(error.to_string()))?;
    match rows.first().map(|row| row.text("integrity_check")).transpose()? {
        Some("ok") => Ok(()),
        other => Err(damaged(other.unwrap_or("the check gave no answer").to_owned())),
    }
}

fn refuse_present(file: &Path) -> Result<(), BackupError> {
    if file.exists() { Err(BackupError::Present { file: file.to_owned() }) } else { Ok(()) }
}

/// Waits until the file is on disk and says how long it is.
fn sync(file: &Path) -> std::io::Result<u64> {
    let opened = fs::File::open(file)?;
    opened.sync_all()?;
    Ok(opened.metadata()?.len())
}

fn failed(file: &Path, cause: std::io::Error) -> BackupError {
    BackupError::File { file: file.to_owned(), cause }
}
