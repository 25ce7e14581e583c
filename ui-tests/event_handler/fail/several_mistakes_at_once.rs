use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[event_handler(topic = "", concurency = 16, retry = "5", timeout = 30)]
fn save_score(event: &ScoreRead, other: ScoreRead) {
    let _ = (event.player, other);
}

fn main() {}
