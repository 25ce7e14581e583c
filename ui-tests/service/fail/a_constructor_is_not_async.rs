use gentle::prelude::*;

#[service]
fn pool() -> Result<u64, String> {
    Ok(7)
}

fn main() {}
