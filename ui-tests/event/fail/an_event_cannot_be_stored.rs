use gentle::prelude::*;

#[derive(Event)]
struct ScoreRead {
    player: u64,
}

#[event_handler]
async fn save_score(event: &ScoreRead) {
    let _ = event.player;
}

fn main() {}
