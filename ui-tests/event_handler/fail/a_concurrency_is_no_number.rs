use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[event_handler(concurrency = "many")]
async fn save_score(event: &ScoreRead) {
    let _ = event.player;
}

fn main() {}
