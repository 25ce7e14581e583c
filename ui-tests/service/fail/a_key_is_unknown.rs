use gentle::prelude::*;

#[service(colour = "red")]
struct Database;

impl Service for Database {}

fn main() {}
