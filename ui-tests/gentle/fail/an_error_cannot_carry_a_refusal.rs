use gentle::gentle;

#[derive(Debug)]
enum ScoreError {
    Unreachable,
}

#[gentle(rate_limit = "5/500ms", timeout = "2s")]
async fn read_score(player: u64) -> Result<u64, ScoreError> {
    if player == 0 { Err(ScoreError::Unreachable) } else { Ok(player) }
}

#[gentle(rate_limit = "5/500ms", retry = "3 attempts")]
async fn read_again(player: u64) -> Result<u64, ScoreError> {
    read_score(player).await
}

fn main() {
    drop(read_again(7));
}
