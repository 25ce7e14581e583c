use gentle::prelude::*;

struct Pool;

#[service]
async fn pool() -> Pool {
    Pool
}

fn main() {}
