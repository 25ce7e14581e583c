use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gentle_dsl::{Rate, RateLimit};

use crate::policy::patience::nanos;
use crate::time::Instant;

/// Several windows at once, or exact ones: admitted by all or by none, under one lock.
#[derive(Debug)]
pub(super) struct Windows {
    declared: Option<&'static RateLimit>,
    /// Made when the first call comes: a constant cannot allocate.
    made: Mutex<Option<Vec<Window>>>,
}

#[derive(Clone, Debug)]
enum Window {
    /// The bucket of [`Gcra`](super::Gcra), in words of its own.
    Smooth { full_at: u64, interval: u64, tolerance: u64 },
    /// The moments of the last admissions: never more than `count` in any span of `per`, wherever it begins.
    Exact { count: usize, per: u64, times: VecDeque<u64> },
}

impl Windows {
    pub(super) const fn declared(limit: Option<&'static RateLimit>) -> Self {
        Self { declared: limit, made: Mutex::new(None) }
    }

    pub(super) fn given(limit: Option<&RateLimit>) -> Self {
        Self { declared: None, made: Mutex::new(Some(limit.map(windows).unwrap_or_default())) }
    }

    /// Takes over another limit. A window that stays keeps what it has given out.
    pub(super) fn set(&self, limit: Option<&RateLimit>, at: Instant) {
        let mut made = self.lock();
        let before = made.replace(limit.map(windows).unwrap_or_default()).unwrap_or_default();
        for (window, before) in made.iter_mut().flatten().zip(before) {
            window.inherit(before, at.nanos());
        }
    }

    /// Takes one token of each window, or says when all of them have one.
    pub(super) fn take(&self, at: Instant) -> Result<(), Instant> {
        self.each(|windows| {
            let at = at.nanos();
            let due = windows.iter_mut().map(|window| window.due(at)).max().unwrap_or_default();
            if due > at {
                return Err(Instant::from_nanos(due));
            }
            for window in windows {
                window.take(at);
            }
            Ok(())
        })
    }

    /// How long a call waits for its tokens when `ahead` others come first.
    pub(super) fn wait(&self, at: Instant, ahead: u32) -> Duration {
        self.each(|windows| {
            let at = at.nanos();
            let due = windows.iter_mut().map(|window| window.due_after(at, ahead)).max().unwrap_or_default();
            Duration::from_nanos(due.saturating_sub(at))
        })
    }

    pub(super) fn give_back(&self) {
        self.each(|windows| windows.iter_mut().for_each(Window::give_back));
    }

    fn each<T>(&self, act: impl FnOnce(&mut [Window]) -> T) -> T {
        let declared = || self.declared.map(windows).unwrap_or_default();
        act(self.lock().get_or_insert_with(declared))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Window>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn windows(limit: &RateLimit) -> Vec<Window> {
    let window = |(index, rate): (usize, &Rate)| {
        // The burst is the first window's: the others are there to bound it.
        let capacity = if index == 0 { limit.capacity() } else { rate.count };
        Window::new(rate, capacity, limit.is_strict())
    };
    limit.windows().iter().enumerate().map(window).collect()
}

impl Window {
    fn new(rate: &Rate, capacity: u32, strict: bool) -> Self {
        if strict {
            return Self::Exact {
                count: rate.count.max(1) as usize,
                per: nanos(rate.per),
                times: VecDeque::new(),
            };
        }
        let interval = nanos(rate.per).div_ceil(u64::from(rate.count.max(1))).max(1);
        let tolerance = interval.saturating_mul(u64::from(capacity.saturating_sub(1)));
        Self::Smooth { full_at: 0, interval, tolerance }
    }

    fn inherit(&mut self, before: Self, at: u64) {
        match (self, before) {
            (
                Self::Smooth { full_at, interval, tolerance },
                Self::Smooth { full_at: before, interval: old, .. },
            ) => {
                let debt = super::gcra::owed(before.saturating_sub(at), old, *interval);
                *full_at = at.saturating_add(debt.min(interval.saturating_add(*tolerance)));
            }
            (Self::Exact { count, times, .. }, Self::Exact { times: before, .. }) => {
                let skip = before.len().saturating_sub(*count);
                times.extend(before.into_iter().skip(skip));
            }
            _ => {}
        }
    }

    fn due(&mut self, at: u64) -> u64 {
        self.due_after(at, 0)
    }

    fn due_after(&mut self, at: u64, ahead: u32) -> u64 {
        match self {
            Self::Smooth { full_at, interval, tolerance } => {
                let others = interval.saturating_mul(u64::from(ahead));
                let due = full_at.saturating_sub(*tolerance);
                if ahead == 0 { due } else { due.max(at).saturating_add(others) }
            }
            Self::Exact { count, per, times } => {
                while times.front().is_some_and(|first| first.saturating_add(*per) <= at) {
                    times.pop_front();
                }
                exact_due(times, *count, *per, ahead as usize)
            }
        }
    }

    fn take(&mut self, at: u64) {
        match self {
            Self::Smooth { full_at, interval, .. } => *full_at = (*full_at).max(at).saturating_add(*interval),
            Self::Exact { times, .. } => times.push_back(at),
        }
    }

    fn give_back(&mut self) {
        match self {
            Self::Smooth { full_at, interval, .. } => *full_at = full_at.saturating_sub(*interval),
            Self::Exact { times, .. } => drop(times.pop_back()),
        }
    }
}

/// When a place is free for one who has `ahead` others before him: when so many of the oldest have left the window
/// that he fits in. Those ahead will be in it too, a whole window later.
fn exact_due(times: &VecDeque<u64>, count: usize, per: u64, ahead: usize) -> u64 {
    let Some(leaving) = (times.len() + ahead + 1).checked_sub(count).filter(|leaving| *leaving > 0) else {
        return 0;
    };
    let (rounds, rest) = ((leaving - 1) / count, (leaving - 1) % count);
    let oldest = times.get(rest).or(times.back()).copied().unwrap_or_default();
    oldest.saturating_add(per.saturating_mul(rounds as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gentle_dsl::Sentence;

    fn limit(text: &str) -> Windows {
        Windows::given(RateLimit::parse(text).unwrap().on().as_ref())
    }

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(0) + Duration::from_secs(1) + Duration::from_millis(millis)
    }

    #[test]
    fn two_windows_admit_both_or_neither() {
        let limit = limit("10/s and 12/m");
        assert_eq!((0..20).filter(|_| limit.take(at(0)).is_ok()).count(), 10);
        assert_eq!((0..20).filter(|_| limit.take(at(1_000)).is_ok()).count(), 2, "the minute's");
        assert_eq!(limit.take(at(1_000)), Err(at(5_000)), "a twelfth of a minute after the first");
        assert!(limit.take(at(5_000)).is_ok());
    }

    #[test]
    fn a_refusal_of_one_window_takes_nothing_from_the_other() {
        let limit = limit("1/s and 100/h");
        for millis in 0..50 {
            let _ = limit.take(at(millis));
        }
        let admitted = (1..=99).filter(|second| limit.take(at(second * 1_000)).is_ok()).count();
        assert_eq!(admitted, 99);
    }

    #[test]
    fn a_strict_window_never_holds_more_wherever_it_begins() {
        let limit = limit("5/s strict");
        let times: Vec<u64> = (0..5_000).filter(|millis| limit.take(at(*millis)).is_ok()).collect();
        assert_eq!(times.len(), 25);
        for (first, sixth) in times.iter().zip(times.iter().skip(5)) {
            assert!(sixth - first >= 1_000, "six calls in {} ms", sixth - first);
        }
    }

    #[test]
    fn a_strict_window_tells_each_in_line_how_long_it_waits() {
        let limit = limit("2/s strict");
        limit.take(at(0)).unwrap();
        limit.take(at(300)).unwrap();
        let waits = [0, 1, 2, 3].map(|ahead| limit.wait(at(500), ahead).as_millis());
        assert_eq!(waits, [500, 800, 1_500, 1_800]);
    }

    #[test]
    fn a_token_given_back_is_there_again_in_every_window() {
        let limit = limit("1/s and 1/h, strict");
        limit.take(at(0)).unwrap();
        limit.give_back();
        assert!(limit.take(at(0)).is_ok());
    }

    #[test]
    fn a_window_that_stays_keeps_what_it_has_given_out() {
        let limit = limit("5/s strict");
        (0..5).for_each(|_| limit.take(at(0)).unwrap());
        limit.set(RateLimit::parse("7/s strict").unwrap().on().as_ref(), at(10));
        assert_eq!((0..5).filter(|_| limit.take(at(10)).is_ok()).count(), 2);
    }
}
