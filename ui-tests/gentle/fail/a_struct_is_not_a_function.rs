use gentle::gentle;

#[gentle(rate_limit = "5/s")]
struct Client {
    url: String,
}

fn main() {
    drop(Client { url: String::new() }.url);
}
