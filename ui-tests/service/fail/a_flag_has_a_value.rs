use gentle::prelude::*;

#[service(optional = true)]
struct Database;

impl Service for Database {}

fn main() {}
