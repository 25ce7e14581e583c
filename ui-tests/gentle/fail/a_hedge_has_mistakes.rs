use gentle::{Rejected, gentle};

#[gentle(hedge(p95, max 0, bugdet 5%), idempotent)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
