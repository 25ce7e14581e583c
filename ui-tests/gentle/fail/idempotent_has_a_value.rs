use gentle::{Rejected, gentle};

#[gentle(hedge = "after 50ms", idempotent = true)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
