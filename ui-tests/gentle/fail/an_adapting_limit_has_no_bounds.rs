use gentle::{Rejected, gentle};

#[gentle(bulkhead = "auto, wait 250ms, lifo")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(bulkhead(auto 8 wait 250ms))]
async fn write_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), write_score(7)));
}
