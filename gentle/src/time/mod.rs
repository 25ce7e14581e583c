//! The only place that reads a clock.
//!
//! Everything that measures, waits or expires goes through [`now`] and [`sleep_until`]. In production `now` is one read
//! of the processor's counter. Under the feature `testing` it follows tokio's clock: a test that pauses that
//! (`#[tokio::test(start_paused = true)]`) drives every policy, delay, lease and back-off, and never really waits.

mod instant;
mod source;
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
    tokio::time::sleep(deadline - now()).await;
}

/// Sleeps for `duration`.
///
/// # Cancel safety
///
/// Dropping the future forgets the timer and nothing else.
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
