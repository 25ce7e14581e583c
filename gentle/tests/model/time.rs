//! Time as a number: nanoseconds since a day before the first moment that this program has read.

use std::sync::OnceLock;
use std::time::Duration;

use gentle::time::{Instant, now};

pub(crate) type Time = u64;

pub(crate) const FAR: Time = u64::MAX;

/// All that happens happens at multiples of this. What chance decides never makes a difference of as much.
pub(crate) const TICK: Duration = Duration::from_millis(10);

const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;

static FIRST: OnceLock<Instant> = OnceLock::new();

/// The present moment, where the parts of a window are counted from the same moment as in the library. Whoever makes a
/// runtime here asks this first.
pub(crate) fn read() -> Time {
    let first = *FIRST.get_or_init(now);
    DAY + nanos(now() - first) - nanos(first - now())
}

pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(FAR)
}
