use gentle::{Rejected, gentle};

#[gentle(timeout = "10s", hedge(after p95))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
