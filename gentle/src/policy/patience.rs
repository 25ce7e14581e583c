use std::time::Duration;

use gentle_dsl::{Order, Turn, Waiting};

use super::sync::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// How long a call may wait for its turn, how many may wait, and who comes first: the waiting clauses, as words that can be
/// changed while calls look at them.
#[derive(Debug)]
pub(crate) struct Patience {
    /// Nanoseconds; zero refuses at once.
    longest: AtomicU64,
    places: AtomicU32,
    newest_first: AtomicBool,
}

impl Clone for Patience {
    fn clone(&self) -> Self {
        Self {
            longest: AtomicU64::new(self.longest.load(Ordering::Relaxed)),
            places: AtomicU32::new(self.places()),
            newest_first: AtomicBool::new(self.newest_first()),
        }
    }
}

impl Patience {
    pub(crate) const fn new(waiting: Waiting, order: Order) -> Self {
        let (longest, places) = words(waiting);
        Self {
            longest: AtomicU64::new(longest),
            places: AtomicU32::new(places),
            newest_first: AtomicBool::new(is_lifo(order)),
        }
    }

    pub(crate) fn set(&self, waiting: Waiting, order: Order) {
        let (longest, places) = words(waiting);
        self.longest.store(longest, Ordering::Relaxed);
        self.places.store(places, Ordering::Relaxed);
        self.newest_first.store(is_lifo(order), Ordering::Relaxed);
    }

    /// The longest wait; zero when there is no waiting at all.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_nanos(self.longest.load(Ordering::Relaxed))
    }

    pub(crate) fn places(&self) -> u32 {
        self.places.load(Ordering::Relaxed)
    }

    /// Whether the newest of those that wait comes first.
    pub(crate) fn newest_first(&self) -> bool {
        self.newest_first.load(Ordering::Relaxed)
    }
}

const fn is_lifo(order: Order) -> bool {
    matches!(order, Order::Lifo)
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
