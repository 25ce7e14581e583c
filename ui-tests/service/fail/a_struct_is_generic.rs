use gentle::prelude::*;

#[service]
struct Store<T: Send + Sync + 'static> {
    #[inject]
    item: T,
}

impl<T: Send + Sync + 'static> Service for Store<T> {}

fn main() {}
