use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::policy::histogram::Histogram;
use crate::policy::patience::nanos;

/// A percentile of fewer says nothing.
const ENOUGH: u64 = 100;
/// How many calls come between two looks at all of them.
const LOOK: u64 = 32;
/// After so many, the older ones count half.
const MEMORY: u64 = 4_096;

/// How long calls take, of late.
#[derive(Debug)]
pub(super) struct Latency {
    times: Histogram,
    seen: AtomicU64,
    /// The percentile at the last look, in nanoseconds; zero before there are enough.
    usual: AtomicU64,
}

impl Default for Latency {
    fn default() -> Self {
        Self { times: Histogram::new(), seen: AtomicU64::new(0), usual: AtomicU64::new(0) }
    }
}

impl Latency {
    /// Counts one. Now and then, whoever does so works out the percentile anew.
    pub(super) fn record(&self, time: Duration, percentile: u32) {
        self.times.record(time);
        let seen = self.seen.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if seen % MEMORY == 0 {
            self.times.decay();
        }
        if seen == ENOUGH || (seen > ENOUGH && seen % LOOK == 0) {
            self.look(percentile);
        }
    }

    pub(super) fn look(&self, percentile: u32) {
        if self.seen.load(Ordering::Relaxed) < ENOUGH {
            return;
        }
        if let Some(usual) = self.times.counts().quantile(f64::from(percentile) / 100.0) {
            self.usual.store(nanos(usual).max(1), Ordering::Relaxed);
        }
    }

    /// Within which time the percentile of calls is done; `None` before there are enough.
    pub(super) fn usual(&self) -> Option<Duration> {
        let usual = self.usual.load(Ordering::Relaxed);
        (usual > 0).then(|| Duration::from_nanos(usual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(latency: &Latency) -> f64 {
        latency.usual().unwrap_or_default().as_secs_f64() * 1_000.0
    }

    #[test]
    fn what_is_usual_changes_with_the_times() {
        let latency = Latency::default();
        let calls = |count, millis| {
            (0..count).for_each(|_| latency.record(Duration::from_millis(millis), 90));
        };
        calls(10 * MEMORY, 10);
        assert!((usual(&latency) / 10.0 - 1.0).abs() < 0.13, "{}", usual(&latency));
        calls(MEMORY, 40);
        assert!((usual(&latency) / 40.0 - 1.0).abs() < 0.13, "slower: {}", usual(&latency));
        calls(6 * MEMORY, 10);
        assert!((usual(&latency) / 10.0 - 1.0).abs() < 0.13, "faster again: {}", usual(&latency));
    }

    #[test]
    fn many_threads_count_together() {
        let latency = Latency::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (1..=2_000).for_each(|us| latency.record(Duration::from_micros(us), 50)));
            }
        });
        assert_eq!(latency.seen.load(Ordering::Relaxed), 8_000);
        let usual = latency.usual().unwrap_or_default();
        assert!(usual > Duration::from_micros(850) && usual < Duration::from_micros(1_150), "{usual:?}");
    }
}
