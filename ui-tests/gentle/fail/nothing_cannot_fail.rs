use gentle::gentle;

#[gentle(retry = "3 attempts")]
async fn ping() {}

#[gentle(retry = "3 attempts")]
async fn pong() -> () {}

fn main() {
    drop(ping());
    drop(pong());
}
