use gentle::gentle;

#[gentle(timeout = "2s", fallback = 0)]
async fn read_score(player: u64) -> u64 {
    player
}

#[gentle(fallback(default))]
async fn ping() {}

fn main() {
    drop((read_score(7), ping()));
}
