use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[event_handler]
async fn save_score(event: &ScoreRead) -> u64 {
    event.player
}

fn main() {}
