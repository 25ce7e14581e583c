use gentle::prelude::*;

#[service]
enum Database {
    Open {
        #[config]
        url: String,
    },
    Closed,
}

impl Service for Database {}

fn main() {
    drop(Database::Closed);
}
