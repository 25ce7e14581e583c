use gentle::{Rejected, gentle};

struct Player(u64);

#[gentle(timeout = "2s", fallback = |_| player.0)]
async fn read_score(player: Player) -> Result<u64, Rejected> {
    Ok(player.0)
}

fn main() {
    drop(read_score(Player(7)));
}
