use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

struct SaveError;

#[event_handler]
async fn save_score(event: &ScoreRead) -> Result<(), SaveError> {
    if event.player == 13 { Err(SaveError) } else { Ok(()) }
}

fn main() {}
