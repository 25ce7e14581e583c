use gentle::prelude::*;

struct Client;

#[service]
struct Leaderboard {
    #[inject]
    client: Client,
}

impl Service for Leaderboard {}

fn main() {}
