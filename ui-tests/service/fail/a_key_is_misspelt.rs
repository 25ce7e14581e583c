use gentle::prelude::*;

#[service(optinal, retrys = "on")]
struct Database;

impl Service for Database {}

#[service]
struct Leaderboard {
    db: Svc<Database>,
}

impl Service for Leaderboard {}

fn main() {
    drop(gentle::App::builder().service::<Database>());
}
