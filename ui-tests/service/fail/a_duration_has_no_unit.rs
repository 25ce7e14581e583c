use gentle::prelude::*;

#[service(start_timeout = "30", stop_timeout(5 s))]
struct Database;

impl Service for Database {}

fn main() {}
