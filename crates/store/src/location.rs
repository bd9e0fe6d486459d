//! Where the database is: a file, a PostgreSQL server, or (in tests) memory.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;

/// A parsed address. Its text never shows a password.
#[derive(Clone)]
pub struct Location(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    File(PathBuf),
    Memory,
    Server(Box<PgConnectOptions>),
}

/// Why an address was not understood. Never repeats it, because it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    #[error("the address of the database must begin with `sqlite:` and a file, or with `postgres://`")]
    Unknown,
    #[error("the address of the database names no file after `sqlite:`")]
    NoFile,
    #[error("the address of the PostgreSQL database is not understood: {0}")]
    Postgres(String),
}

impl Location {
    /// Reads `sqlite:FILE` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        if let Some(file) = text.strip_prefix("sqlite:") {
            return if file.is_empty() { Err(LocationError::NoFile) } else { Ok(Self::file(file)) };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(LocationError::Unknown);
        }
        let options =
            PgConnectOptions::from_str(text).map_err(|error| LocationError::Postgres(error.to_string()))?;
        Ok(Self(Place::Server(Box::new(options.application_name("lokalid")))))
    }

    /// An SQLite file.
    pub fn file(file: impl Into<PathBuf>) -> Self {
        Self(Place::File(file.into()))
    }

    /// An SQLite database that is gone with its last handle: for tests and simulations.
    pub fn memory() -> Self {
        Self(Place::Memory)
    }

    /// The SQLite file, when it is one.
    pub fn as_file(&self) -> Option<&Path> {
        let Place::File(file) = &self.0 else { return None };
        Some(file)
    }

    /// The folder that an SQLite file lies in.
    pub fn folder(&self) -> Option<&Path> {
        let folder = self.as_file()?.parent()?;
        Some(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
    }

    /// The file, when it is one: a configuration's path is relative to the configuration.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self.0 {
            Place::File(file) => Self::file(folder.join(file)),
            other => Self(other),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Place::File(file) => write!(formatter, "sqlite:{}", file.display()),
            Place::Memory => formatter.write_str("sqlite in memory"),
            Place::Server(options) => {
                let database = options.get_database().unwrap_or(options.get_username());
                write!(formatter, "postgres://{}/{database}", server_address(options))
            }
        }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Location({self})")
    }
}

/// Host and port, or the socket, for a sentence.
pub(crate) fn server_address(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        assert_eq!(Location::parse("sqlite:a/b.db").unwrap().to_string(), "sqlite:a/b.db");
        let server = Location::parse("postgres://user:secret@db.example:5433/lokalid").unwrap();
        assert_eq!(server.to_string(), "postgres://db.example:5433/lokalid");
        let relative = Location::parse("sqlite:b.db").unwrap().relative_to(Path::new("/x"));
        assert_eq!(relative.to_string(), "sqlite:/x/b.db");
    }

    #[test]
    fn the_folder_of_a_file_is_told() {
        assert_eq!(Location::file("/x/b.db").folder(), Some(Path::new("/x")));
        assert_eq!(Location::file("b.db").folder(), Some(Path::new(".")));
        assert_eq!(Location::memory().folder(), None);
    }

    #[test]
    fn other_addresses_are_refused_without_repeating_them() {
        for text in ["", "mysql://u:secret@h/d", "sqlite:", "postgres://u:secret@h:port/d"] {
            let error = Location::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(!format!("{:?}", Location::parse("postgres://u:secret@h/d").unwrap()).contains("secret"));
    }
}
