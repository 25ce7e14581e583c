//! Structs and enums, with a topic of their own and without.

use gentle::Event as _;
use gentle::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "score.read")]
struct ScoreRead {
    player: u64,
}

#[derive(Serialize, Deserialize, Event)]
struct PlayerLeftGame;

#[derive(Serialize, Deserialize, Event)]
#[event(topic = "move_made.v2", crate = gentle)]
enum Move {
    To(u8, u8),
}

fn main() {
    let _ = (ScoreRead { player: 7 }.player, Move::To(1, 2));
    assert_eq!((ScoreRead::TOPIC, PlayerLeftGame::TOPIC, Move::TOPIC), ("score.read", "player-left-game", "move_made.v2"));
}
