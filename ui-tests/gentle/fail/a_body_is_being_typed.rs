use gentle::{Rejected, gentle};

#[gentle(rate_limit = "5/s", retry = "on")]
async fn read_score(player: String) -> Result<usize, Rejected> {
    let length = player.
}

fn main() {
    drop(read_score(String::new()));
}
