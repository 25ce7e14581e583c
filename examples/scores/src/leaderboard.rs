//! Who leads.

use gentle::{
    prelude::*,
    service::{Result, library::sqlite::SqliteError},
};

use crate::{client::Score, scores::Scores};

/// The best of the saved scores. It stands on top of [`Scores`], which stands on top of the database: boot brings
/// them up in that order.
#[service(retry = "exp(100ms..5s), 5 attempts")]
pub struct Leaderboard {
    scores: Svc<Scores>,
}

impl Service for Leaderboard {
    async fn start(&self, _: &Context) -> Result {
        self.leader().await?;
        Ok(())
    }
}

impl Leaderboard {
    /// The player with the most points.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn leader(&self) -> Result<Option<Score>, SqliteError> {
        self.scores.best().await
    }
}
