use gentle::gentle;

#[gentle(retry = "3 attempts")]
async fn read_score(player: u64) -> u32 {
    player as u32
}

fn main() {
    drop(read_score(7));
}
