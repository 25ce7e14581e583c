use gentle::{Rejected, gentle};

#[gentle(cache = "1m, stale 10m", fallback(stale))]
async fn read_score(player: u64) -> Result<u64, Rejected> {
    Ok(player)
}

#[gentle(cache(1m, coalesce))]
async fn read_page(client: &u8, user: &str) -> Result<u64, Rejected> {
    Ok(u64::from(*client) + user.len() as u64)
}

fn main() {
    drop(read_score(7));
    drop(read_page(&7, "ada"));
}
