use gentle::{Rejected, gentle};

fn seconds(rejected: &Rejected) -> Option<u64> {
    Some(rejected.retry_after?.as_secs())
}

#[gentle(retry = "on", retry_after = seconds)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
