use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use gentle_dsl::Cache;

use crate::policy::patience::nanos;

/// How long answers are worth something, in nanoseconds, how many there may be, and whether calls share theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Terms {
    /// Zero when nothing is kept at all.
    pub(super) keep: u64,
    pub(super) stale: u64,
    pub(super) errors: u64,
    pub(super) most: usize,
    pub(super) coalesce: bool,
}

impl Terms {
    pub(super) fn of(cache: Option<Cache>) -> Self {
        let Some(cache) = cache else { return Self::default() };
        let time = |time: Option<Duration>| time.map_or(0, nanos);
        let most = cache.keyed().map_or(cache.most(), |each| each.most.min(cache.most()));
        Self {
            keep: nanos(cache.keeps()),
            stale: time(cache.stays()),
            errors: time(cache.keeps_errors()),
            most: usize::try_from(most).unwrap_or(usize::MAX),
            coalesce: cache.coalesces(),
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.keep > 0
    }
}

/// The same as words that can be changed while calls look at them.
#[derive(Debug)]
pub(super) struct Words {
    keep: AtomicU64,
    stale: AtomicU64,
    errors: AtomicU64,
    most: AtomicU32,
    coalesce: AtomicBool,
}

impl Words {
    pub(super) fn of(cache: Option<Cache>) -> Self {
        let words = Self {
            keep: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            most: AtomicU32::new(0),
            coalesce: AtomicBool::new(false),
        };
        words.set(cache);
        words
    }

    pub(super) fn set(&self, cache: Option<Cache>) {
        let terms = Terms::of(cache);
        self.keep.store(terms.keep, Ordering::Relaxed);
        self.stale.store(terms.stale, Ordering::Relaxed);
        self.errors.store(terms.errors, Ordering::Relaxed);
        self.most.store(u32::try_from(terms.most).unwrap_or(u32::MAX), Ordering::Relaxed);
        self.coalesce.store(terms.coalesce, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Terms {
        Terms {
            keep: self.keep.load(Ordering::Relaxed),
            stale: self.stale.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            most: usize::try_from(self.most.load(Ordering::Relaxed)).unwrap_or(usize::MAX),
            coalesce: self.coalesce.load(Ordering::Relaxed),
        }
    }
}
