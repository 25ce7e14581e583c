use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::telemetry::inspect::Facts;

/// What a cache has done and what it holds, as [`Answers::state`](super::Answers::state) found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// How many answers it holds now. Some may be too old, and go when somebody needs their place.
    pub kept: usize,
    /// How many calls found an answer.
    pub hits: u64,
    /// How many calls were made because there was none.
    pub misses: u64,
    /// How many calls that failed got an answer that was too old.
    pub stale: u64,
    /// How many calls got the answer of another that was under way.
    pub coalesced: u64,
}

impl State {
    /// The same by names that a page can show.
    pub(crate) fn facts(self) -> Facts {
        let Self { kept, hits, misses, stale, coalesced } = self;
        let facts = Facts::new().with("kept", u64::try_from(kept).unwrap_or(u64::MAX)).with("hits", hits);
        facts.with("misses", misses).with("stale", stale).with("coalesced", coalesced)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, hits, misses, stale, coalesced } = self;
        write!(f, "{kept} kept; {hits} hits, {misses} misses, {stale} stale, {coalesced} coalesced")
    }
}

/// The same, while it is being counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    hits: AtomicU64,
    misses: AtomicU64,
    stale: AtomicU64,
    coalesced: AtomicU64,
}

impl Tally {
    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stale(&self) {
        self.stale.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn coalesced(&self) {
        self.coalesced.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn state(&self, kept: usize) -> State {
        State {
            kept,
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            stale: self.stale.load(Ordering::Relaxed),
            coalesced: self.coalesced.load(Ordering::Relaxed),
        }
    }
}
