use gentle::{Rejected, gentle};

#[gentle(bulkhead = "4", cost = letters.len())]
async fn send(letters: Vec<u8>) -> Result<usize, Rejected> {
    Ok(letters.len())
}

fn main() {
    drop(send(Vec::new()));
}
