use gentle::{Rejected, gentle};

#[gentle(retry = "exponential(100ms..30s)")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
