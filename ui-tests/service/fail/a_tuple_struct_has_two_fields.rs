use gentle::prelude::*;

struct Sqlite;
struct Redis;

#[service]
struct Databases(Sqlite, #[config] Redis);

fn main() {}
