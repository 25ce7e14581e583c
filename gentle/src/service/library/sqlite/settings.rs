use std::time::Duration;

use rusqlite::Connection;

use super::lock::set_journal;
use super::thread::select_one;
use crate::config::{FromSection, Section};
use crate::error::Error;

/// How SQLite keeps a change before it is in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Journal {
    /// A journal file that is removed after each change.
    Delete,
    /// In memory: a crash in the middle of a change ruins the file.
    Memory,
    /// A journal file that is emptied after each change.
    Truncate,
    /// A write-ahead log: readers and the writer do not wait for each other.
    #[default]
    Wal,
}

/// When SQLite waits until the disk has what was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Synchronous {
    /// At every commit: nothing committed is lost when the power fails.
    #[default]
    Full,
    /// Now and then: with a write-ahead log the power's failure may lose the last commits, never the file.
    Normal,
    /// Never.
    Off,
}

impl Journal {
    pub(super) const WORDS: [&'static str; 4] = ["wal", "delete", "truncate", "memory"];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Memory => "memory",
            Self::Truncate => "truncate",
            Self::Wal => "wal",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        [Self::Delete, Self::Memory, Self::Truncate]
            .into_iter()
            .find(|own| own.word() == word)
            .unwrap_or_default()
    }
}

impl Synchronous {
    pub(super) const WORDS: [&'static str; 3] = ["full", "normal", "off"];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Normal => "normal",
            Self::Off => "off",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        [Self::Normal, Self::Off].into_iter().find(|own| own.word() == word).unwrap_or_default()
    }
}

/// Which database, and how it is opened.
///
/// In configuration: `url` (`sqlite://scores.db`) or `path` (`scores.db`), `busy_timeout`, `journal`,
/// `synchronous`. A path is taken from the current directory; `:memory:` is a database that nobody else sees.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use gentle::config::{Config, FromSection};
/// use gentle::service::library::sqlite::{Journal, SqliteConfig};
///
/// # fn main() -> Result<(), gentle::Error> {
/// let config = Config::builder().toml_text("gentle.toml", "[service.db]\nurl = \"sqlite://scores.db\"").load()?;
/// let config = SqliteConfig::from_section(&config.service("db", None))?;
/// assert_eq!(config, SqliteConfig::new("scores.db").busy_timeout(Duration::from_secs(5)).journal(Journal::Wal));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteConfig {
    path: String,
    busy_timeout: Duration,
    journal: Journal,
    synchronous: Synchronous,
}

impl SqliteConfig {
    /// The database in this file, which is made when it is not there.
    pub fn new(path: impl Into<String>) -> Self {
        let busy_timeout = Duration::from_secs(5);
        Self {
            path: path.into(),
            busy_timeout,
            journal: Journal::default(),
            synchronous: Synchronous::default(),
        }
    }

    /// A database that ends with its service.
    pub fn in_memory() -> Self {
        Self::new(":memory:")
    }

    /// How long to wait for a lock that another connection holds.
    pub fn busy_timeout(mut self, busy_timeout: Duration) -> Self {
        self.busy_timeout = busy_timeout;
        self
    }

    /// How changes are kept before they are in the file.
    pub fn journal(mut self, journal: Journal) -> Self {
        self.journal = journal;
        self
    }

    /// When to wait for the disk.
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// The file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Opens it and asks it one question, since SQLite opens even what is no database.
    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let mut connection = Connection::open(&self.path)?;
        connection.busy_timeout(self.busy_timeout)?;
        set_journal(&connection, self.journal.word(), self.busy_timeout)?;
        connection.execute_batch(&format!("pragma synchronous = {}", self.synchronous.word()))?;
        select_one(&mut connection)?;
        Ok(connection)
    }
}

impl FromSection for SqliteConfig {
    fn from_section(section: &Section) -> Result<Self, Error> {
        let mut config = Self::new(path(section));
        if let Some(busy_timeout) = section.duration("busy_timeout") {
            config.busy_timeout = busy_timeout;
        }
        if let Some(word) = section.choice("journal", &Journal::WORDS) {
            config.journal = Journal::from_word(word);
        }
        if let Some(word) = section.choice("synchronous", &Synchronous::WORDS) {
            config.synchronous = Synchronous::from_word(word);
        }
        section.finish().map(|()| config)
    }
}

fn path(section: &Section) -> String {
    match (section.text("path"), section.text("url")) {
        (Some(path), None) => path,
        (Some(_), Some(_)) => {
            section.reject("path", "`path` and `url` name the same thing", "keep one of them");
            String::new()
        }
        (None, url) => {
            section.require("url");
            url.map_or_else(String::new, |url| path_of(section, &url))
        }
    }
}

fn path_of(section: &Section, url: &str) -> String {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    if path.contains("://") {
        section.reject("url", "this is no database of SQLite", "write `sqlite://scores.db`");
    } else if path.is_empty() {
        section.reject("url", "the file has no name", "write `sqlite://scores.db`, or `:memory:`");
    } else if path.contains('?') {
        section.reject(
            "url",
            "a file has no parameters",
            "write `busy_timeout`, `journal` and the like as keys",
        );
    }
    path.to_owned()
}
