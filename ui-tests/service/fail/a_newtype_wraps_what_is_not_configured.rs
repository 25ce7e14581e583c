use gentle::prelude::*;

struct Pool;

impl Service for Pool {}

#[service(name = "pool", env = "POOL")]
struct Database(Pool);

#[service]
struct Leaderboard {
    db: Svc<Database>,
}

impl Service for Leaderboard {}

fn main() {}
