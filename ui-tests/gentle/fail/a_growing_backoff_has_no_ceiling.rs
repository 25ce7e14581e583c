use gentle::{Rejected, gentle};

#[gentle(retry = "exp(100ms), 5 attempts")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
