use gentle::{Rejected, gentle};

#[gentle(throttle = "10 of 20 in 1m")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(throttle(10% of 20, up to 50%))]
async fn read_level(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), read_level(7)));
}
