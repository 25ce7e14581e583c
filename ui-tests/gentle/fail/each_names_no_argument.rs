use gentle::{Rejected, gentle};

#[gentle(rate_limit = "20/s each tenat up to 50", bulkhead(4 each user))]
async fn read_score(tenant: &str, player: u64) -> Result<u64, Rejected> {
    Ok(player + tenant.len() as u64)
}

#[gentle(circuit_breaker = "5 in a row, each host")]
async fn ping() -> Result<(), Rejected> {
    Ok(())
}

fn main() {
    drop(read_score("a", 7));
    drop(ping());
}
