use gentle::prelude::*;

struct Pool;

impl Pool {
    #[service]
    async fn open(&self) -> Result<Pool, String> {
        Ok(Pool)
    }
}

fn main() {}
