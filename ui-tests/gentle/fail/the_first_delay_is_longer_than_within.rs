use gentle::{Rejected, gentle};

#[gentle(retry = "exp(2s..30s), within 1s")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
