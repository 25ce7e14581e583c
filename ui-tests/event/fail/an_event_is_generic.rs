use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
struct Saved<T> {
    item: T,
}

#[event_handler]
async fn saved(event: &Saved<u64>) {
    let _ = event.item;
}

fn main() {}
