use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.score.read")]
struct ScoreRead;

fn main() {}
