use gentle::{Rejected, gentle};

struct Client {
    names: Vec<String>,
}

impl Client {
    #[gentle(retry = "3 attempts")]
    async fn first(&mut self) -> Result<&mut String, Rejected> {
        Ok(&mut self.names[0])
    }
}

fn main() {
    drop(Client { names: Vec::new() }.first());
}
