use gentle::{Rejected, gentle};

#[gentle(cache = "1m, stale 10m, each player", fallback(default, stale))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
