use gentle::prelude::*;

#[derive(Clone, Copy, Event)]
union Score {
    points: u32,
    rank: u32,
}

fn main() {}
