use std::ops::{Add, Sub};
use std::time::Duration;

use super::source;

/// A moment on the monotonic clock, in nanoseconds, small enough for one atomic word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

/// The present moment.
///
/// # Examples
///
/// ```
/// let before = gentle::time::now();
/// assert!(gentle::time::now() >= before);
/// ```
#[inline]
pub fn now() -> Instant {
    Instant(source::nanos())
}

impl Instant {
    /// A moment no wait ever reaches.
    pub const FAR: Self = Self(u64::MAX);

    /// A moment that nobody has asked the clock for: before every other.
    pub(crate) const UNKNOWN: Self = Self(0);

    pub(crate) const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    pub(crate) const fn nanos(self) -> u64 {
        self.0
    }

    /// The moment `nanos` later, at most [`Instant::FAR`].
    #[inline]
    pub(crate) const fn plus(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// The moment `nanos` earlier; the beginning of time at most.
    #[inline]
    pub(crate) const fn minus(self, nanos: u64) -> Self {
        Self(self.0.saturating_sub(nanos))
    }

    /// The time from `earlier` to this moment; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// The moment `duration` later, at most [`Instant::FAR`].
    fn add(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_clock_stands_still_while_it_is_paused() {
        let before = now();
        assert_eq!(now(), before);
        tokio::time::advance(Duration::from_millis(5)).await;
        assert_eq!(now() - before, Duration::from_millis(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_ends_at_its_moment() {
        let later = now() + Duration::from_secs(3);
        crate::time::sleep_until(later).await;
        assert_eq!(now(), later);
    }

    #[test]
    fn sums_stop_at_the_far_end() {
        assert_eq!(Instant::from_nanos(1) + Duration::MAX, Instant::FAR);
    }

    #[test]
    fn time_never_runs_backwards_in_a_difference() {
        assert_eq!(Instant::from_nanos(1) - Instant::from_nanos(2), Duration::ZERO);
    }
}
