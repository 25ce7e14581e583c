use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

const AGAIN_AFTER: Duration = Duration::from_millis(1);

/// Sets the journal, and waits up to `limit` for its lock: SQLite itself does not, whatever its busy timeout says,
/// when several connections switch one new file at once. Blocks.
pub(crate) fn set_journal(connection: &Connection, word: &str, limit: Duration) -> rusqlite::Result<()> {
    let pragma = format!("pragma journal_mode = {word}");
    let mut waited = Duration::ZERO;
    loop {
        match connection.query_row(&pragma, [], |_| Ok(())) {
            Err(error) if waited < limit && is_busy(&error) => thread::sleep(AGAIN_AFTER),
            result => return result,
        }
        waited += AGAIN_AFTER;
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}
