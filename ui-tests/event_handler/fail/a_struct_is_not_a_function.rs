use gentle::prelude::*;

#[event_handler]
struct SaveScore;

fn main() {
    drop(SaveScore);
}
