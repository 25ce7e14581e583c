use gentle::policy::{Event, Policies};
use gentle::{Rejected, gentle, policies};

static SCORES: Policies = policies!(retry = "on");

fn log_event(event: &Event<'_>) {
    println!("{event}");
}

#[gentle(policy = SCORES, on_event = log_event)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    log_event;
    drop(read_score(7));
}
