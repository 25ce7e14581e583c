use gentle::prelude::*;

struct Score;

#[event_handler(topic = "score.read")]
async fn save_score(event: &Score) {
    let _ = event;
}

fn main() {}
