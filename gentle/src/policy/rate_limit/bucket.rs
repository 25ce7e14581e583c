use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use gentle_dsl::RateLimit;

use super::gcra::Gcra;
use super::windows::Windows;
use crate::time::{Instant, now};

/// What a limit gives tokens out of: one word where one smooth window is all there is, windows under a lock where
/// there are several, or where they are exact.
#[derive(Debug)]
pub(super) struct Bucket {
    several: AtomicBool,
    /// Until when nobody is admitted, whatever there is.
    closed_until: AtomicU64,
    one: Gcra,
    windows: Windows,
}

impl Bucket {
    pub(super) const fn declared(limit: Option<&'static RateLimit>) -> Self {
        Self::of(limit, Windows::declared(limit))
    }

    pub(super) fn given(limit: Option<RateLimit>) -> Self {
        Self::of(limit.as_ref(), Windows::given(limit.as_ref()))
    }

    const fn of(limit: Option<&RateLimit>, windows: Windows) -> Self {
        Self {
            several: AtomicBool::new(several(limit)),
            closed_until: AtomicU64::new(0),
            one: Gcra::new(limit),
            windows,
        }
    }

    pub(super) fn set(&self, limit: Option<RateLimit>, at: Instant) {
        let limit = limit.as_ref();
        self.one.set(limit, at);
        self.windows.set(limit, at);
        self.several.store(several(limit), Ordering::Release);
        self.closed_until.store(0, Ordering::Release);
    }

    /// Admits nobody until then. One smooth window is empty afterwards: calls go on one by one at their rate.
    pub(super) fn close(&self, until: Instant) {
        if self.is_off() {
            return;
        }
        self.closed_until.fetch_max(until.nanos(), Ordering::AcqRel);
        if !self.is_several() {
            self.one.empty_until(until);
        }
    }

    pub(super) fn is_closed(&self, at: Instant) -> bool {
        at < self.closed_until() && !self.is_off()
    }

    /// Takes one token, or says when it is due.
    #[inline]
    pub(super) fn take(&self, at: Instant) -> Result<(), Instant> {
        if !self.is_several() {
            return self.one.take(at);
        }
        let closed_until = self.closed_until();
        if at < closed_until { Err(closed_until) } else { self.windows.take(at) }
    }

    /// Takes one token, whatever the bucket holds not before it opens.
    pub(super) fn take_if_open(&self, at: Instant) -> Result<(), Instant> {
        if self.is_closed(at) { Err(self.closed_until()) } else { self.take(at) }
    }

    /// How long a call waits for its token when `ahead` others come first.
    pub(super) fn wait(&self, at: Instant, ahead: u32) -> Duration {
        if !self.is_several() {
            return self.one.wait(at, ahead);
        }
        let from = self.closed_until().max(at);
        (from - at).saturating_add(self.windows.wait(from, ahead))
    }

    // What was taken before it was closed is not there again before it opens.
    pub(super) fn give_back(&self) {
        if self.closed_until() > Instant::UNKNOWN && self.is_closed(now()) {
            return;
        }
        if self.is_several() { self.windows.give_back() } else { self.one.give_back() }
    }

    fn closed_until(&self) -> Instant {
        Instant::from_nanos(self.closed_until.load(Ordering::Acquire))
    }

    fn is_off(&self) -> bool {
        !self.is_several() && self.one.is_off()
    }

    #[inline]
    fn is_several(&self) -> bool {
        self.several.load(Ordering::Acquire)
    }
}

const fn several(limit: Option<&RateLimit>) -> bool {
    match limit {
        Some(limit) => limit.is_strict() || limit.windows().len() > 1,
        None => false,
    }
}
