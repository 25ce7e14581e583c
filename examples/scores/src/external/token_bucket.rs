//! How much the service tolerates: a token bucket.

use std::time::Duration;

/// A bucket that one token drips into every `interval`, up to `capacity`.
///
/// It is kept as a single moment, when the bucket will be full again: no counter to refill, no rounding.
#[derive(Debug)]
pub(super) struct TokenBucket {
    capacity: u32,
    interval: Duration,
    full_at: Duration,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) const fn new(capacity: u32, interval: Duration) -> Self {
        Self { capacity, interval, full_at: Duration::ZERO }
    }

    /// Takes a token, if there is one at `now`.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let full_at = self.full_at.max(now) + self.interval;
        let taken = full_at <= now + self.interval * self.capacity;
        if taken {
            self.full_at = full_at;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    fn taken(bucket: &mut TokenBucket, now: Duration) -> usize {
        (0..100).filter(|_| bucket.take(now)).count()
    }

    #[test]
    fn starts_full() {
        assert_eq!(taken(&mut TokenBucket::new(6, TICK), Duration::ZERO), 6);
    }

    #[test]
    fn gains_one_token_per_interval() {
        let mut bucket = TokenBucket::new(6, TICK);
        taken(&mut bucket, Duration::ZERO);

        assert_eq!(taken(&mut bucket, Duration::from_millis(99)), 0);
        assert_eq!(taken(&mut bucket, TICK), 1);
        assert_eq!(taken(&mut bucket, TICK * 3), 2);
    }

    #[test]
    fn never_holds_more_than_its_capacity() {
        let mut bucket = TokenBucket::new(6, TICK);
        taken(&mut bucket, Duration::ZERO);

        assert_eq!(taken(&mut bucket, TICK * 1000), 6);
    }

    #[test]
    fn a_refusal_costs_nothing() {
        let mut bucket = TokenBucket::new(1, TICK);
        taken(&mut bucket, Duration::ZERO);

        assert!(bucket.take(TICK));
    }
}
