use gentle::{Rejected, gentle};

#[gentle(policy = 5)]
async fn pay(cents: u64) -> Result<u64, Rejected> {
    Ok(cents)
}

fn main() {
    drop(pay(7));
}
