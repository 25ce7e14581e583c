use gentle::{Rejected, gentle};

fn is_empty(text: &String) -> bool {
    text.is_empty()
}

#[gentle(retry = "on", retry_if = is_empty)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(circuit_breaker(on), failure_if = |error: Rejected| error.is_timeout())]
async fn save_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop((read_score(7), save_score(7)));
}
