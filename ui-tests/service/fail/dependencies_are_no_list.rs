use gentle::prelude::*;

#[service(deps = "cache")]
struct Leaderboard;

impl Service for Leaderboard {}

fn main() {}
