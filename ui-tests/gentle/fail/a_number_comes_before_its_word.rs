use gentle::{Rejected, gentle};

#[gentle(rate_limit = "100/s, 20 burst")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
