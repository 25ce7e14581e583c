use gentle::{Rejected, gentle};

#[gentle(rate_limit(20/s each (player.id)), bulkhead = "4 each (order.id)")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
