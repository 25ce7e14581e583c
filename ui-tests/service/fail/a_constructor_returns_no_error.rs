use gentle::prelude::*;

struct Pool;
struct Refused;

#[service]
async fn pool() -> Result<Pool, Refused> {
    Ok(Pool)
}

fn main() {}
