use gentle::prelude::*;

struct Settings;

#[service(env = "BOARD")]
struct Leaderboard {
    #[config]
    settings: Settings,
}

impl Service for Leaderboard {}

fn main() {}
