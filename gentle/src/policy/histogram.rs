use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::patience::nanos;

/// How many steps each doubling of the time is divided into: an eighth is near enough, as a power of two.
const STEPS: usize = 1 << STEP_BITS;
const STEP_BITS: u32 = 3;
/// Below this power of two, of nanoseconds, the steps are all alike.
const FIRST_BITS: u32 = 8;
const BUCKETS: usize = 248;

/// How long things took: a count for each range of times, in less than two KiB whatever is recorded.
///
/// Ranges are an eighth of a power of two wide, so what is read from it is right within 12.5 %: from 256 ns, below which
/// they are 32 ns wide, to 4 minutes 35, above which all are one. Recording is one relaxed addition; counts read while
/// others record are those of some moment in between.
#[derive(Debug)]
pub(crate) struct Histogram {
    counts: [AtomicU64; BUCKETS],
    longest: AtomicU64,
}

/// The counts at one moment, for several questions about the same.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    held: [u64; BUCKETS],
    all: u64,
    longest: u64,
}

impl Histogram {
    pub(crate) const fn new() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; BUCKETS], longest: AtomicU64::new(0) }
    }

    /// Counts one that took so long.
    #[inline]
    pub(crate) fn record(&self, took: Duration) {
        self.record_nanos(nanos(took));
    }

    /// Counts one that took so many nanoseconds.
    #[inline]
    pub(crate) fn record_nanos(&self, took: u64) {
        if let Some(count) = self.counts.get(bucket(took)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if took > self.longest.load(Ordering::Relaxed) {
            self.longest.fetch_max(took, Ordering::Relaxed);
        }
    }

    /// Everything recorded so far.
    pub(crate) fn counts(&self) -> Counts {
        let mut held = [0; BUCKETS];
        let mut all = 0_u64;
        for (count, recorded) in held.iter_mut().zip(&self.counts) {
            *count = recorded.load(Ordering::Relaxed);
            all = all.saturating_add(*count);
        }
        Counts { held, all, longest: self.longest.load(Ordering::Relaxed) }
    }

    /// Adds what another has recorded.
    #[allow(dead_code, reason = "only what forgets asks for it")]
    pub(crate) fn merge(&self, other: &Self) {
        for (count, recorded) in self.counts.iter().zip(&other.counts) {
            let recorded = recorded.load(Ordering::Relaxed);
            if recorded > 0 {
                count.fetch_add(recorded, Ordering::Relaxed);
            }
        }
        self.longest.fetch_max(other.longest.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Forgets half of it, so that what comes now weighs more than what was long ago. The longest time stays.
    ///
    /// What is left of an odd count goes to the next, so that the few long times are not rounded away.
    pub(crate) fn decay(&self) {
        let mut left = 0;
        for count in &self.counts {
            let recorded = count.load(Ordering::Relaxed);
            if recorded > 0 {
                let kept = recorded.saturating_add(left) / 2;
                left = recorded.wrapping_add(left) % 2;
                let forget = |now: u64| Some(now.saturating_sub(recorded - kept));
                let _ = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, forget);
            }
        }
    }
}

impl Counts {
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.all
    }

    /// The longest of all.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_nanos(self.longest)
    }

    /// How long all took together, each taken for the middle of its range.
    pub(crate) fn sum(&self) -> Duration {
        let middle = |(bucket, count): (usize, &u64)| {
            let last = bucket + 1 == BUCKETS;
            let middle = if last { self.longest } else { floor(bucket).midpoint(floor(bucket + 1)) };
            middle.min(self.longest).saturating_mul(*count)
        };
        Duration::from_nanos(self.held.iter().enumerate().map(middle).fold(0, u64::saturating_add))
    }

    /// The time within which this share of them was done; `None` when there are none.
    pub(crate) fn quantile(&self, share: f64) -> Option<Duration> {
        if self.all == 0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank out of millions needs no last digit, and what is no number becomes the first"
        )]
        let rank = ((self.all as f64 * share).ceil() as u64).clamp(1, self.all);
        let mut before = 0_u64;
        for (bucket, count) in self.held.iter().enumerate() {
            let until = before.saturating_add(*count);
            if rank <= until {
                return Some(Duration::from_nanos(self.within(bucket, rank - before, *count)));
            }
            before = until;
        }
        Some(self.longest())
    }

    /// Each range that holds any: the time it ends with, and how many it holds.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let held = self.held.iter().enumerate().filter(|(_, count)| **count > 0);
        held.map(|(bucket, count)| (Duration::from_nanos(floor(bucket + 1)), *count))
    }

    // The `rank`th of `count` that are spread evenly over the range.
    fn within(&self, bucket: usize, rank: u64, count: u64) -> u64 {
        if bucket + 1 == BUCKETS {
            return self.longest;
        }
        let (from, to) = (floor(bucket), floor(bucket + 1));
        let part = u128::from(to - from) * u128::from(rank) / u128::from(count.max(1));
        let nanos = from.saturating_add(u64::try_from(part).unwrap_or(u64::MAX));
        nanos.min(self.longest)
    }
}

/// The bucket that counts such a time.
#[inline]
const fn bucket(nanos: u64) -> usize {
    let bits = (nanos | 1).ilog2();
    if bits < FIRST_BITS {
        return (nanos >> (FIRST_BITS - STEP_BITS)) as usize;
    }
    #[expect(clippy::cast_possible_truncation, reason = "three bits of it are left")]
    let step = (nanos >> (bits - STEP_BITS)) as usize & (STEPS - 1);
    let bucket = (bits - FIRST_BITS + 1) as usize * STEPS + step;
    if bucket < BUCKETS { bucket } else { BUCKETS - 1 }
}

/// The shortest time in a bucket.
const fn floor(bucket: usize) -> u64 {
    let (octave, step) = (bucket / STEPS, (bucket % STEPS) as u64);
    if octave == 0 {
        return step << (FIRST_BITS - STEP_BITS);
    }
    (STEPS as u64 + step) << (octave - 1 + (FIRST_BITS - STEP_BITS) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Histogram {
        let histogram = Histogram::new();
        times.into_iter().for_each(|nanos| histogram.record(Duration::from_nanos(nanos)));
        histogram
    }

    #[test]
    fn it_fits_into_two_kibibytes() {
        assert!(size_of::<Histogram>() <= 2048, "{}", size_of::<Histogram>());
    }

    #[test]
    fn every_time_is_in_the_range_that_counts_it() {
        for bits in 0..38 {
            for nanos in [1_u64 << bits, (1 << bits) + 1, (2 << bits) - 1, (1 << bits) + (1 << bits) / 3] {
                let bucket = bucket(nanos);
                assert!(floor(bucket) <= nanos && nanos < floor(bucket + 1), "{nanos} in {bucket}");
            }
        }
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!((floor(BUCKETS - 1), floor(BUCKETS)), (15 << 34, 1 << 38));
    }

    #[test]
    fn ranges_follow_each_other_and_none_is_wider_than_an_eighth() {
        for bucket in 0..BUCKETS {
            let (from, to) = (floor(bucket), floor(bucket + 1));
            assert!(from < to && (to - from <= 32 || (to - from) * 8 <= from), "{bucket}: {from}..{to}");
        }
    }

    #[test]
    fn quantiles_are_right_within_an_eighth() {
        let counts = of((1..=10_000).map(|n| n * 10_000)).counts();
        assert_eq!(counts.count(), 10_000);
        for (share, millis) in [(0.01, 1.0), (0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)] {
            let found = counts.quantile(share).unwrap_or_default().as_secs_f64() * 1_000.0;
            assert!((found / millis - 1.0).abs() <= 0.125, "{share}: {found} ms instead of {millis} ms");
        }
        let (sum, exact) = (counts.sum().as_secs_f64(), 500.05);
        assert!((sum / exact - 1.0).abs() < 0.01, "{sum}");
        assert_eq!(counts.longest(), Duration::from_millis(100));
    }

    #[test]
    fn no_share_is_longer_than_the_longest() {
        let counts = of([1_000_001]).counts();
        assert_eq!(counts.quantile(0.5), Some(Duration::from_nanos(1_000_001)));
        let beyond = of([u64::MAX, 1]).counts();
        assert_eq!(beyond.quantile(1.0), Some(Duration::from_nanos(u64::MAX)));
        assert_eq!(beyond.sum(), Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn an_empty_one_knows_nothing_and_odd_shares_are_the_first_or_the_last() {
        assert_eq!(of([]).counts().quantile(0.5), None);
        let counts = of([100, 200_000]).counts();
        for (share, low) in [(f64::NAN, true), (-1.0, true), (0.0, true), (2.0, false)] {
            let found = counts.quantile(share).unwrap_or_default();
            assert_eq!(found < Duration::from_micros(1), low, "{share}: {found:?}");
        }
    }

    #[test]
    fn the_past_weighs_half_as_much_each_time() {
        let histogram = of([1_000; 100]);
        histogram.decay();
        assert_eq!(histogram.counts().count(), 50);
        for _ in 0..10 {
            histogram.decay();
        }
        assert_eq!(histogram.counts().count(), 0);
    }

    #[test]
    fn the_few_long_times_are_not_rounded_away() {
        let long = (0..40).map(|n| 1_000_000 << (n % 12));
        let histogram = of((0..960).map(|_| 1_000).chain(long));
        let slow = || histogram.counts().ranges().filter(|(to, _)| *to > Duration::from_micros(2)).count();
        let before = (histogram.counts().quantile(0.97), slow());
        histogram.decay();
        histogram.decay();
        assert_eq!(histogram.counts().count(), 250);
        assert!(histogram.counts().quantile(0.97) >= before.0.map(|was| was / 2), "{before:?}");
        assert!(slow() >= 6, "{} of {}", slow(), before.1);
    }

    #[test]
    fn two_become_one() {
        let (one, other) = (of([100, 5_000]), of([5_000, 70_000_000]));
        one.merge(&other);
        let counts = one.counts();
        let ranges: Vec<(Duration, u64)> = counts.ranges().collect();
        assert_eq!(ranges.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 2, 1]);
        assert!(ranges.is_sorted());
        assert_eq!(counts.longest(), Duration::from_millis(70));
    }
}
