use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

struct SaveScore;

#[event_handler]
impl SaveScore {
    async fn save(event: &ScoreRead) {
        let _ = event.player;
    }
}

fn main() {
    drop(SaveScore::save(&ScoreRead { player: 7 }));
}
