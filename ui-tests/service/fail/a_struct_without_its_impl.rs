use gentle::prelude::*;

#[service]
struct Leaderboard {
    events: Dispatcher,
}

fn main() {}
