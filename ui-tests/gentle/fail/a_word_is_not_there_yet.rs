use gentle::{Rejected, gentle};

#[gentle(rate_limit = "20/s each player, shared", bulkhead(auto 8..256))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
