use gentle::{Rejected, gentle};

#[gentle(cache = "1m, stale 10m, each player")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(cache(1m, stale 10m, each player))]
async fn read_level(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), read_level(7)));
}
