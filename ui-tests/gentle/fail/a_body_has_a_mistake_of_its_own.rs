use gentle::{Rejected, gentle};

#[derive(Clone)]
struct Client;

impl Client {
    async fn score(&self, _player: u64) -> Result<u32, Rejected> {
        Ok(7)
    }
}

#[gentle(rate_limit = "5/s", retry = "on")]
async fn a_wrong_type(client: &Client, player: String) -> Result<u32, Rejected> {
    client.score(player).await
}

#[gentle(timeout = "1s")]
async fn an_unknown_method(client: &Client) -> Result<u32, Rejected> {
    client.points(7).await
}

#[gentle(retry = "on")]
async fn another_error(text: &str) -> Result<u32, Rejected> {
    Ok(text.parse::<u32>()?)
}

#[gentle(timeout = "1s", retry = "on")]
async fn a_wrong_result(client: &Client) -> Result<String, Rejected> {
    Ok(client.score(7).await?)
}

#[gentle(timeout = "1s")]
async fn no_result(client: &Client) -> Result<u32, Rejected> {
    client.score(7).await;
}

fn main() {
    drop(a_wrong_type(&Client, String::new()));
    drop(an_unknown_method(&Client));
    drop(another_error("7"));
    drop(a_wrong_result(&Client));
    drop(no_result(&Client));
}
