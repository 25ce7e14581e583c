use gentle::prelude::*;

#[service(env = "SCORES")]
struct Leaderboard {
    events: Dispatcher,
}

impl Service for Leaderboard {}

#[service(env = "POOL")]
async fn pool() -> Result<u64, String> {
    Ok(7)
}

fn main() {}
