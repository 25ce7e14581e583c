use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event]
struct ScoreRead;

#[derive(Serialize, Deserialize, Event)]
#[event()]
struct PlayerLeft;

fn main() {}
