use gentle::prelude::*;

#[service(nme = "db", deps = [1], start_timeout = "5", env = "DB")]
struct Database {
    #[inject]
    events: Dispatcher,
}

impl Service for Database {}

fn main() {}
