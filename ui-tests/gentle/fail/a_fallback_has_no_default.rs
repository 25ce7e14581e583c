use gentle::{Rejected, gentle};

struct Score(u64);

#[gentle(timeout = "2s", fallback(default))]
async fn read_score(player: u64) -> Result<Score, Rejected> {
    Ok(Score(player))
}

fn main() {
    drop(async { read_score(7).await.map(|score| score.0) });
}
