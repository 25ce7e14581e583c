use gentle::{Rejected, gentle};

#[gentle(chaos = "fail 5%")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(chaos(5% slow))]
async fn read_level(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), read_level(7)));
}
