use std::collections::VecDeque;
use std::time::Duration;

use gentle_dsl::Trip;

use super::Answer;
use crate::policy::patience::nanos;
use crate::time::Instant;

const BUCKETS: usize = 10;

/// In a tenth of a window with this many calls and more, one success in so many is dated by itself.
const DENSE: u64 = 1_024;
const STRIDE: u64 = 64;

/// How far one sign of failure has come.
#[derive(Debug)]
pub(super) struct Gauge {
    pub(super) trip: Trip,
    window: Window,
}

#[derive(Debug)]
enum Window {
    Timed(Timed),
    Last(Last),
    /// So many failures with no success between them.
    Row(u64),
}

impl Gauge {
    pub(super) fn new(trip: Trip, at: Instant) -> Self {
        let window = match trip {
            Trip::Rate { window: Some(window), .. }
            | Trip::Count { window: Some(window), .. }
            | Trip::Within { window, .. } => Window::Timed(Timed::new(window, at)),
            Trip::Rate { share, sample, .. } => {
                let needed = u64::from(share.as_hundredths()) * u64::from(sample);
                Window::Last(Last::new(sample, needed.div_ceil(10_000)))
            }
            Trip::Count { count, of, .. } => Window::Last(Last::new(of, count.into())),
            Trip::InARow(_) => Window::Row(0),
        };
        Self { trip, window }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self, at: Instant) {
        *self = Self::new(self.trip, at);
    }

    /// Brings the window up to `at`.
    pub(super) fn advance(&mut self, at: Instant) {
        if let Window::Timed(timed) = &mut self.window {
            timed.advance(at);
        }
    }

    /// Counts calls that went well, at the moment to which the window was brought.
    pub(super) fn succeeded(&mut self, calls: u64) {
        match &mut self.window {
            Window::Timed(timed) => timed.count(calls, 0),
            Window::Last(last) => last.total += calls,
            Window::Row(row) if calls > 0 => *row = 0,
            Window::Row(_) => {}
        }
    }

    /// Counts one call; whether it is one of those that the sign is about.
    pub(super) fn answered(&mut self, answer: Answer) -> bool {
        let bad = match self.over() {
            Some(over) => answer.took > over,
            None => answer.failed,
        };
        match &mut self.window {
            Window::Timed(timed) => timed.count(1, bad.into()),
            Window::Last(last) => last.count(bad),
            Window::Row(row) => *row = if bad { *row + 1 } else { 0 },
        }
        bad
    }

    /// The time above which a call is slow, for a sign that counts slow ones.
    pub(super) fn over(&self) -> Option<Duration> {
        match self.trip {
            Trip::Rate { over, .. } => over,
            _ => None,
        }
    }

    /// How many calls there are in the window, and how many of them the sign is about.
    pub(super) fn counts(&self) -> (u64, u64) {
        match &self.window {
            Window::Timed(timed) => timed.sum(),
            Window::Last(last) => last.sum(),
            Window::Row(row) => (*row, *row),
        }
    }

    /// Whether it is a sign of failure.
    pub(super) fn is_reached(&self) -> bool {
        let (calls, bad) = self.counts();
        match self.trip {
            Trip::Rate { share, sample, .. } => {
                let share = u128::from(share.as_hundredths()) * u128::from(calls);
                calls >= sample.into() && u128::from(bad) * 10_000 >= share
            }
            Trip::Count { count, of, .. } => calls >= of.into() && bad >= count.into(),
            Trip::Within { count, .. } | Trip::InARow(count) => bad >= count.into(),
        }
    }

    /// After how many more successes the window wants to know the time; `None` when it never does.
    pub(super) fn patience(&self) -> Option<u64> {
        match &self.window {
            Window::Timed(timed) if timed.is_dense() => Some(STRIDE - 1),
            Window::Timed(_) => Some(0),
            Window::Last(_) | Window::Row(_) => None,
        }
    }
}

/// The calls of a time, in ten parts of which the oldest is forgotten as a new one begins.
#[derive(Debug)]
struct Timed {
    buckets: [Bucket; BUCKETS],
    /// How long a bucket lasts, in nanoseconds.
    width: u64,
    /// Which one is filled now, counted from the beginning of time.
    tick: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    calls: u64,
    bad: u64,
}

impl Timed {
    fn new(window: Duration, at: Instant) -> Self {
        let width = (nanos(window) / BUCKETS as u64).max(1);
        Self { buckets: [Bucket::default(); BUCKETS], width, tick: at.nanos() / width }
    }

    fn advance(&mut self, at: Instant) {
        let tick = at.nanos() / self.width;
        let passed = tick.saturating_sub(self.tick);
        for next in 1..=passed.min(BUCKETS as u64) {
            *self.bucket(self.tick + next) = Bucket::default();
        }
        self.tick += passed;
    }

    fn count(&mut self, calls: u64, bad: u64) {
        let bucket = self.bucket(self.tick);
        bucket.calls += calls;
        bucket.bad += bad;
    }

    fn bucket(&mut self, tick: u64) -> &mut Bucket {
        &mut self.buckets[place(tick)]
    }

    fn is_dense(&self) -> bool {
        self.buckets[place(self.tick)].calls >= DENSE
    }

    fn sum(&self) -> (u64, u64) {
        let calls = self.buckets.iter().map(|bucket| bucket.calls).sum();
        (calls, self.buckets.iter().map(|bucket| bucket.bad).sum())
    }
}

fn place(tick: u64) -> usize {
    // Below ten.
    usize::try_from(tick % BUCKETS as u64).unwrap_or_default()
}

/// The last so many calls, of which only the places of the bad ones are kept: the last few that can matter.
#[derive(Debug)]
struct Last {
    size: u64,
    needed: u64,
    total: u64,
    bad: VecDeque<u64>,
}

impl Last {
    const fn new(size: u32, needed: u64) -> Self {
        Self { size: size as u64, needed, total: 0, bad: VecDeque::new() }
    }

    fn count(&mut self, bad: bool) {
        self.total += 1;
        if bad {
            self.bad.push_back(self.total);
        }
        let oldest = self.total.saturating_sub(self.size);
        while self.bad.len() as u64 > self.needed || self.bad.front().is_some_and(|&place| place <= oldest) {
            self.bad.pop_front();
        }
    }

    fn sum(&self) -> (u64, u64) {
        let oldest = self.total.saturating_sub(self.size);
        let bad = self.bad.iter().filter(|&&place| place > oldest).count();
        (self.total.min(self.size), bad as u64)
    }
}
