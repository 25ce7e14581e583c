use gentle::prelude::*;

#[service(name = "")]
struct Database;

impl Service for Database {}

fn main() {}
