use gentle::{Rejected, gentle};

#[gentle(retry = "on", cost = 2, on_event = |_| ())]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
