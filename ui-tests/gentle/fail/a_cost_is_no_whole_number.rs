use gentle::{Rejected, gentle};

#[gentle(rate_limit = "100/s", cost = weight * 1.5)]
async fn send(weight: f64) -> Result<f64, Rejected> {
    Ok(weight)
}

fn main() {
    drop(send(7.0));
}
