use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

struct Database;

#[event_handler]
async fn save_score(event: &ScoreRead, db: &Database) {
    let _ = (event.player, db);
}

fn main() {}
