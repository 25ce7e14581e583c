use gentle::gentle;

#[gentle(timeout = "2s")]
async fn read_score(player: u64) -> Option<u64> {
    Some(player)
}

#[gentle(bulkhead = "16")]
async fn ping() {}

fn main() {
    drop(read_score(7));
    drop(ping());
}
