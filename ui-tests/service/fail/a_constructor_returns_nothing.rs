use gentle::prelude::*;

#[service]
async fn pool() {}

fn main() {}
