use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
struct ScoreRead<'a> {
    player: &'a str,
}

fn main() {}
