use gentle::{Rejected, gentle};

#[gentle(timeout = "2s", fallback(default, from_cache))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout = "2s", fallback(0, default))]
async fn save_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

async fn from_cache(_: Rejected) -> u64 {
    0
}

fn main() {
    drop((read_score(7), save_score(7), from_cache));
}
