use gentle::{Rejected, gentle};

#[gentle(rate_limit = "5/500")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(timeout(5mins))]
async fn save_score(score: u64) -> Result<(), Rejected> {
    drop(score);
    Ok(())
}

fn main() {
    drop(read_score(7));
    drop(save_score(7));
}
