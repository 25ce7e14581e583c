//! The scores, in a SQLite file.

use std::collections::HashSet;

use gentle::{
    prelude::*,
    service::{
        Result,
        library::sqlite::{Sqlite, SqliteError, rusqlite::OptionalExtension},
    },
};

use crate::client::Score;

const TABLE: &str = "\
create table if not exists score (
    player  integer primary key,
    points  integer not null,
    checked integer not null default 0
)";

/// The file, as a service of the library under a name of ours: `[service.db]` and `SCORES_DB_…` configure it.
#[service(name = "db", env = "SCORES_DB")]
pub struct Database(Sqlite);

/// The scores that are saved.
#[service]
pub struct Scores {
    db: Svc<Database>,
}

impl Service for Scores {
    async fn start(&self, _: &Context) -> Result {
        Ok(self.db.call(|connection| connection.execute_batch(TABLE)).await?)
    }
}

/// Why a score could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The bulkhead before the file was full, or the file too slow.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The file refused it.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
}

impl Scores {
    /// Saves a score once, however often it comes. Tells whether it is new.
    ///
    /// # Errors
    ///
    /// When too many want to save at once, or the file fails.
    #[gentle(bulkhead = "4 queue 64", timeout = "5s")]
    pub async fn save(&self, score: Score) -> Result<bool, SaveError> {
        let insert = "insert or ignore into score (player, points) values (?1, ?2)";
        let rows = self.db.call(move |db| db.execute(insert, (score.player, score.points))).await?;
        Ok(rows > 0)
    }

    /// Marks a score as checked when it is there with these points.
    ///
    /// # Errors
    ///
    /// When the file fails.
    pub async fn check(&self, score: Score) -> Result<bool, SqliteError> {
        let update = "update score set checked = 1 where player = ?1 and points = ?2";
        Ok(self.db.call(move |db| db.execute(update, (score.player, score.points))).await? > 0)
    }

    /// The players whose score is saved.
    ///
    /// # Errors
    ///
    /// When the file fails.
    pub async fn players(&self) -> Result<HashSet<u64>, SqliteError> {
        self.db
            .call(|db| db.prepare("select player from score")?.query_map([], |row| row.get(0))?.collect())
            .await
    }

    /// How many scores are saved, and how many of them are checked.
    ///
    /// # Errors
    ///
    /// When the file fails.
    pub async fn counts(&self) -> Result<(u64, u64), SqliteError> {
        let select = "select count(*), coalesce(sum(checked), 0) from score";
        self.db.call(move |db| db.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))).await
    }

    /// The best score saved.
    ///
    /// # Errors
    ///
    /// When the file fails.
    pub async fn best(&self) -> Result<Option<Score>, SqliteError> {
        let select = "select player, points from score order by points desc limit 1";
        let score = |row: &gentle::service::library::sqlite::rusqlite::Row<'_>| {
            Ok(Score { player: row.get(0)?, points: row.get(1)? })
        };
        self.db.call(move |db| db.query_row(select, [], score).optional()).await
    }
}
