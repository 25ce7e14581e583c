use gentle::{Rejected, gentle};

#[gentle(retry = "on", on_event = |event| println!("{player}: {event}"))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
