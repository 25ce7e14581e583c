use gentle::prelude::*;

#[service]
async fn pool<T: Default>() -> Result<T, String> {
    Ok(T::default())
}

fn main() {}
