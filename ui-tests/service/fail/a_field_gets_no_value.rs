use gentle::prelude::*;

struct Client;

#[service]
struct Leaderboard {
    client: Client,
    scores: Vec<u64>,
}

impl Service for Leaderboard {}

fn main() {}
