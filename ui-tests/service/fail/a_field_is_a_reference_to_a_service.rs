use gentle::prelude::*;

#[service]
struct Database;

impl Service for Database {}


#[service]
struct Leaderboard {
    db: &'static Svc<Database>,
}

impl Service for Leaderboard {}

fn main() {}
