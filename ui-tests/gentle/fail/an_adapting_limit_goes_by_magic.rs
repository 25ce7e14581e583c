use gentle::{Rejected, gentle};

#[gentle(bulkhead = "auto 8..256, by magic, start 300")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(bulkhead(auto 8..256 by magic))]
async fn write_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), write_score(7)));
}
