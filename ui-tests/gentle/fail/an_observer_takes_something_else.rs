use gentle::{Rejected, gentle};

fn log_event(text: &str) {
    println!("{text}");
}

#[gentle(retry = "on", on_event = log_event)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
