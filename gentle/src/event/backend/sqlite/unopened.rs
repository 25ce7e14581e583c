use std::path::Path;

use rusqlite::ErrorCode;

use super::config::Config;
use crate::error::{Error, Kind};

/// Why the file could not be opened, in words that say what to do about it.
pub(super) fn error(config: &Config, cause: &rusqlite::Error) -> Error {
    let path = config.path.display();
    let message = match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            format!("`{path}` is not a SQLite file; choose another path in `event.url`")
        }
        Some(ErrorCode::CannotOpen) => {
            let why = obstacle(&config.path).unwrap_or_else(|| cause.to_string());
            format!("the event file `{path}` cannot be opened: {why}")
        }
        _ => format!("the event file `{path}` cannot be opened: {cause}"),
    };
    Error::new(Kind::Store, message)
}

/// That another process has it locked, and does not let go.
pub(super) fn locked(config: &Config) -> Error {
    let path = config.path.display();
    Error::new(
        Kind::Store,
        format!("the event file `{path}` cannot be opened: another process has locked it"),
    )
}

// SQLite only says that it was unable; the system knows why.
fn obstacle(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        return Some(format!("the folder `{}` does not exist", folder.display()));
    }
    if path.is_dir() {
        return Some("it is a folder".to_owned());
    }
    let opened = std::fs::OpenOptions::new().append(true).open(path);
    opened.err().map(|cause| cause.to_string())
}
