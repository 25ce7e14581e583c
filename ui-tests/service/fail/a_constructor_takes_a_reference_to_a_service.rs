use gentle::prelude::*;

#[service]
struct Database;

impl Service for Database {}


#[service]
async fn pool(db: &Svc<Database>) -> Result<u64, String> {
    let _ = db;
    Ok(7)
}

fn main() {}
