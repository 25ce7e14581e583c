//! Policies against a plain program that does the same: random calls, calls given up, time, failures and other words.
#![allow(clippy::unwrap_used, reason = "an error here fails the test, as it should")]

mod breaker;
mod bucket;
mod bulkhead;
mod retry;
mod said;
mod stack;
mod texts;
mod time;
mod world;

use std::collections::BTreeMap;

use tokio::runtime::Builder;
use tokio::task::coop::unconstrained;

use said::{Answer, Said, What};
use world::World;

/// How many steps there are in one sequence, and how many sequences.
const STEPS: u32 = 60;
const SEQUENCES: u64 = 3_000;

/// What there is to say about a call. Something of each must have been said, or the world was idle.
const KINDS: [&str; 14] = [
    "Begun",
    "Ended",
    "Cut",
    "Well",
    "Failed",
    "rate_limit Full",
    "rate_limit QueueFull",
    "rate_limit TooLong",
    "bulkhead Full",
    "bulkhead QueueFull",
    "bulkhead Elapsed",
    "circuit_breaker Open",
    "timeout TooLong",
    "timeout Elapsed",
];

fn kind(said: &Said) -> String {
    match said.what {
        What::Over(Answer::Refused(policy, kind, _)) => format!("{policy} {kind:?}"),
        What::Over(answer) => format!("{answer:?}"),
        what => format!("{what:?}"),
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value}")))
}

async fn sequence(seed: u64) -> Vec<Said> {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step().await;
    }
    world.end().await
}

/// `GENTLE_MODEL_SEED=17` replays one sequence, `GENTLE_MODEL_SEQUENCES=100000` tries as many.
#[test]
fn whatever_happens_policies_do_what_a_plain_program_would_do() {
    let one = number("GENTLE_MODEL_SEED");
    let many = number("GENTLE_MODEL_SEQUENCES").unwrap_or(SEQUENCES);
    let seeds = one.map_or(0..=many, |seed| seed..=seed);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(unconstrained(async {
        time::read();
        for seed in seeds {
            for said in sequence(seed).await {
                *seen.entry(kind(&said)).or_default() += 1;
            }
        }
    }));
    let idle = KINDS.iter().any(|kind| seen.get(*kind).is_none_or(|count| *count < 50));
    assert!(one.is_some() || many < SEQUENCES || !idle, "it was an idle world: {seen:?}");
}
