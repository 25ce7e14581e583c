use gentle::{Rejected, gentle};

#[gentle(retry = "3 attempts")]
async fn place<T: ToString>(order: T) -> Result<String, Rejected> {
    Ok(order.to_string())
}

fn main() {
    drop(place(7));
}
