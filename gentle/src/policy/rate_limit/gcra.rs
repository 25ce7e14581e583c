use std::time::Duration;

use gentle_dsl::RateLimit;

use crate::policy::patience::nanos;
use crate::policy::sync::{AtomicU64, Ordering};
use crate::time::Instant;

/// How fast a bucket fills and how much it holds. A bucket itself is one word: the moment at which it would be full again.
#[derive(Debug)]
pub(super) struct Pace {
    /// Nanoseconds for one token to come.
    interval: AtomicU64,
    /// Nanoseconds for a whole burst but one token.
    tolerance: AtomicU64,
}

/// From one pace to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    before: u64,
    interval: u64,
    tolerance: u64,
}

impl Pace {
    /// Without a limit no bucket runs empty.
    pub(super) const fn new(limit: Option<&RateLimit>) -> Self {
        let (interval, tolerance) = pace(limit);
        Self { interval: AtomicU64::new(interval), tolerance: AtomicU64::new(tolerance) }
    }

    /// Takes over the pace of another limit; every bucket is [carried over](Change::carry) then.
    pub(super) fn set(&self, limit: Option<&RateLimit>) -> Change {
        let (interval, tolerance) = pace(limit);
        let before = self.interval.swap(interval, Ordering::Relaxed);
        self.tolerance.store(tolerance, Ordering::Relaxed);
        Change { before, interval, tolerance }
    }

    /// The bucket has no token before `until`, and then one.
    pub(super) fn empty_until(&self, bucket: &AtomicU64, until: Instant) {
        let full_at = until.nanos().saturating_add(self.tolerance.load(Ordering::Relaxed));
        bucket.fetch_max(full_at, Ordering::AcqRel);
    }

    pub(super) fn is_off(&self) -> bool {
        self.interval.load(Ordering::Relaxed) == 0
    }

    /// Takes so many tokens, or says when they are due.
    #[inline]
    pub(super) fn take(&self, bucket: &AtomicU64, at: Instant, cost: u32) -> Result<(), Instant> {
        let mut full_at = bucket.load(Ordering::Acquire);
        loop {
            // Read after the word they belong to, and again with it: a change moves that word last.
            let interval = self.interval.load(Ordering::Relaxed);
            let tolerance = self.tolerance.load(Ordering::Relaxed);
            let begin = full_at.max(at.nanos());
            let due = begin.saturating_add(worth(interval, cost.saturating_sub(1))).saturating_sub(tolerance);
            if due > at.nanos() {
                return Err(Instant::from_nanos(due));
            }
            let next = begin.saturating_add(worth(interval, cost));
            match bucket.compare_exchange_weak(full_at, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(seen) => full_at = seen,
            }
        }
    }

    /// Whether a full bucket has so many tokens.
    pub(super) fn holds(&self, cost: u32) -> bool {
        let more = worth(self.interval.load(Ordering::Relaxed), cost.saturating_sub(1));
        more <= self.tolerance.load(Ordering::Relaxed)
    }

    /// How many tokens there are; `None` for a bucket that never runs empty.
    pub(super) fn level(&self, bucket: &AtomicU64, at: Instant) -> Option<u64> {
        let debt = bucket.load(Ordering::Relaxed).saturating_sub(at.nanos());
        level(debt, self.interval.load(Ordering::Relaxed), self.tolerance.load(Ordering::Relaxed))
    }

    /// How long a call waits for its tokens when others come first, for `ahead` tokens together.
    pub(super) fn wait(&self, bucket: &AtomicU64, at: Instant, cost: u32, ahead: u32) -> Duration {
        let interval = self.interval.load(Ordering::Relaxed);
        let due = bucket
            .load(Ordering::Relaxed)
            .max(at.nanos())
            .saturating_add(worth(interval, ahead))
            .saturating_add(worth(interval, cost.saturating_sub(1)))
            .saturating_sub(self.tolerance.load(Ordering::Relaxed));
        Instant::from_nanos(due) - at
    }

    /// Puts tokens back. Those taken under a faster rate than the present one may be worth more than the bucket has
    /// given out; it is full then, not fuller.
    pub(super) fn give_back(&self, bucket: &AtomicU64, cost: u32) {
        let worth = worth(self.interval.load(Ordering::Relaxed), cost);
        let earlier = |full_at: u64| Some(full_at.saturating_sub(worth));
        let _ = bucket.fetch_update(Ordering::AcqRel, Ordering::Acquire, earlier);
    }
}

impl Change {
    /// The nanoseconds for one token there were before; zero where there was no limit.
    pub(super) const fn before(self) -> u64 {
        self.before
    }

    /// As many tokens are missing as before, but never more than the new bucket holds: what was given out under a slow
    /// rate does not hold up a fast one.
    pub(super) fn carry(self, bucket: &AtomicU64, at: Instant) {
        let owed = |full_at: u64| owed(full_at.saturating_sub(at.nanos()), self.before, self.interval);
        let most = self.interval.saturating_add(self.tolerance);
        let moved = |full_at| Some(at.nanos().saturating_add(owed(full_at).min(most)));
        let _ = bucket.fetch_update(Ordering::AcqRel, Ordering::Acquire, moved);
    }
}

/// One bucket with a pace of its own.
#[derive(Debug)]
pub(crate) struct Gcra {
    bucket: AtomicU64,
    pace: Pace,
}

impl Gcra {
    /// A full bucket; without a limit one that never runs empty.
    pub(crate) const fn new(limit: Option<&RateLimit>) -> Self {
        Self { bucket: AtomicU64::new(0), pace: Pace::new(limit) }
    }

    /// Takes over another limit, and keeps what the bucket has given out.
    pub(crate) fn set(&self, limit: Option<&RateLimit>, at: Instant) {
        self.pace.set(limit).carry(&self.bucket, at);
    }

    /// Takes one token, or says when it is due.
    pub(crate) fn take(&self, at: Instant) -> Result<(), Instant> {
        self.pace.take(&self.bucket, at, 1)
    }
}

#[inline]
fn worth(interval: u64, tokens: u32) -> u64 {
    interval.saturating_mul(u64::from(tokens))
}

/// How many tokens are left in a bucket that lacks so much time to be full.
pub(super) fn level(debt: u64, interval: u64, tolerance: u64) -> Option<u64> {
    tolerance.saturating_add(interval).saturating_sub(debt).checked_div(interval)
}

// A debt in time, at another time per token. A limit that is off has no price: its debt stays as long as it was.
pub(super) fn owed(debt: u64, before: u64, interval: u64) -> u64 {
    if before == 0 || interval == 0 {
        return debt;
    }
    let scaled = u128::from(debt) * u128::from(interval) / u128::from(before);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

// Rounded up: a rate that does not divide evenly is never exceeded.
const fn pace(limit: Option<&RateLimit>) -> (u64, u64) {
    let Some(limit) = limit else {
        return (0, u64::MAX);
    };
    let count = if limit.count() == 0 { 1 } else { limit.count() };
    let interval = nanos(limit.per()).div_ceil(count as u64);
    let interval = if interval == 0 { 1 } else { interval };
    (interval, interval.saturating_mul(limit.capacity().saturating_sub(1) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(0) + SECOND + Duration::from_millis(millis)
    }

    fn give_back(bucket: &Gcra) {
        bucket.pace.give_back(&bucket.bucket, 1);
    }

    #[test]
    fn a_full_bucket_gives_its_burst_and_then_one_an_interval() {
        let bucket = Gcra::new(Some(&RateLimit::new(5, Duration::from_millis(500))));
        assert_eq!((0..9).filter(|_| bucket.take(at(0)).is_ok()).count(), 5);
        assert_eq!(bucket.take(at(0)), Err(at(100)));
        assert!(bucket.take(at(100)).is_ok());
        assert_eq!(bucket.take(at(100)), Err(at(200)));
    }

    #[test]
    fn its_level_is_what_it_would_give_at_once() {
        let bucket = Gcra::new(Some(&RateLimit::new(5, Duration::from_millis(500))));
        assert_eq!(bucket.pace.level(&bucket.bucket, at(0)), Some(5));
        (0..5).for_each(|_| bucket.take(at(0)).unwrap());
        assert_eq!(
            [0, 99, 100, 399, 500, 9_000]
                .map(|millis| bucket.pace.level(&bucket.bucket, at(millis)).unwrap()),
            [0, 0, 1, 3, 5, 5]
        );
        assert_eq!(Pace::new(None).level(&AtomicU64::new(0), at(0)), None);
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let bucket = Gcra::new(Some(&RateLimit::new(1, SECOND)));
        assert!(bucket.take(at(0)).is_ok());
        for _ in 0..3 {
            assert_eq!(bucket.take(at(10)), Err(at(1000)));
        }
    }

    #[test]
    fn a_token_given_back_is_there_again() {
        let bucket = Gcra::new(Some(&RateLimit::new(1, SECOND)));
        assert!(bucket.take(at(0)).is_ok());
        give_back(&bucket);
        assert!(bucket.take(at(0)).is_ok());
    }

    #[test]
    fn those_ahead_are_served_from_what_is_in_the_bucket_first() {
        let bucket = Gcra::new(Some(&RateLimit::new(5, Duration::from_millis(500))));
        let wait = |millis, ahead| bucket.pace.wait(&bucket.bucket, at(millis), 1, ahead).as_millis();
        assert_eq!((wait(0, 4), wait(0, 6)), (0, 200));
        assert!(bucket.take(at(0)).is_ok());
        assert_eq!(wait(50, 6), 250);
    }

    #[test]
    fn a_limit_switched_off_admits_everybody() {
        let bucket = Gcra::new(None);
        assert!((0..10_000).all(|_| bucket.take(at(0)).is_ok()));
    }

    #[test]
    fn a_token_given_back_under_a_slower_rate_fills_the_bucket_and_no_more() {
        let month = RateLimit::new(1, Duration::from_secs(30 * 24 * 3600));
        let bucket = Gcra::new(Some(&RateLimit::new(1, SECOND)));
        assert!(bucket.take(at(0)).is_ok());
        bucket.set(Some(&month), at(0));
        give_back(&bucket);
        assert!(bucket.take(at(0)).is_ok(), "it is there again");
        bucket.set(Some(&RateLimit::new(1, Duration::from_secs(60 * 24 * 3600))), at(0));
        for _ in 0..3 {
            give_back(&bucket);
        }
        assert!(bucket.take(at(0)).is_ok(), "and so it stays");
        assert!(bucket.take(at(0)).is_err());
    }

    #[test]
    fn a_debt_is_kept_in_tokens_when_the_rate_changes() {
        let bucket = Gcra::new(Some(&RateLimit::new(2, Duration::from_secs(7200))));
        assert!(bucket.take(at(0)).is_ok() && bucket.take(at(0)).is_ok());
        bucket.set(Some(&RateLimit::new(2, Duration::from_millis(200))), at(0));
        assert_eq!(bucket.take(at(0)), Err(at(100)), "not in an hour");
        bucket.set(Some(&RateLimit::new(1, SECOND)), at(0));
        assert_eq!(bucket.take(at(0)), Err(at(1000)), "one bucket is missing, not two");
    }

    #[test]
    fn a_debt_outlives_a_limit_that_was_off_for_a_while() {
        let limit = Some(RateLimit::new(1, SECOND));
        let bucket = Gcra::new(limit.as_ref());
        assert!(bucket.take(at(0)).is_ok());
        bucket.set(None, at(0));
        assert!((0..100).all(|_| bucket.take(at(1)).is_ok()));
        give_back(&bucket);
        bucket.set(limit.as_ref(), at(10));
        assert_eq!(bucket.take(at(10)), Err(at(1000)));
    }

    #[test]
    fn an_uneven_rate_is_rounded_to_the_slow_side() {
        let (interval, _) = pace(Some(&RateLimit::new(3, SECOND)));
        assert_eq!(interval, 333_333_334);
    }

    #[test]
    fn the_fastest_and_the_slowest_rate_do_not_overflow() {
        assert_eq!(pace(Some(&RateLimit::new(u32::MAX, Duration::from_nanos(1)))).0, 1);
        let slow = RateLimit::new(1, Duration::MAX).burst(u32::MAX);
        assert_eq!(pace(Some(&slow)), (u64::MAX, u64::MAX));
        assert!(Gcra::new(Some(&slow)).take(at(0)).is_ok());
    }

    #[test]
    fn a_call_may_take_several_tokens_and_waits_for_all_of_them() {
        let (pace, bucket) =
            (Pace::new(Some(&RateLimit::new(5, Duration::from_millis(500)))), AtomicU64::new(0));
        assert!(pace.take(&bucket, at(0), 3).is_ok());
        assert_eq!(pace.take(&bucket, at(0), 3), Err(at(100)), "two are there");
        assert!(pace.take(&bucket, at(0), 2).is_ok());
        assert_eq!(pace.take(&bucket, at(0), 5), Err(at(500)));
        assert_eq!(pace.wait(&bucket, at(0), 2, 0), Duration::from_millis(200));
        assert_eq!(pace.wait(&bucket, at(0), 2, 7), Duration::from_millis(900));
        pace.give_back(&bucket, 4);
        assert!(pace.take(&bucket, at(0), 4).is_ok());
        assert!(pace.take(&bucket, at(0), 1).is_err());
    }

    #[test]
    fn a_call_never_gets_more_tokens_than_the_bucket_holds() {
        let (pace, bucket) =
            (Pace::new(Some(&RateLimit::new(5, Duration::from_millis(500)))), AtomicU64::new(0));
        assert!(pace.holds(5) && !pace.holds(6));
        assert!(pace.take(&bucket, at(0), 6).is_err());
        assert!(pace.take(&bucket, at(1_000_000), u32::MAX).is_err());
        assert!(pace.take(&bucket, at(0), 5).is_ok(), "and it takes nothing");
        assert!(Pace::new(None).holds(u32::MAX));
    }
}
