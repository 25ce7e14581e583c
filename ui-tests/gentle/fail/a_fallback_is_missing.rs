use gentle::{Rejected, gentle};

#[gentle(timeout = "2s", fallback)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout = "2s", fallback())]
async fn save_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), save_score(7)));
}
