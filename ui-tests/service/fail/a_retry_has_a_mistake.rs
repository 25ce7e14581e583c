use gentle::prelude::*;

#[service(retry = "exponential(100ms..5s), 5 atempts")]
struct Database;

impl Service for Database {}

fn main() {}
