use gentle::{Rejected, gentle};

#[derive(Debug)]
struct ScoreError;

impl From<Rejected> for ScoreError {
    fn from(_: Rejected) -> Self {
        Self
    }
}

#[gentle(cache = "1m, errors 5s, each player")]
async fn read_score(player: u64) -> Result<u64, ScoreError> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
