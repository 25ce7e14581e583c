use gentle::prelude::*;

#[service(deps = [7], wants = [Svc::new(1)])]
struct Leaderboard;

impl Service for Leaderboard {}

fn main() {}
