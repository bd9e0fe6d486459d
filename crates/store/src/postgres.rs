//! PostgreSQL: serialisable transactions that run again when they lose, and in the end alone.

use std::time::Duration;

use domain::Random;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, Postgres};
use sqlx::{ConnectOptions as _, Row as _, Transaction};

use crate::dialect::Dialect;
use crate::error::{OpenError, StoreError};
use crate::location::server_address;

/// Connections of one program. More writers at once only lose more often.
const MOST_CONNECTIONS: u32 = 16;

/// How long a caller waits for a connection: long enough for a crowd, short enough to notice a dead server.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a transaction is run before it is given up.
pub(crate) const ATTEMPTS: u32 = 10;

/// From this attempt on a transaction runs with no other writer beside it.
const ALONE_FROM: u32 = 5;

/// Connects once, so that a wrong address is noticed at once, and makes the pool that everything else uses.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<(PgPool, PgConnection), OpenError> {
    let options = options.clone().disable_statement_logging().statement_cache_capacity(200);
    // The pool would ask a dead server again until its time is up; one plain attempt says at once what is wrong.
    let first = options.connect().await.map_err(|error| explain(&options, &error))?;
    let pool = PgPoolOptions::new()
        .max_connections(MOST_CONNECTIONS)
        .acquire_timeout(LONGEST_WAIT)
        // What is asked before a connection is lent tells also whether the server still answers.
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_between_transactions(connection)));
    Ok((pool.connect_lazy_with(options), first))
}

/// A caller that was dropped while it began a transaction leaves the connection inside it, and the driver does not
/// know. Outside a transaction both moments are the same; a connection that is inside one is thrown away.
async fn is_between_transactions(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::raw_sql("SELECT now() = statement_timestamp() AS between").fetch_one(connection).await?;
    row.try_get("between")
}

pub(crate) async fn begin_write(
    pool: &PgPool,
    attempt: u32,
) -> Result<Transaction<'static, Postgres>, StoreError> {
    begin(pool, Dialect::Postgres.begin_write(attempt >= ALONE_FROM)).await
}

pub(crate) async fn begin_read(pool: &PgPool) -> Result<Transaction<'static, Postgres>, StoreError> {
    begin(pool, Dialect::Postgres.begin_read()).await
}

async fn begin(pool: &PgPool, sql: &'static str) -> Result<Transaction<'static, Postgres>, StoreError> {
    pool.begin_with(sql).await.map_err(|error| StoreError::from_engine(sql, &error))
}

/// Makes the transaction final. A lost connection leaves it unknown whether that happened.
pub(crate) async fn commit(transaction: Transaction<'static, Postgres>) -> Result<(), StoreError> {
    let outcome = transaction.commit().await.map_err(|error| StoreError::from_engine("COMMIT", &error));
    outcome.map_err(|error| match error {
        StoreError::Unreachable { message } => StoreError::CommitUnknown { message },
        other => other,
    })
}

/// Waits between two attempts: longer each time, and never in step with the others.
pub(crate) async fn pause(random: &dyn Random, attempt: u32) {
    let mut octets = [0; 2];
    random.fill(&mut octets);
    let most_micros = 1_000_u64 << attempt.min(6);
    let part = u64::from(u16::from_be_bytes(octets));
    tokio::time::sleep(Duration::from_micros(most_micros * part / u64::from(u16::MAX))).await;
}

fn explain(options: &PgConnectOptions, error: &sqlx::Error) -> OpenError {
    let address = server_address(options);
    let Some(database) = error.as_database_error() else {
        return OpenError::NoAnswer { address, message: error.to_string() };
    };
    match database.code().unwrap_or_default().as_ref() {
        "28P01" | "28000" => OpenError::Refused { address, user: options.get_username().to_owned() },
        "3D000" => {
            let name = options.get_database().unwrap_or(options.get_username());
            OpenError::NoDatabase { address, database: name.to_owned() }
        }
        _ => OpenError::Server { address, message: database.message().to_owned() },
    }
}
