use gentle::prelude::*;

use std::rc::Rc;

async fn wait() {}

#[service]
async fn pool() -> Result<u64, String> {
    let count = Rc::new(7);
    wait().await;
    Ok(*count)
}

fn main() {}
