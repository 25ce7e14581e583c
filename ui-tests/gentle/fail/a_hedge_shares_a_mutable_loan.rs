use gentle::{Rejected, gentle};

struct Conn(u64);

#[gentle(hedge = "after 50ms", idempotent)]
async fn read_score(conn: &mut Conn, player: u64) -> Result<u64, Rejected> {
    conn.0 += 1;
    Ok(player)
}

impl Conn {
    #[gentle(hedge(after p95), idempotent)]
    async fn read(&mut self, player: u64) -> Result<u64, Rejected> {
        self.0 += 1;
        Ok(player)
    }
}

fn main() {
    let mut conn = Conn(0);
    drop(read_score(&mut conn, 7));
    drop(conn.read(7));
}
