//! What can go wrong with the database, in words for a person and kinds for a program.
//!
//! No text here ever holds a bound value: PostgreSQL's error details quote rows, so only the engine's code and
//! its one-line message are kept.

use std::path::PathBuf;

use sqlx::error::ErrorKind;

use crate::keys::KeyError;
use crate::sqlite::Obstacle;

/// Why a transaction did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the same record is there already: {message} (in `{sql}`)")]
    Duplicate { sql: String, message: String },
    #[error("a record refers to one that is not there, or is still referred to: {message} (in `{sql}`)")]
    Reference { sql: String, message: String },
    #[error("the database refused a statement: {message} [{code}] (in `{sql}`)")]
    Statement { sql: String, code: String, message: String },
    #[error("other transactions changed the same records too often; nothing was changed, try again")]
    Contention,
    #[error(
        "another program kept the database file locked; nothing was changed. \
         Wait until it is done, or stop it, and try again"
    )]
    Busy,
    #[error("the disk with the database is full; nothing was changed. Make room and try again")]
    Full,
    #[error(
        "the database file cannot be written; nothing was changed. Check its owner, its rights and its disk"
    )]
    NotWritable,
    #[error(
        "the disk with the database failed: {message} [{code}]; nothing was changed. It may be full for this user, \
         or broken: look at the log of the operating system"
    )]
    Disk { code: String, message: String },
    #[error(
        "the database file is damaged: {message} [{code}]; nothing was changed. Stop the program, move the file \
         away and restore a backup with `lokalid restore`"
    )]
    Damaged { code: String, message: String },
    #[error("the database cannot be reached: {message}. Nothing was changed")]
    Unreachable { message: String },
    #[error(
        "the connection broke while a change was being made final, so it is not known whether it was: {message}. \
         Look before trying again"
    )]
    CommitUnknown { message: String },
    #[error("expected {expected} row(s) but found {found} (in `{sql}`)")]
    Rows { sql: String, expected: &'static str, found: u64 },
    #[error("column `{column}` of row {row} {problem} (in `{sql}`)")]
    Column { sql: String, row: usize, column: String, problem: String },
    #[error("a statement that changes something was given to a reading transaction (`{sql}`)")]
    ReadOnly { sql: String },
    #[error(
        "an earlier statement of this transaction failed, so nothing more can be done in it and it was undone"
    )]
    Undone,
    #[error("the store is closed")]
    Closed,
    #[error("the log record `{action}` has something like a CPR number in {place}; the log never holds one")]
    CprInLog { action: String, place: String },
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database folder {folder} is not there; create it or correct the address of the database")]
    NoFolder { folder: PathBuf },
    #[error("the database file {file} cannot be used: {obstacle}")]
    CannotOpen { file: PathBuf, obstacle: Obstacle },
    #[error(
        "the file {file} is not a database of this program. Correct the address of the database; or, if the file was \
         overwritten, move it away and restore a backup with `lokalid restore`"
    )]
    NotADatabase { file: PathBuf },
    #[error(
        "the database file {file} is damaged, as if cut short or written over: {message}. Move it away, with the \
         files beside it that begin with its name, and restore a backup with `lokalid restore`"
    )]
    Damaged { file: PathBuf, message: String },
    #[error("the database file {file} cannot be used: {source}")]
    File { file: PathBuf, source: StoreError },
    #[error("nothing answers at {address}: {message}. Is PostgreSQL running, and are host and port right?")]
    NoAnswer { address: String, message: String },
    #[error("PostgreSQL at {address} refused the user `{user}`: is the user name or the password wrong?")]
    Refused { address: String, user: String },
    #[error("PostgreSQL at {address} has no database `{database}`; create it or correct the address")]
    NoDatabase { address: String, database: String },
    #[error("PostgreSQL at {address} could not be used: {message}")]
    Server { address: String, message: String },
    #[error(
        "the database was last used by a newer version of this program (schema {found}, this one knows {known}); \
         install that version or restore a backup made before"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error(
        "step {version} ({name}) was changed after it was applied to this database; install the version that made it"
    )]
    ChangedMigration { version: i64, name: &'static str },
    #[error("step {version} ({name}) of the database schema failed and was undone: {source}")]
    Migration { version: i64, name: &'static str, source: StoreError },
    #[error("the keys do not belong to this database; give the folder with the keys that it was made with")]
    WrongKey,
    #[error("the database could not be made ready: {0}")]
    Store(#[from] StoreError),
}

/// What a failed statement means for the transaction around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The transaction cannot go on.
    Final,
    /// The transaction lost against another one and can be run again.
    Again,
}

impl StoreError {
    /// Translates an engine's error about `sql`.
    pub(crate) fn from_engine(sql: &str, error: &sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return Self::Unreachable { message: error.to_string() };
        };
        let code = database.code().unwrap_or_default().into_owned();
        let message = database.message().to_owned();
        let sql = shorten(sql);
        match (database.kind(), code.as_str()) {
            (ErrorKind::UniqueViolation, _) => Self::Duplicate { sql, message },
            (ErrorKind::ForeignKeyViolation, _) => Self::Reference { sql, message },
            (_, "40001" | "40P01") => Self::Contention,
            (_, "53100") => Self::Full,
            (_, "25006") => Self::ReadOnly { sql },
            _ => Self::from_sqlite_code(&code, &message).unwrap_or(Self::Statement { sql, code, message }),
        }
    }

    /// SQLite's primary result code is the low octet of the extended one. PostgreSQL's codes have five characters.
    fn from_sqlite_code(code: &str, message: &str) -> Option<Self> {
        let extended: u32 = code.parse().ok().filter(|_| code.len() < 5)?;
        match extended & 0xff {
            5 | 6 => Some(Self::Busy),
            8 => Some(Self::NotWritable),
            10 => Some(Self::Disk { code: code.to_owned(), message: message.to_owned() }),
            11 | 26 => Some(Self::Damaged { code: code.to_owned(), message: message.to_owned() }),
            13 => Some(Self::Full),
            _ => None,
        }
    }

    /// Whether the cause is to be looked for in the file of an SQLite database, its folder or its disk.
    pub fn is_about_the_file(&self) -> bool {
        match self {
            Self::Full | Self::NotWritable | Self::Disk { .. } | Self::Damaged { .. } => true,
            Self::Statement { code, .. } => code == CANNOT_OPEN,
            _ => false,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Contention => Verdict::Again,
            _ => Verdict::Final,
        }
    }
}

/// SQLite's code for a file that it could not open.
const CANNOT_OPEN: &str = "14";

/// One line of SQL, short enough for a log.
pub(crate) fn shorten(sql: &str) -> String {
    const LONGEST: usize = 160;
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_shortened_to_one_line() {
        assert_eq!(shorten("SELECT\n   1"), "SELECT 1");
        assert_eq!(shorten(&"æ".repeat(500)).chars().count(), 161);
    }

    #[test]
    fn sqlite_codes_are_read_with_their_extension() {
        assert!(matches!(StoreError::from_sqlite_code("261", ""), Some(StoreError::Busy)));
        assert!(matches!(StoreError::from_sqlite_code("1032", ""), Some(StoreError::NotWritable)));
        assert!(matches!(StoreError::from_sqlite_code("13", ""), Some(StoreError::Full)));
        assert!(matches!(StoreError::from_sqlite_code("4874", ""), Some(StoreError::Disk { .. })));
        assert!(matches!(StoreError::from_sqlite_code("11", ""), Some(StoreError::Damaged { .. })));
        assert!(StoreError::from_sqlite_code("23505", "").is_none());
    }
}
