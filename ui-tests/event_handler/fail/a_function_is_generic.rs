use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[event_handler]
async fn save_score<T>(event: &ScoreRead, more: Option<Svc<T>>) {
    let _ = (event.player, more);
}

fn main() {}
