use std::sync::OnceLock;
use std::time::Duration;

use gentle_dsl::RateLimit;

use super::gcra::{Change, Pace};
use super::windows::Windows;
use crate::policy::line::Line;
use crate::policy::sync::{AtomicBool, AtomicU64, Mutex, Ordering, PoisonError, fence};
use crate::time::{Instant, now};

/// How a limit gives out tokens: a smooth pace where that is all there is, windows under a lock where there are several,
/// or where they are exact.
#[derive(Debug)]
pub(super) struct Terms {
    several: AtomicBool,
    pace: Pace,
    declared: Option<&'static RateLimit>,
    /// Where several are given in place of the declared ones.
    given: Mutex<Option<Box<RateLimit>>>,
}

/// What a limit has given out, and who waits for more: one word, and a second one for those in line.
#[derive(Debug)]
pub(crate) struct Bucket {
    full_at: AtomicU64,
    /// Until when nobody is admitted, whatever there is.
    closed_until: AtomicU64,
    pub(super) waiting: Crowd,
    rest: OnceLock<Box<Rest>>,
}

/// What most buckets never need.
#[derive(Debug)]
pub(super) struct Rest {
    windows: Windows,
    pub(super) line: Line,
}

impl Terms {
    pub(super) const fn declared(limit: Option<&'static RateLimit>) -> Self {
        Self::of(limit, limit)
    }

    pub(super) fn given(limit: Option<&RateLimit>) -> Self {
        let terms = Self::of(limit, None);
        terms.give(limit);
        terms
    }

    const fn of(limit: Option<&RateLimit>, declared: Option<&'static RateLimit>) -> Self {
        Self {
            several: AtomicBool::new(several(limit)),
            pace: Pace::new(limit),
            declared,
            given: Mutex::new(None),
        }
    }

    /// Takes over another limit. Then every bucket is [carried over](Bucket::carry), and at last the new limit
    /// [goes in force](Self::switch) where it is one of several windows.
    pub(super) fn set(&self, limit: Option<&RateLimit>) -> Change {
        self.give(limit);
        self.pace.set(limit)
    }

    pub(super) fn switch(&self, limit: Option<&RateLimit>) {
        self.several.store(several(limit), Ordering::Release);
    }

    fn give(&self, limit: Option<&RateLimit>) {
        let given = limit.filter(|_| several(limit)).map(|limit| Box::new(*limit));
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = given;
    }

    /// Takes so many tokens, or says when they are due.
    #[inline]
    pub(super) fn take(&self, bucket: &Bucket, at: Instant, cost: u32) -> Result<(), Instant> {
        if !self.is_several() {
            return self.pace.take(&bucket.full_at, at, cost);
        }
        let closed_until = bucket.closed_until();
        if at < closed_until { Err(closed_until) } else { self.rest(bucket).windows.take(at, cost) }
    }

    /// Takes so many tokens, whatever the bucket holds not before it opens.
    pub(super) fn take_if_open(&self, bucket: &Bucket, at: Instant, cost: u32) -> Result<(), Instant> {
        if self.is_closed(bucket, at) { Err(bucket.closed_until()) } else { self.take(bucket, at, cost) }
    }

    /// Admits nobody until then. One smooth window is empty afterwards: calls go on one by one at their rate.
    pub(super) fn close(&self, bucket: &Bucket, until: Instant) {
        if self.is_off() {
            return;
        }
        bucket.closed_until.fetch_max(until.nanos(), Ordering::AcqRel);
        if !self.is_several() {
            self.pace.empty_until(&bucket.full_at, until);
        }
    }

    pub(super) fn is_closed(&self, bucket: &Bucket, at: Instant) -> bool {
        at < bucket.closed_until() && !self.is_off()
    }

    /// How long a call waits for its tokens when others come first, for `ahead` tokens together.
    pub(super) fn wait(&self, bucket: &Bucket, at: Instant, cost: u32, ahead: u32) -> Duration {
        if !self.is_several() {
            return self.pace.wait(&bucket.full_at, at, cost, ahead);
        }
        let from = bucket.closed_until().max(at);
        (from - at).saturating_add(self.rest(bucket).windows.wait(from, cost, ahead))
    }

    /// How many tokens there are; `None` where there is no limit.
    pub(super) fn level(&self, bucket: &Bucket, at: Instant) -> Option<u64> {
        if self.is_several() {
            self.rest(bucket).windows.level(at)
        } else {
            self.pace.level(&bucket.full_at, at)
        }
    }

    /// Whether there are ever so many tokens at once.
    pub(super) fn holds(&self, bucket: &Bucket, cost: u32) -> bool {
        if self.is_several() { self.rest(bucket).windows.holds(cost) } else { self.pace.holds(cost) }
    }

    // What was taken before it was closed is not there again before it opens.
    pub(super) fn give_back(&self, bucket: &Bucket, cost: u32, at: Instant) {
        if bucket.closed_until() > Instant::UNKNOWN && self.is_closed(bucket, now()) {
            return;
        }
        if self.is_several() {
            self.rest(bucket).windows.give_back(cost, at);
        } else {
            self.pace.give_back(&bucket.full_at, cost);
        }
    }

    pub(super) fn rest<'b>(&self, bucket: &'b Bucket) -> &'b Rest {
        bucket.rest.get_or_init(|| Box::new(Rest::new(self.windows())))
    }

    fn windows(&self) -> Windows {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        Windows::new(given.as_deref().or(self.declared).filter(|_| self.is_several()))
    }

    fn is_off(&self) -> bool {
        !self.is_several() && self.pace.is_off()
    }

    #[inline]
    fn is_several(&self) -> bool {
        self.several.load(Ordering::Acquire)
    }
}

impl Bucket {
    /// A full one.
    pub(crate) const fn new() -> Self {
        Self {
            full_at: AtomicU64::new(0),
            closed_until: AtomicU64::new(0),
            waiting: Crowd(AtomicU64::new(0)),
            rest: OnceLock::new(),
        }
    }

    /// Whether it is like a new one, which nobody waits at.
    pub(crate) fn is_full(&mut self, at: Instant) -> bool {
        let windows = |rest: &mut Box<Rest>| rest.windows.are_full(at);
        *self.full_at.get_mut() <= at.nanos()
            && *self.closed_until.get_mut() <= at.nanos()
            && self.rest.get_mut().is_none_or(windows)
    }

    /// Keeps what was given out, by one window or by several, for another limit.
    pub(super) fn carry(&self, change: Change, limit: Option<&RateLimit>, at: Instant) {
        self.closed_until.store(0, Ordering::Release);
        // Several windows wait as they are while there is no limit.
        let Some(limit) = limit else { return change.carry(&self.full_at, at) };
        let rest = self.rest.get().filter(|rest| rest.windows.are_there());
        match (rest, several(Some(limit))) {
            (None, false) => change.carry(&self.full_at, at),
            (None, true) => {
                let full_at = self.full_at.swap(0, Ordering::AcqRel);
                if full_at > at.nanos() || self.rest.get().is_some() {
                    let rest = self.rest.get_or_init(|| Box::new(Rest::new(Windows::new(None))));
                    rest.windows.begin(full_at, change.before(), limit, at);
                }
            }
            (Some(rest), true) => rest.windows.set(limit, at),
            (Some(rest), false) => self.full_at.store(rest.windows.end(limit, at), Ordering::Release),
        }
    }

    fn closed_until(&self) -> Instant {
        Instant::from_nanos(self.closed_until.load(Ordering::Acquire))
    }

    /// Who keeps watch looks again: the next tokens may be due at another time than was thought.
    pub(super) fn look_again(&self) {
        // Either who comes here sees that somebody waits, or the one who waits sees why.
        fence(Ordering::SeqCst);
        if let (false, Some(rest)) = (self.waiting.is_empty(), self.rest.get()) {
            rest.line.nudge_first();
        }
    }

    /// Everybody in line looks again.
    pub(super) fn wake(&self) {
        if let Some(rest) = self.rest.get() {
            rest.line.nudge_all();
        }
    }
}

impl Rest {
    fn new(windows: Windows) -> Self {
        Self { windows, line: Line::new() }
    }
}

/// How many stand in line, and for how many tokens together.
#[derive(Debug)]
pub(super) struct Crowd(AtomicU64);

const ONE: u64 = 1 << 32;

impl Crowd {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    pub(super) fn now(&self) -> Ahead {
        Ahead(self.0.load(Ordering::Relaxed))
    }

    /// Joins, as one who holds the lock of the line.
    pub(super) fn join(&self, cost: u32) {
        self.0.fetch_add(ONE + u64::from(cost), Ordering::Relaxed);
    }

    pub(super) fn leave(&self, cost: u32) {
        self.0.fetch_sub(ONE + u64::from(cost), Ordering::Relaxed);
    }
}

/// Those who were in line at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ahead(u64);

impl Ahead {
    pub(super) const NOBODY: Self = Self(0);

    /// How many; at most `u32::MAX` when the tokens they wait for can no longer be counted.
    pub(super) fn people(self, cost: u32) -> u32 {
        let countable = self.tokens().checked_add(cost).is_some();
        if countable { u32::try_from(self.0 >> 32).unwrap_or(u32::MAX) } else { u32::MAX }
    }

    /// Whether each of them waits for so many.
    pub(super) fn all_cost(self, cost: u32) -> bool {
        (self.0 >> 32).checked_mul(cost.into()) == Some(u64::from(self.tokens()))
    }

    pub(super) fn tokens(self) -> u32 {
        u32::try_from(self.0 & (ONE - 1)).unwrap_or(u32::MAX)
    }
}

const fn several(limit: Option<&RateLimit>) -> bool {
    match limit {
        Some(limit) => limit.is_strict() || limit.windows().len() > 1,
        None => false,
    }
}
