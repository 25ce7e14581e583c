use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use gentle_dsl::{Turn, Waiting};

/// How long a call may wait for its turn and how many may wait: the waiting clauses, as two words that can be
/// changed while calls look at them.
#[derive(Debug)]
pub(crate) struct Patience {
    /// Nanoseconds; zero refuses at once.
    longest: AtomicU64,
    places: AtomicU32,
}

impl Clone for Patience {
    fn clone(&self) -> Self {
        Self {
            longest: AtomicU64::new(self.longest.load(Ordering::Relaxed)),
            places: AtomicU32::new(self.places()),
        }
    }
}

impl Patience {
    pub(crate) const fn new(waiting: Waiting) -> Self {
        let (longest, places) = words(waiting);
        Self { longest: AtomicU64::new(longest), places: AtomicU32::new(places) }
    }

    pub(crate) fn set(&self, waiting: Waiting) {
        let (longest, places) = words(waiting);
        self.longest.store(longest, Ordering::Relaxed);
        self.places.store(places, Ordering::Relaxed);
    }

    /// The longest wait; zero when there is no waiting at all.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_nanos(self.longest.load(Ordering::Relaxed))
    }

    pub(crate) fn places(&self) -> u32 {
        self.places.load(Ordering::Relaxed)
    }
}

const fn words(waiting: Waiting) -> (u64, u32) {
    let Waiting::Turn(Turn { within, queue }) = waiting else {
        return (0, 0);
    };
    let longest = match within {
        Some(longest) => nanos(longest),
        None => u64::MAX,
    };
    let places = match queue {
        Some(places) => places,
        None => u32::MAX,
    };
    (longest, places)
}

/// Whole nanoseconds, at most what one word holds: 584 years.
pub(crate) const fn nanos(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 {
        return u64::MAX;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it was just compared")]
    {
        nanos as u64
    }
}
