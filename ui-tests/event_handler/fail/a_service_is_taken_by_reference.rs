use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[service]
struct Database;

impl Service for Database {}


#[event_handler]
async fn save_score(event: &ScoreRead, db: &Svc<Database>) {
    let _ = (event.player, db);
}

fn main() {}
