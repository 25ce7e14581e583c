use gentle::{Rejected, gentle};

struct Score(u64);

#[gentle(cache = "1m, each player")]
async fn read_score(player: u64) -> Result<Score, Rejected> {
    Ok(Score(player))
}

fn main() {
    drop(read_score(7));
}
