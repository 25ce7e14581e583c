use gentle::{Rejected, gentle};

#[gentle(rate_limit(100/s wait 2 s))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
