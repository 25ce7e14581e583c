use gentle::gentle;

#[derive(Debug)]
struct ScoreError;

#[async_trait::async_trait]
trait Scores {
    async fn read(&self, player: u64) -> Result<u64, ScoreError>;
}

struct Client;

#[async_trait::async_trait]
impl Scores for Client {
    #[gentle(retry = "3 attempts", timeout = "2s")]
    async fn read(&self, player: u64) -> Result<u64, ScoreError> {
        Ok(player)
    }
}

fn main() {
    drop(Client.read(7));
}
