use gentle::{Policies, Rejected, gentle, policies};

static PAYMENTS: Policies = policies!(bulkhead = "16");

#[gentle(policy = PAYMENTS, retry = "on", name = "payments")]
async fn pay(cents: u64) -> Result<u64, Rejected> {
    Ok(cents)
}

fn main() {
    drop(pay(7));
}
