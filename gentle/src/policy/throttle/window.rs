use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, TryLockError};

use gentle_dsl::Throttle;

use super::State;
use crate::policy::patience::nanos;
use crate::time::Instant;

const PARTS: usize = 10;

/// One good call in the word of a part; the bits below it count the bad ones.
const GOOD: u64 = 1 << 24;
const BAD: u64 = GOOD - 1;

/// The words of a throttle; without one, nothing is too much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// The share of failures at which it begins, in hundredths of a percent; none is too many when it is all.
    share: u16,
    /// The share that is shed at most.
    most: u16,
    of: u32,
    /// How long a part lasts, in nanoseconds.
    width: u64,
}

impl Terms {
    pub(super) const fn of(throttle: Option<&Throttle>) -> Self {
        match throttle {
            Some(throttle) => {
                let width = nanos(throttle.window()) / PARTS as u64;
                let width = if width == 0 { 1 } else { width };
                let (share, most) = (throttle.share(), throttle.most());
                let (share, most) = (hundredths(share.as_hundredths()), hundredths(most.as_hundredths()));
                Self { share, most, of: throttle.of(), width }
            }
            None => Self { share: ALL, most: 0, of: u32::MAX, width: 1_000_000_000 },
        }
    }

    /// All but the width as one word, so that it changes at once.
    const fn packed(self) -> u64 {
        (self.share as u64) << 48 | (self.most as u64) << 32 | self.of as u64
    }
}

const ALL: u16 = 10_000;

#[expect(clippy::cast_possible_truncation, reason = "it was just compared")]
const fn hundredths(share: u32) -> u16 {
    if share > ALL as u32 { ALL } else { share as u16 }
}

/// What has become of the calls of a time, in ten parts of which the oldest is forgotten as a new one begins.
#[derive(Debug)]
pub(super) struct Window {
    terms: AtomicU64,
    width: AtomicU64,
    /// When the part that is being filled ends; zero before the first call.
    until: AtomicU64,
    current: AtomicUsize,
    answered: [AtomicU64; PARTS],
    shed: [AtomicU32; PARTS],
    refused: AtomicU64,
    turning: Mutex<()>,
}

impl Window {
    pub(super) const fn new(terms: Terms) -> Self {
        Self {
            terms: AtomicU64::new(terms.packed()),
            width: AtomicU64::new(terms.width),
            until: AtomicU64::new(0),
            current: AtomicUsize::new(0),
            answered: [const { AtomicU64::new(0) }; PARTS],
            shed: [const { AtomicU32::new(0) }; PARTS],
            refused: AtomicU64::new(0),
            turning: Mutex::new(()),
        }
    }

    /// Goes by other words from now on; what was counted stays.
    pub(super) fn set(&self, terms: Terms, at: Instant) {
        self.terms.store(terms.packed(), Ordering::Relaxed);
        self.width.store(terms.width, Ordering::Relaxed);
        self.until.fetch_min(at.nanos().saturating_add(terms.width), Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn succeeded(&self, at: Instant) {
        self.turn(at);
        // Good calls are above the bad ones: more than there is room for are lost at the top, and spoil nothing.
        self.part().fetch_add(GOOD, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, at: Instant) {
        self.turn(at);
        let more = |word: u64| (word & BAD < BAD).then(|| word + 1);
        let _ = self.part().fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Counts a call that was shed, at the moment to which the window was brought.
    pub(super) fn shed(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let part = &self.shed[self.current.load(Ordering::Relaxed) % PARTS];
        let _ = part.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_add(1));
    }

    /// The share of calls to shed now, of `u32::MAX`.
    pub(super) fn share(&self, at: Instant) -> u32 {
        self.turn(at);
        let terms = self.terms.load(Ordering::Relaxed);
        let [share, most] = [terms >> 48, terms >> 32 & 0xffff];
        let of = terms & u64::from(u32::MAX);
        let (good, bad, shed) = self.sums();
        share_of(Judged { good, bad, shed }, share, of, most)
    }

    pub(super) fn state(&self, share: u32) -> State {
        let (good, bad, shed) = self.sums();
        State {
            share: f64::from(share) / f64::from(u32::MAX),
            calls: good + bad,
            failed: bad,
            shed,
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    fn sums(&self) -> (u64, u64, u64) {
        let words = self.answered.iter().map(|word| word.load(Ordering::Relaxed));
        let (good, bad) = words.fold((0, 0), |(good, bad), word| (good + word / GOOD, bad + (word & BAD)));
        (good, bad, self.shed.iter().map(|shed| u64::from(shed.load(Ordering::Relaxed))).sum())
    }

    #[inline]
    fn part(&self) -> &AtomicU64 {
        &self.answered[self.current.load(Ordering::Relaxed) % PARTS]
    }

    #[inline]
    fn turn(&self, at: Instant) {
        if at.nanos() >= self.until.load(Ordering::Relaxed) {
            self.turn_over(at.nanos());
        }
    }

    // One of them does; whoever comes at the same moment counts into the part before.
    #[cold]
    fn turn_over(&self, at: u64) {
        let _turning = match self.turning.try_lock() {
            Ok(turning) => turning,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let (until, width) = (self.until.load(Ordering::Relaxed), self.width.load(Ordering::Relaxed));
        if at < until {
            return;
        }
        let passed = (at - until) / width + 1;
        let mut current = self.current.load(Ordering::Relaxed);
        for _ in 0..passed.min(PARTS as u64) {
            current = (current + 1) % PARTS;
            self.answered[current].store(0, Ordering::Relaxed);
            self.shed[current].store(0, Ordering::Relaxed);
        }
        self.current.store(current, Ordering::Relaxed);
        let ends = match until {
            0 => at.saturating_add(width),
            until => until.saturating_add(passed.saturating_mul(width)),
        };
        self.until.store(ends, Ordering::Relaxed);
    }
}

/// How calls ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) good: u64,
    pub(super) bad: u64,
    pub(super) shed: u64,
}

/// The share to shed, of `u32::MAX`: none up to the share of failures that is fine, everything when everything fails,
/// in proportion between.
pub(super) fn share_of(calls: Judged, fine: u64, of: u64, most: u64) -> u32 {
    let all = u128::from(ALL);
    let Judged { good, bad, shed } = calls;
    let answered = u128::from(good) + u128::from(bad);
    let (bad, fine, most) = (u128::from(bad) * all, u128::from(fine) * answered, u128::from(most));
    if answered + u128::from(shed) < u128::from(of) || bad <= fine {
        return 0;
    }
    let whole = answered * all - fine;
    let share = ((bad - fine) * u128::from(u32::MAX) / whole).min(u128::from(u32::MAX) * most / all);
    u32::try_from(share).unwrap_or(u32::MAX)
}
