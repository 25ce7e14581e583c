use gentle::{Rejected, gentle};

#[gentle(hedge = "after 5s", timeout = "2s", idempotent)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout(10s, 2s each attempt), hedge(after 5s, max 2), idempotent)]
async fn read_name(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), read_name(7)));
}
