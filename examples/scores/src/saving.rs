//! What happens to a score that was read: it is saved, and a moment later checked. Each step is a durable event.

use std::time::Duration;

use gentle::{Error, prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    client::Score,
    display::Display,
    external::points,
    scores::{SaveError, Scores},
};

/// How long after it was saved a score is checked.
const CHECKED_AFTER: Duration = Duration::from_secs(1);

/// A score was read from the external service.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
pub struct ScoreRead {
    /// Whose score.
    pub player: u64,
    /// How many points.
    pub points: u32,
}

/// A score was saved and should be in the file.
#[derive(Debug, Serialize, Deserialize, Event)]
#[event(topic = "score.saved")]
pub struct ScoreSaved {
    /// Whose score.
    pub player: u64,
}

/// Why an event could not be handled; it comes again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The score was not saved.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The next event was not dispatched.
    #[error(transparent)]
    Dispatch(#[from] Error),
    /// A score that was saved is not there.
    #[error("the score of player {player} is not in the file as it was read")]
    Lost {
        /// Whose score.
        player: u64,
    },
}

/// Saves a score, sixteen at a time; what fails comes back later. After a crash it may see one twice: it is saved once.
#[event_handler(topic = "score.read", concurrency = 16, retry = "exp(100ms..30s), 10 attempts", lease = "2s")]
async fn save_score(event: &ScoreRead, scores: Svc<Scores>, display: Svc<Display>) -> Result<(), Failure> {
    let ScoreRead { player, points } = *event;
    let is_new = scores.save(Score { player, points }).await?;
    dispatch_in(CHECKED_AFTER, ScoreSaved { player }).await?;
    if is_new {
        display.progress().saved(player, points);
    }
    Ok(())
}

/// Checks that a score is in the file as the external service has it.
#[event_handler(topic = "score.saved", lease = "2s")]
async fn check_score(event: &ScoreSaved, scores: Svc<Scores>, display: Svc<Display>) -> Result<(), Failure> {
    let player = event.player;
    let score = Score { player, points: points(player) };
    if !scores.check(score).await.map_err(SaveError::from)? {
        return Err(Failure::Lost { player });
    }
    display.progress().checked();
    Ok(())
}
