use gentle::{Rejected, gentle};

struct Order;
struct Receipt;

#[gentle(hedge = "after 50ms")]
async fn pay(order: &Order) -> Result<Receipt, Rejected> {
    let _ = order;
    Ok(Receipt)
}

#[gentle(hedge(after p95 at least 20ms, max 2, budget 5%))]
async fn read(order: &Order) -> Result<Receipt, Rejected> {
    let _ = order;
    Ok(Receipt)
}

#[gentle(hedge = "on", retry = "on")]
async fn find(order: &Order) -> Result<Receipt, Rejected> {
    let _ = order;
    Ok(Receipt)
}

fn main() {
    drop((pay(&Order), read(&Order), find(&Order)));
}
