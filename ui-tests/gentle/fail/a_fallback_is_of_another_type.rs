use gentle::{Rejected, gentle};

async fn from_cache(player: u64) -> u64 {
    player
}

#[gentle(timeout = "2s", fallback = "nobody")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout = "2s", fallback(from_cache, |_| async { "nobody" }))]
async fn save_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), save_score(7)));
}
