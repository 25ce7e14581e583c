use gentle::gentle;

type Score = u32;

#[gentle(retry = "3 attempts")]
async fn read_score(player: u64) -> Score {
    player as Score
}

fn main() {
    drop(read_score(7));
}
