use gentle::prelude::*;

struct Score;

#[event_handler]
async fn save_score(event: &Score) {
    let _ = event;
}

#[event_handler]
async fn keep_score(event: std::sync::Arc<Score>) {
    drop(event);
}

fn main() {}
