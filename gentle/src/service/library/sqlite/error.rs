use std::fmt;

/// Why a call to the database did not succeed.
///
/// # Examples
///
/// ```
/// use gentle::service::library::sqlite::SqliteError;
///
/// assert_eq!(SqliteError::Closed.to_string(), "sqlite: the database is not open");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SqliteError {
    /// It was not started, or has been stopped.
    Closed,
    /// The file could not be opened, or is no database.
    Open {
        /// The file, as it was configured.
        path: String,
        /// What SQLite says.
        cause: rusqlite::Error,
    },
    /// The closure panicked with this text.
    Panicked(String),
    /// SQLite, or the closure, says so.
    Sqlite(rusqlite::Error),
    /// The thread of the database could not be made.
    Thread(std::io::Error),
}

impl SqliteError {
    /// Whether another connection held the lock for longer than the busy timeout: a later try may succeed.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        let (Self::Sqlite(error) | Self::Open { cause: error, .. }) = self else { return false };
        matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("sqlite: the database is not open"),
            Self::Open { path, cause } => write!(f, "sqlite: `{path}` cannot be opened: {cause}"),
            Self::Panicked(text) => write!(f, "sqlite: the call panicked: {text}"),
            Self::Sqlite(error) => write!(f, "sqlite: {error}"),
            Self::Thread(error) => write!(f, "sqlite: no thread could be made: {error}"),
        }
    }
}

impl std::error::Error for SqliteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { cause, .. } | Self::Sqlite(cause) => Some(cause),
            Self::Thread(error) => Some(error),
            Self::Closed | Self::Panicked(_) => None,
        }
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
