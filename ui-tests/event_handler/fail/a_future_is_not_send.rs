use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

async fn wait() {}

#[event_handler]
async fn save_score(event: &ScoreRead) {
    let count = std::rc::Rc::new(event.player);
    wait().await;
    drop(count);
}

fn main() {}
