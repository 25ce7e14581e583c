use gentle::prelude::*;

#[service]
struct Database;

impl Service for Database {}


#[event_handler]
async fn save_score(db: Svc<Database>) {
    drop(db);
}

fn main() {}
