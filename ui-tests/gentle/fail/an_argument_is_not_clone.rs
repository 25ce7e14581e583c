use gentle::{Rejected, gentle};

struct Order {
    items: Vec<String>,
}

#[gentle(retry = "3 attempts")]
async fn place(customer: &str, order: Order) -> Result<usize, Rejected> {
    Ok(customer.len() + order.items.len())
}

fn main() {
    drop(place("me", Order { items: Vec::new() }));
}
