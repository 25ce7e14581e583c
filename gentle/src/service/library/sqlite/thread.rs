use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{SqliteConfig, SqliteError};

pub(super) type Job = Box<dyn FnOnce(&mut Connection) + Send>;
type Opened = oneshot::Sender<Result<(), SqliteError>>;

/// The thread that owns the connection. Dropping this ends it, after the jobs it already has.
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<Result<(), SqliteError>>,
}

impl Worker {
    /// Opens the database and waits until it has answered once.
    pub(super) async fn open(config: SqliteConfig, name: &str) -> Result<Self, SqliteError> {
        let (jobs, queue) = mpsc::channel();
        let (opened, answer) = oneshot::channel();
        let builder = Builder::new().name(format!("sqlite-{name}"));
        let thread = builder.spawn(move || serve(&config, &queue, opened)).map_err(SqliteError::Thread)?;
        let worker = Self { jobs, thread };
        answer.await.unwrap_or(Err(SqliteError::Closed)).map(|()| worker)
    }

    pub(super) fn send(&self, job: Job) -> Result<(), SqliteError> {
        self.jobs.send(job).map_err(|_| SqliteError::Closed)
    }

    /// Ends the thread and waits for its end.
    pub(super) async fn close(self) -> Result<(), SqliteError> {
        let Self { jobs, thread } = self;
        drop(jobs);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        joined.map_err(|_| SqliteError::Closed)?.unwrap_or_else(|panic| Err(panicked(&*panic)))
    }
}

fn serve(config: &SqliteConfig, queue: &mpsc::Receiver<Job>, opened: Opened) -> Result<(), SqliteError> {
    let mut connection = match config.open() {
        Ok(connection) => connection,
        Err(cause) => {
            // Who asked for it may have gone: then nobody needs the error.
            let _ = opened.send(Err(SqliteError::Open { path: config.path().to_owned(), cause }));
            return Ok(());
        }
    };
    let _ = opened.send(Ok(()));
    for job in queue {
        job(&mut connection);
    }
    connection.close().map_err(|(_, error)| SqliteError::Sqlite(error))
}

/// Runs `work` so that its panic is an error, and leaves no transaction of a panic open.
pub(super) fn guarded<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
) -> Result<T, SqliteError> {
    match catch_unwind(AssertUnwindSafe(|| work(connection))) {
        Ok(result) => result.map_err(SqliteError::Sqlite),
        Err(panic) => {
            if !connection.is_autocommit() {
                connection.execute_batch("rollback")?;
            }
            Err(panicked(&*panic))
        }
    }
}

fn panicked(panic: &(dyn Any + Send)) -> SqliteError {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    SqliteError::Panicked(text.unwrap_or_else(|| "no text".to_owned()))
}

pub(super) fn select_one(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.query_row("select 1", [], |_| Ok(()))
}
