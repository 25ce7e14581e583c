use gentle::{Rejected, gentle};

#[gentle(rate_limit = "20/s, reject, lifo", bulkhead(16 reject fifo))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
