use gentle::{Rejected, gentle};

#[gentle(rate_limit = "100/s", cost = "weight")]
async fn send(weight: u32) -> Result<u32, Rejected> {
    Ok(weight)
}

fn main() {
    drop(send(7));
}
