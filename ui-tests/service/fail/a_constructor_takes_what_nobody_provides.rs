use gentle::prelude::*;

struct Client;

#[service]
async fn pool(client: Client, #[config] size: Option<u8>) -> Result<u64, String> {
    let _ = (client, size);
    Ok(7)
}

fn main() {}
