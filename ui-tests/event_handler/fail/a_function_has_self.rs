use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

struct Board;

impl Board {
    #[event_handler]
    async fn save_score(&self, event: &ScoreRead) {
        let _ = event.player;
    }
}

fn main() {}
