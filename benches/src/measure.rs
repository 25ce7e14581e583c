use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::allocations;

const ROUNDS: usize = 31;
const CALLS: u32 = 50_000;

/// What one call costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Nanoseconds, in the middle round.
    pub nanoseconds: f64,
    /// Allocations, over all rounds.
    pub allocations: f64,
}

/// The runtime that calls are measured in: one thread, with timers.
#[derive(Debug)]
pub struct Ready(tokio::runtime::Runtime);

impl Ready {
    /// The runtime.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn new() -> std::io::Result<Self> {
        tokio::runtime::Builder::new_current_thread().enable_time().build().map(Self)
    }
}

/// Calls `operation` one after the other, for long enough.
pub fn measure<F, Fut>(ready: &Ready, operation: F) -> Cost
where
    F: Fn(u64) -> Fut,
    Fut: Future,
{
    ready.0.block_on(async {
        round(&operation).await;
        let before = allocations::count();
        let mut rounds = [Duration::ZERO; ROUNDS];
        for took in &mut rounds {
            *took = round(&operation).await;
        }
        let allocated = allocations::count() - before;
        rounds.sort_unstable();
        cost(rounds[ROUNDS / 2], allocated)
    })
}

async fn round<F, Fut>(operation: &F) -> Duration
where
    F: Fn(u64) -> Fut,
    Fut: Future,
{
    let begun = Instant::now();
    for call in 0..u64::from(CALLS) {
        black_box(operation(black_box(call)).await);
    }
    begun.elapsed()
}

#[allow(clippy::cast_precision_loss, reason = "counts of this size are exact")]
fn cost(round: Duration, allocated: u64) -> Cost {
    let calls = f64::from(CALLS);
    Cost {
        nanoseconds: round.as_secs_f64() * 1e9 / calls,
        allocations: allocated as f64 / (calls * ROUNDS as f64),
    }
}
