use gentle::{Rejected, gentle};

#[gentle(rate_limit = "20/s each (player =) up to 50", bulkhead(4 each (player, player, player, player, player)))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
