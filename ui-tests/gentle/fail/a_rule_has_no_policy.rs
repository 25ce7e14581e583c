use gentle::{Rejected, gentle};

#[gentle(rate_limit = "5/s", retry_if = |error: &Rejected| error.is_timeout())]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout(2s), failure_if = Rejected::is_timeout)]
async fn save_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(bulkhead = "16", retry_after = |error| error.retry_after)]
async fn drop_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), save_score(7), drop_score(7)));
}
