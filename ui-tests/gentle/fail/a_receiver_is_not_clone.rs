use gentle::{Rejected, gentle};

struct Order {
    items: Vec<String>,
}

impl Order {
    #[gentle(retry = "3 attempts")]
    async fn place(self) -> Result<usize, Rejected> {
        Ok(self.items.len())
    }
}

fn main() {
    drop(Order { items: Vec::new() }.place());
}
