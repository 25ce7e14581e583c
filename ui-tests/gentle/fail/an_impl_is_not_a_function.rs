use gentle::{Rejected, gentle};

struct Client;

#[gentle(rate_limit = "5/s")]
impl Client {
    async fn read_score(&self) -> Result<u64, Rejected> {
        Ok(7)
    }
}

fn main() {
    drop(Client.read_score());
}
