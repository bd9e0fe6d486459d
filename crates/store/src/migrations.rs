//! Bringing the schema up to date, one step at a time, each in a transaction of its own.
//!
//! A step is a folder `migrations/NNNN_name` with one file an engine. A released step is never edited: the next
//! one changes what it made. What was applied is kept with a digest, so that an edited step is noticed.

use aws_lc_rs::digest;
use futures::TryStreamExt as _;
use jiff::Timestamp;

use crate::dialect::Dialect;
use crate::error::OpenError;
use crate::link::Link;
use crate::value::Value;

/// One step of the schema.
struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Embeds the two files of one step.
macro_rules! migration {
    ($version:literal, $folder:literal) => {
        Migration {
            version: $version,
            name: $folder,
            sqlite: include_str!(concat!("../migrations/", $folder, "/sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $folder, "/postgres.sql")),
        }
    };
}

/// Every step in its order. A new one is added at the end.
const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_people"),
    migration!(2, "0002_log"),
    migration!(10, "0010_console"),
    migration!(11, "0011_delta"),
    migration!(12, "0012_order"),
    migration!(13, "0013_certificate"),
    migration!(14, "0014_decisions"),
    migration!(15, "0015_parts"),
    migration!(16, "0016_told"),
    migration!(17, "0017_digests"),
    migration!(18, "0018_outcome"),
    migration!(19, "0019_rights"),
    migration!(20, "0020_mail"),
    migration!(21, "0021_requests"),
    migration!(22, "0022_attestation"),
];

const SCHEMA_VERSION: &str = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, \
     name TEXT NOT NULL, applied_at BIGINT NOT NULL, digest TEXT NOT NULL)";

/// Applies what is missing. Several programs may do this at once; one does the work and the others find it done.
pub(crate) async fn migrate(mut link: Link<'_>, now: Timestamp) -> Result<(), OpenError> {
    prepare(&mut link).await?;
    for migration in MIGRATIONS {
        apply(&mut link, migration, now).await?;
    }
    Ok(())
}

/// Makes the table of applied steps and refuses a database that is not ours or is ahead of us.
async fn prepare(link: &mut Link<'_>) -> Result<(), OpenError> {
    let dialect = link.dialect();
    link.again().execute_script(dialect.begin_migration()).await?;
    let outcome = check_and_prepare(link).await;
    let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
    link.again().execute_script(end).await?;
    outcome
}

async fn check_and_prepare(link: &mut Link<'_>) -> Result<(), OpenError> {
    let tables = link.dialect().tables();
    let tables: Vec<_> = link.again().stream(tables, &[]).try_collect().await?;
    let names: Vec<&str> = tables.iter().map(|row| row.text("name")).collect::<Result<_, _>>()?;
    // A PostgreSQL schema may hold tables of its administrator; an SQLite file holds only what one program made.
    let foreign =
        link.dialect() == Dialect::Sqlite && !names.is_empty() && !names.contains(&"schema_version");
    if foreign {
        return Err(OpenError::NotADatabase { file: std::path::PathBuf::new() });
    }
    link.again().execute_script(SCHEMA_VERSION).await?;
    // SQLite opens a file that it may only read, and says so when something is to be written.
    link.again().execute_script("UPDATE schema_version SET name = name WHERE version = 0").await?;
    refuse_newer(link).await
}

async fn refuse_newer(link: &mut Link<'_>) -> Result<(), OpenError> {
    let sql = "SELECT COALESCE(MAX(version), 0) AS newest FROM schema_version";
    let rows: Vec<_> = link.again().stream(sql, &[]).try_collect().await?;
    let found = rows.first().map_or(Ok(0), |row| row.int("newest"))?;
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    if found > known { Err(OpenError::NewerSchema { found, known }) } else { Ok(()) }
}

async fn apply(link: &mut Link<'_>, migration: &Migration, now: Timestamp) -> Result<(), OpenError> {
    let Migration { version, name, .. } = *migration;
    let dialect = link.dialect();
    let failed = |source| OpenError::Migration { version, name, source };
    link.again().execute_script(dialect.begin_migration()).await.map_err(failed)?;
    let outcome = apply_inside(link, migration, now).await;
    let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = link.again().execute_script(end).await;
    outcome.and_then(|()| ended.map_err(failed))
}

async fn apply_inside(link: &mut Link<'_>, migration: &Migration, now: Timestamp) -> Result<(), OpenError> {
    let Migration { version, name, .. } = *migration;
    let failed = |source| OpenError::Migration { version, name, source };
    let text = migration.text(link.dialect());
    let applied = "SELECT digest FROM schema_version WHERE version = $1";
    let rows: Vec<_> = link.again().stream(applied, &[version.into()]).try_collect().await.map_err(failed)?;
    if let Some(row) = rows.first() {
        let same = row.text("digest").map_err(failed)? == digest_of(text);
        return if same { Ok(()) } else { Err(OpenError::ChangedMigration { version, name }) };
    }
    link.again().execute_script(text).await.map_err(failed)?;
    let record = "INSERT INTO schema_version (version, name, applied_at, digest) VALUES ($1, $2, $3, $4)";
    let values = [Value::from(version), name.into(), now.into(), digest_of(text).into()];
    link.again().execute(record, &values).await.map_err(failed)?;
    Ok(())
}

impl Migration {
    fn text(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }
}

fn digest_of(text: &str) -> String {
    crate::keys::hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_a_step_and_every_step_is_a_folder_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut folders: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        folders.sort();
        let steps: Vec<&str> = MIGRATIONS.iter().map(|migration| migration.name).collect();
        assert_eq!(folders, steps);
        for migration in MIGRATIONS {
            assert!(migration.name.starts_with(&format!("{:04}_", migration.version)), "{}", migration.name);
        }
    }
}
