use gentle::prelude::*;

#[service]
struct Database;

impl Service for Database {}


#[service(deps = [Database, "cache", Database], wants = ["cache"])]
struct Leaderboard;

impl Service for Leaderboard {}

fn main() {}
