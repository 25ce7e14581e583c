use gentle::{Rejected, gentle};

#[gentle(cache = "1m, each palyer")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(cache(1m, each score))]
async fn read_level(player: u64, score: f64) -> Result<u64, Rejected> {
    Ok(player + score as u64)
}

fn main() {
    drop((read_score(7), read_level(7, 0.5)));
}
