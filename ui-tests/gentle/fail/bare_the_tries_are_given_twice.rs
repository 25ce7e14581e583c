use gentle::{Rejected, gentle};

#[gentle(retry(const(500ms), 5 attempts, 3 retries))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
