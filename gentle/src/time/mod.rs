//! The only place that reads a clock.
//!
//! Everything that measures, waits or expires goes through [`now`] and [`sleep_until`], which follow tokio's
//! clock: a test that pauses it (`#[tokio::test(start_paused = true)]`) drives every policy, delay, lease and
//! back-off, and never really waits.

mod instant;
mod wall;

pub use instant::{Instant, now};
pub use wall::{Wall, wall};

use std::time::Duration;

/// Sleeps until `deadline`; returns at once when it has passed.
///
/// # Cancel safety
///
/// Dropping the future forgets the timer and nothing else.
pub async fn sleep_until(deadline: Instant) {
    tokio::time::sleep_until(deadline.into_tokio()).await;
}

/// Sleeps for `duration`.
///
/// # Cancel safety
///
/// Dropping the future forgets the timer and nothing else.
pub async fn sleep(duration: Duration) {
    sleep_until(now() + duration).await;
}
