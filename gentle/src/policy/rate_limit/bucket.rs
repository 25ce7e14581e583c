use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gentle_dsl::RateLimit;

use super::gcra::Gcra;
use super::windows::Windows;
use crate::time::Instant;

/// What a limit gives tokens out of: one word where one smooth window is all there is, windows under a lock where
/// there are several, or where they are exact.
#[derive(Debug)]
pub(super) struct Bucket {
    several: AtomicBool,
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
        Self { several: AtomicBool::new(several(limit)), one: Gcra::new(limit), windows }
    }

    pub(super) fn set(&self, limit: Option<RateLimit>, at: Instant) {
        let limit = limit.as_ref();
        self.one.set(limit, at);
        self.windows.set(limit, at);
        self.several.store(several(limit), Ordering::Release);
    }

    /// Takes one token, or says when it is due.
    #[inline]
    pub(super) fn take(&self, at: Instant) -> Result<(), Instant> {
        if self.is_several() { self.windows.take(at) } else { self.one.take(at) }
    }

    /// How long a call waits for its token when `ahead` others come first.
    pub(super) fn wait(&self, at: Instant, ahead: u32) -> Duration {
        if self.is_several() { self.windows.wait(at, ahead) } else { self.one.wait(at, ahead) }
    }

    pub(super) fn give_back(&self) {
        if self.is_several() { self.windows.give_back() } else { self.one.give_back() }
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
