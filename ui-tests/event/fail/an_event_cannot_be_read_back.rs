use gentle::prelude::*;
use serde::Serialize;

#[derive(Serialize, Event)]
enum ScoreRead {
    Points(u32),
}

fn main() {}
