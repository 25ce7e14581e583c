use gentle::{Rejected, gentle};

#[gentle(rate_limit = "5/500 brust 10", retry(5), timout = "2s", bulkhead = "16/s")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
