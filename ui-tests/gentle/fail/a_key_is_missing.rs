use gentle::{Rejected, gentle};

#[gentle("5/500ms", 16, (on))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
