use gentle::{Rejected, gentle};

trait Scores {
    #[gentle(rate_limit = "5/s")]
    fn read(&self, player: u64) -> impl Future<Output = Result<u64, Rejected>> + Send;
}

struct Client;

impl Scores for Client {
    async fn read(&self, player: u64) -> Result<u64, Rejected> {
        Ok(player)
    }
}

fn main() {
    drop(Client.read(7));
}
