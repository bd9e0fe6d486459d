//! The little that differs between the two engines. Every other SQL text is the same for both.

/// Which engine a transaction speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// PostgreSQL's references between tables, with the text that makes each of them again.
    pub(crate) const REFERENCES: &str = "SELECT CAST(c.conrelid AS REGCLASS)::TEXT AS table_name, \
         CAST(c.conname AS TEXT) AS name, pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c \
         JOIN pg_namespace n ON n.oid = c.connamespace \
         WHERE c.contype = 'f' AND n.nspname = current_schema() ORDER BY 1, 2";

    /// Ends a `SELECT` that claims rows for this worker: rows that another one is claiming are passed over.
    ///
    /// SQLite has one writer at a time and needs nothing.
    pub fn claim_suffix(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Octets of `column` from the first on, as many as the bound value `$number` says.
    pub fn first_octets(self, column: &str, number: usize) -> String {
        match self {
            Self::Sqlite => format!("substr({column}, 1, ${number})"),
            Self::Postgres => format!("substr({column}, 1, CAST(${number} AS INTEGER))"),
        }
    }

    /// The tables of this database, one a row in the column `name`.
    pub fn tables(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' \
                 ORDER BY name"
            }
            Self::Postgres => {
                "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
            }
        }
    }

    /// The columns of the table `$1` in their order: `name`, declared `kind` and whether `nullable`.
    pub fn columns(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT name, lower(type) AS kind, \"notnull\" = 0 AND pk = 0 AS nullable \
                 FROM pragma_table_info($1) ORDER BY cid"
            }
            Self::Postgres => {
                "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind, \
                 is_nullable = 'YES' AS nullable FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
            }
        }
    }

    /// The indexes that a migration made, with `name` and `table_name`.
    pub fn indexes(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT name, tbl_name AS table_name FROM sqlite_schema \
                 WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
            }
            Self::Postgres => {
                "SELECT CAST(indexname AS TEXT) AS name, CAST(tablename AS TEXT) AS table_name FROM pg_indexes \
                 WHERE schemaname = current_schema() AND indexname NOT LIKE '%_pkey' ORDER BY 1"
            }
        }
    }

    /// Begins a transaction that may write.
    ///
    /// On PostgreSQL every writer holds the weakest lock on `schema_version` that excludes the lock `alone` takes:
    /// a transaction that lost too often runs with no other writer beside it and therefore cannot lose again.
    /// `LOCK TABLE` takes no snapshot, so what such a transaction reads is as fresh as the lock.
    pub(crate) fn begin_write(self, alone: bool) -> &'static str {
        match (self, alone) {
            (Self::Sqlite, _) => "BEGIN IMMEDIATE",
            (Self::Postgres, false) => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_version IN ROW SHARE MODE"
            }
            (Self::Postgres, true) => {
                "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE schema_version IN EXCLUSIVE MODE"
            }
        }
    }

    /// Begins a transaction that changes the schema; another program that does the same waits.
    pub(crate) fn begin_migration(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN; SELECT pg_advisory_xact_lock(5501748225961846)",
        }
    }

    /// Begins a transaction that sees one moment of the database and changes nothing.
    pub(crate) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN DEFERRED",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Most bound values of one `INSERT`. Both engines allow several times more; beyond this a statement only
    /// costs more memory.
    pub(crate) const MOST_BINDS: usize = 4_000;

    /// `($1, $2), ($3, $4)` for so many rows and columns, bound in their order.
    ///
    /// SQLite looks up each numbered place in a list of all of them, which takes most of the time of a long
    /// statement; unnumbered ones it just counts.
    pub(crate) fn placeholders(self, rows: usize, columns: usize) -> String {
        let place = |number: usize| match self {
            Self::Sqlite => "?".to_owned(),
            Self::Postgres => format!("${number}"),
        };
        let row = |row: usize| {
            let places: Vec<String> = (1..=columns).map(|column| place(row * columns + column)).collect();
            format!("({})", places.join(", "))
        };
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_through() {
        assert_eq!(Dialect::Postgres.placeholders(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(Dialect::Sqlite.placeholders(2, 2), "(?, ?), (?, ?)");
    }
}
