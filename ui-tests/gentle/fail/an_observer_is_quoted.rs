use gentle::policy::Event;
use gentle::{Rejected, gentle};

fn log_event(event: &Event<'_>) {
    println!("{event}");
}

#[gentle(retry = "on", on_event = "log_event")]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    log_event;
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
