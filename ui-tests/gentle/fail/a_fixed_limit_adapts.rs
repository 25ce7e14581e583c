use gentle::{Rejected, gentle};

#[gentle(bulkhead = "16 start 5 by vegas")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
