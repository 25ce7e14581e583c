use gentle::{Rejected, gentle};

#[gentle(retry = "on", retry_if = "error.is_timeout()", failure_if(Rejected::is_timeout), retry_after)]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

fn main() {
    drop(read_score(7));
}
