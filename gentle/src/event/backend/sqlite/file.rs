use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use super::config::Config;
use crate::error::{Error, Kind};
use crate::service::library::sqlite::set_journal;

const VERSION: i64 = 1;
const SCHEMA: &str = include_str!("schema.sql");
const BUSY: Duration = Duration::from_secs(10);
const STATEMENTS: usize = 64;

/// The connection that writes; makes the file and its tables where they are missing.
pub(super) fn writer(config: &Config) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let mut sql = Connection::open(&config.path)?;
        prepare(&sql)?;
        set_journal(&sql, "wal", BUSY)?;
        sql.pragma_update(None, "synchronous", config.synchronous.pragma())?;
        create(&mut sql)?;
        Ok(sql)
    };
    let sql = open().map_err(|cause| failure(config, cause))?;
    check_version(config, &sql)?;
    Ok(sql)
}

/// A connection that only reads.
pub(super) fn reader(config: &Config) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open =
        || Connection::open_with_flags(&config.path, flags).and_then(|sql| prepare(&sql).map(|()| sql));
    open().map_err(|cause| failure(config, cause))
}

pub(super) fn failure(config: &Config, cause: rusqlite::Error) -> Error {
    let message = format!("the event file `{}` failed: {cause}", config.path.display());
    Error::new(Kind::Store, message).because(cause)
}

fn prepare(sql: &Connection) -> rusqlite::Result<()> {
    sql.busy_timeout(BUSY)?;
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
    let message = format!("the event file `{path}` has version {version}; this program knows {VERSION}");
    Err(Error::new(Kind::Store, message))
}
