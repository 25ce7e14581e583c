use gentle::{Rejected, gentle};

#[gentle(cache = "1m, each name")]
async fn first(name: &str) -> Result<&str, Rejected> {
    Ok(name)
}

#[gentle(cache = "1m, each name")]
async fn second(name: &str) -> Result<std::borrow::Cow<'_, str>, Rejected> {
    Ok(name.into())
}

fn main() {
    drop((first("ada"), second("ada")));
}
