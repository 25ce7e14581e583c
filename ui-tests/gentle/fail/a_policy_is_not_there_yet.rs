use gentle::{Rejected, gentle};

#[gentle(throttle = "10% of 20 in 1m", cache = "1m")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
