//! One SQLite file, embedded: a connection on a thread of its own.
//!
//! # Examples
//!
//! ```
//! use gentle::service::library::sqlite::{Sqlite, SqliteConfig};
//! use gentle::service::{Context, Service};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let db = Sqlite::new(SqliteConfig::in_memory());
//! let cx = Context::alone("db");
//! db.start(&cx).await?;
//! db.call(|connection| connection.execute_batch("create table score (player integer, points integer)")).await?;
//! db.call(|connection| connection.execute("insert into score values (?1, ?2)", (7, 100))).await?;
//! let points: u32 = db.call(|c| c.query_row("select points from score", [], |row| row.get(0))).await?;
//! assert_eq!(points, 100);
//! db.stop(&cx).await?;
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
//! ```

mod error;
mod lock;
mod settings;
mod thread;

pub use error::SqliteError;
pub(crate) use lock::set_journal;
pub use rusqlite;
pub use settings::{Journal, SqliteConfig, Synchronous};

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::config::{FromSection, Section};
use crate::error::Error;
use crate::service::{Context, Result, Service};
use thread::Worker;

/// A SQLite database as a service: opened and checked by `start`, closed by `stop`, which leaves no thread behind.
///
/// Work is a closure that gets the connection, one at a time and in the order of the calls, so that a closure is
/// never interleaved with another one. Dropped without `stop`, it does what was already asked for and closes.
pub struct Sqlite {
    config: SqliteConfig,
    worker: Mutex<Option<Worker>>,
}

impl Sqlite {
    /// A database that is not open yet.
    pub fn new(config: SqliteConfig) -> Self {
        Self { config, worker: Mutex::new(None) }
    }

    /// What it was made with.
    pub fn config(&self) -> &SqliteConfig {
        &self.config
    }

    /// Does `work` on the database's own thread. A closure that panics is an error for its caller and for nobody
    /// else; a transaction it left open is rolled back.
    ///
    /// # Errors
    ///
    /// What `work` returned, that it panicked, or that the database is not open.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before its first poll does nothing at all. After that the work runs to its end all the
    /// same, and only its result is dropped.
    pub async fn call<T, F>(&self, work: F) -> std::result::Result<T, SqliteError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = move |connection: &mut Connection| drop(reply.send(thread::guarded(connection, work)));
        match &*self.worker() {
            Some(worker) => worker.send(Box::new(job))?,
            None => return Err(SqliteError::Closed),
        }
        answer.await.unwrap_or(Err(SqliteError::Closed))
    }

    /// One round trip that reads nothing: whether the database answers.
    ///
    /// # Errors
    ///
    /// It is not open, or SQLite fails.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn ping(&self) -> std::result::Result<(), SqliteError> {
        self.call(thread::select_one).await
    }

    fn worker(&self) -> MutexGuard<'_, Option<Worker>> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for Sqlite {
    async fn start(&self, cx: &Context) -> Result {
        // Until it is kept the worker belongs to this future, so that a dropped start closes what it opened.
        let worker = Worker::open(self.config.clone(), cx.name()).await?;
        *self.worker() = Some(worker);
        Ok(())
    }

    async fn stop(&self, _: &Context) -> Result {
        let worker = self.worker().take();
        match worker {
            Some(worker) => Ok(worker.close().await?),
            None => Ok(()),
        }
    }
}

impl FromSection for Sqlite {
    fn from_section(section: &Section) -> std::result::Result<Self, Error> {
        SqliteConfig::from_section(section).map(Self::new)
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.worker().is_some();
        f.debug_struct("Sqlite").field("config", &self.config).field("open", &open).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
