use gentle::{Rejected, gentle};

struct Order {
    items: Vec<String>,
}

#[gentle(hedge = "after 50ms", idempotent)]
async fn price(customer: &str, order: Order) -> Result<usize, Rejected> {
    Ok(customer.len() + order.items.len())
}

fn main() {
    drop(price("me", Order { items: Vec::new() }));
}
