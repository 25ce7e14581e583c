use gentle::{Rejected, gentle};

#[gentle(rate_limit = "20/s, shared")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(rate_limit(20/s, shared))]
async fn write_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), write_score(7)));
}
