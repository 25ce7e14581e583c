use gentle::{Rejected, gentle};

struct Order {
    id: u64,
}

#[gentle(rate_limit = "20/s each weight")]
async fn weigh(weight: f64) -> Result<f64, Rejected> {
    Ok(weight)
}

#[gentle(bulkhead(4 each order))]
async fn place(order: &Order) -> Result<u64, Rejected> {
    Ok(order.id)
}

fn main() {
    drop(weigh(7.0));
    drop(place(&Order { id: 7 }));
}
