//! The one writing connection and the group commit around it.

use std::sync::Arc;

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::link::Link;

/// Memory for pages, ordinarily and while very many rows are written: pages that do not fit are written twice.
pub(crate) const CACHE_KIB: &str = "-4096";
const ROOMY_CACHE_KIB: &str = "-98304";

/// How often "busy" is asked again; each time SQLite has waited already.
const BUSY_ATTEMPTS: usize = 3;

/// The queue for the one writing connection. The mutex is fair: first come, first served.
#[derive(Clone)]
pub(crate) struct Writers(Arc<Mutex<Writer>>);

struct Writer {
    connection: Option<SqliteConnection>,
    phase: Phase,
    batch: Option<watch::Sender<Outcome>>,
    /// Until the next commit there is more memory for pages.
    roomy: bool,
}

/// Where the connection stands between two statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    /// A transaction is open and nobody is changing anything.
    Open,
    /// The caller who opened the transaction changes something, or was dropped there: nobody else has a part in it.
    First,
    /// A later caller runs inside its savepoint, or was dropped there.
    Inside,
    /// A statement that moves between phases was sent; if its caller was dropped nobody saw the answer.
    Moving,
}

/// Whether a caller's commit is also that of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    Shared,
    /// After a shared commit failed: whoever is the cause of it then fails alone.
    Alone,
}

/// What became of the transaction that several callers shared.
#[derive(Clone, Debug)]
enum Outcome {
    Waiting,
    Committed,
    Undone(StoreError),
}

/// One caller's turn at the writer.
pub(crate) struct Turn {
    writer: OwnedMutexGuard<Writer>,
    sharing: Sharing,
    outcome: watch::Receiver<Outcome>,
    /// Dropped before `writer` is, see [`Committer`].
    committer: Option<Committer>,
}

/// Whoever opens a transaction holds this and, when done or dropped, leaves a task in the queue that commits.
struct Committer(Writers);

/// Waits for the commit of the transaction that a change went into.
pub(crate) struct Receipt(watch::Receiver<Outcome>);

impl Writers {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        Self(Arc::new(Mutex::new(Writer {
            connection: Some(connection),
            phase: Phase::Idle,
            batch: None,
            roomy: false,
        })))
    }

    /// Waits for a turn in a transaction shared with others or in one of its own.
    pub(crate) async fn enter(&self, sharing: Sharing) -> Result<Turn, StoreError> {
        let mut writer = Arc::clone(&self.0).lock_owned().await;
        writer.recover().await;
        if sharing == Sharing::Alone {
            writer.commit_open().await;
        }
        let committer = (writer.phase == Phase::Idle).then(|| Committer(self.clone()));
        match &committer {
            Some(_) => writer.begin().await?,
            None => writer.step("SAVEPOINT caller", Phase::Inside).await?,
        }
        let outcome = writer.batch.as_ref().ok_or(StoreError::Closed)?.subscribe();
        Ok(Turn { writer, sharing, outcome, committer })
    }

    /// Commits for all callers that went before.
    async fn commit(self) {
        let mut writer = self.0.lock().await;
        writer.recover().await;
        writer.commit_open().await;
    }

    /// Commits what is open and closes the connection, which folds the write-ahead log into the file.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let mut writer = self.0.lock().await;
        writer.recover().await;
        writer.commit_open().await;
        let Some(connection) = writer.connection.take() else { return Ok(()) };
        connection.close().await.map_err(|error| StoreError::from_engine("close", &error))
    }
}

impl Turn {
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.writer.connection.as_mut().ok_or(StoreError::Closed)
    }

    /// Takes more memory until the commit.
    pub(crate) async fn make_room(&mut self) -> Result<(), StoreError> {
        if self.writer.roomy {
            return Ok(());
        }
        let sql = format!("PRAGMA cache_size = {ROOMY_CACHE_KIB}");
        Link::Sqlite(self.connection()?).execute_script(&sql).await?;
        self.writer.roomy = true;
        Ok(())
    }

    /// Keeps or undoes this caller's changes and gives the writer to the next one.
    pub(crate) async fn leave(mut self, keep: bool) -> Receipt {
        self.writer.leave(keep).await;
        if self.sharing == Sharing::Alone {
            self.writer.commit_open().await;
        }
        drop(self.committer.take());
        Receipt(self.outcome)
    }
}

impl Receipt {
    /// An error means that nothing of the shared transaction happened.
    pub(crate) async fn committed(mut self) -> Result<(), StoreError> {
        let outcome = self.0.wait_for(|outcome| !matches!(outcome, Outcome::Waiting)).await;
        match outcome.as_deref() {
            Ok(Outcome::Undone(error)) => Err(error.clone()),
            Ok(_) => Ok(()),
            Err(_) => Err(StoreError::Closed),
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        // Without a runtime the whole process is ending, and what was not committed is as if never asked.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.0.clone().commit());
        }
    }
}

impl Writer {
    /// Cleans up after a caller that was dropped half-way.
    async fn recover(&mut self) {
        match self.phase {
            Phase::Idle | Phase::Open => {}
            Phase::First | Phase::Inside => self.leave(false).await,
            Phase::Moving => self.undo(StoreError::Contention).await,
        }
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        let sql = Dialect::Sqlite.begin_write(false);
        let mut opened = self.step(sql, Phase::First).await;
        for _ in 1..BUSY_ATTEMPTS {
            if !matches!(opened, Err(StoreError::Busy)) {
                break;
            }
            opened = self.step(sql, Phase::First).await;
        }
        opened?;
        self.batch = Some(watch::Sender::new(Outcome::Waiting));
        Ok(())
    }

    /// Ends a caller's turn. Of the first one, whose changes are all that there is, nothing is left if they are undone.
    async fn leave(&mut self, keep: bool) {
        match (self.phase, keep) {
            (Phase::First, true) => self.phase = Phase::Open,
            // Nobody else has a part in it, so nothing of it is missed.
            (Phase::First, false) => self.roll_back(Outcome::Committed).await,
            _ => self.leave_savepoint(keep).await,
        }
    }

    /// If this fails SQLite has undone the whole transaction, as it does when the disk is full.
    async fn leave_savepoint(&mut self, keep: bool) {
        let undone = if keep { Ok(()) } else { self.step("ROLLBACK TO caller", Phase::Inside).await };
        let left = match undone {
            Ok(()) => self.step("RELEASE caller", Phase::Open).await,
            error => error,
        };
        if let Err(error) = left {
            self.undo(error).await;
        }
    }

    async fn commit_open(&mut self) {
        if self.phase != Phase::Open {
            return;
        }
        match self.step("COMMIT", Phase::Idle).await {
            Ok(()) => self.end(Outcome::Committed).await,
            Err(error) => self.undo(error).await,
        }
    }

    /// Undoes the transaction for everybody in it; they run again.
    async fn undo(&mut self, error: StoreError) {
        self.roll_back(Outcome::Undone(error)).await;
    }

    async fn roll_back(&mut self, outcome: Outcome) {
        // Fails when SQLite has undone it already, which is what is wanted.
        let _undone_either_way = self.step("ROLLBACK", Phase::Idle).await;
        self.phase = Phase::Idle;
        self.end(outcome).await;
    }

    async fn end(&mut self, outcome: Outcome) {
        if let Some(batch) = self.batch.take() {
            batch.send_replace(outcome);
        }
        self.give_room_back().await;
    }

    async fn give_room_back(&mut self) {
        let Some(connection) = self.connection.as_mut().filter(|_| self.roomy) else { return };
        let sql = format!("PRAGMA cache_size = {CACHE_KIB}; PRAGMA shrink_memory");
        // A connection that cannot do this cannot do anything, and says so at the next statement.
        self.roomy = Link::Sqlite(connection).execute_script(&sql).await.is_err();
    }

    async fn step(&mut self, sql: &str, after: Phase) -> Result<(), StoreError> {
        let before = self.phase;
        let connection = self.connection.as_mut().ok_or(StoreError::Closed)?;
        self.phase = Phase::Moving;
        let outcome = Link::Sqlite(connection).execute_script(sql).await;
        self.phase = if outcome.is_ok() { after } else { before };
        outcome
    }
}
