use gentle::{Rejected, gentle};

#[gentle(rate_limit = "5/500ms brust 10")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
