use gentle::prelude::*;

#[service(name = "db", name = "database")]
struct Database;

impl Service for Database {}

fn main() {}
