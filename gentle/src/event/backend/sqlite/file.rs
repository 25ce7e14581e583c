use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use super::config::Config;
use super::unopened;
use crate::error::{Error, Kind};
use crate::service::library::sqlite::set_journal;

const VERSION: i64 = 1;
const SCHEMA: &str = include_str!("schema.sql");
pub(super) const BUSY: Duration = Duration::from_secs(10);
const STATEMENTS: usize = 64;

/// The connection that writes; makes the file and its tables where they are missing. `None` when another process
/// has it locked for as long as `patience`.
pub(super) fn writer(config: &Config, patience: Duration) -> Result<Option<Connection>, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let mut sql = Connection::open(&config.path)?;
        prepare(&sql, patience)?;
        set_journal(&sql, "wal", patience)?;
        sql.pragma_update(None, "synchronous", config.synchronous.pragma())?;
        create(&mut sql)?;
        sql.busy_timeout(BUSY)?;
        Ok(sql)
    };
    let sql = match open() {
        Ok(sql) => sql,
        Err(cause) if is_locked(&cause) => return Ok(None),
        Err(cause) => return Err(unopened::error(config, &cause)),
    };
    check_version(config, &sql)?;
    Ok(Some(sql))
}

fn is_locked(cause: &rusqlite::Error) -> bool {
    matches!(cause.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// A connection that only reads.
pub(super) fn reader(config: &Config) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open =
        || Connection::open_with_flags(&config.path, flags).and_then(|sql| prepare(&sql, BUSY).map(|()| sql));
    open().map_err(|cause| unopened::error(config, &cause))
}

// Its text is in the message: as a cause it would be told a second time.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
pub(super) fn failure(config: &Config, cause: rusqlite::Error) -> Error {
    let message = format!("the event file `{}` failed: {cause}", config.path.display());
    Error::new(Kind::Store, message)
}

fn prepare(sql: &Connection, patience: Duration) -> rusqlite::Result<()> {
    sql.busy_timeout(patience)?;
    sql.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn create(sql: &mut Connection) -> rusqlite::Result<()> {
    let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !exists(&transaction)? {
        transaction.execute_batch(SCHEMA)?;
    }
    transaction.commit()
}

fn exists(transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
    let query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'gentle_schema'";
    transaction.query_row(query, [], |_| Ok(())).optional().map(|found| found.is_some())
}

fn check_version(config: &Config, sql: &Connection) -> Result<(), Error> {
    let read = sql.query_row("SELECT version FROM gentle_schema", [], |row| row.get::<_, i64>(0));
    let version = read.map_err(|cause| failure(config, cause))?;
    if version == VERSION {
        return Ok(());
    }
    let path = config.path.display();
    let newer = if version > VERSION {
        "\nhelp: it was written by a newer gentle: update this program, or use another file"
    } else {
        ""
    };
    let message =
        format!("the event file `{path}` has version {version}; this program knows {VERSION}{newer}");
    Err(Error::new(Kind::Store, message))
}
