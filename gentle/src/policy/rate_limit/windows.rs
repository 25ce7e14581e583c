use std::collections::VecDeque;
use std::time::Duration;

use gentle_dsl::{Rate, RateLimit};

use crate::policy::patience::nanos;
use crate::policy::sync::{Mutex, MutexGuard, PoisonError};
use crate::time::Instant;

/// Several windows at once, or exact ones: admitted by all or by none, under one lock.
#[derive(Debug)]
pub(super) struct Windows(Mutex<Vec<Window>>);

#[derive(Clone, Debug)]
enum Window {
    /// The bucket of [`Gcra`](super::Gcra), in words of its own.
    Smooth { full_at: u64, interval: u64, tolerance: u64 },
    /// The moments of the last admissions: never more than `count` in any span of `per`, wherever it begins.
    Exact { count: usize, per: u64, times: VecDeque<u64> },
}

impl Windows {
    pub(super) fn new(limit: Option<&RateLimit>) -> Self {
        Self(Mutex::new(limit.map(windows).unwrap_or_default()))
    }

    /// Takes over another limit. Each window keeps what the one at its place has given out.
    pub(super) fn set(&self, limit: &RateLimit, at: Instant) {
        let mut all = self.lock();
        let before = std::mem::replace(&mut *all, windows(limit));
        for (window, before) in all.iter_mut().zip(before) {
            window.inherit(before, at.nanos());
        }
    }

    /// Whether there are any. There are none where one smooth window is all there is, which is kept elsewhere.
    pub(super) fn are_there(&self) -> bool {
        !self.lock().is_empty()
    }

    /// Takes over another limit from the one smooth window there was.
    pub(super) fn begin(&self, full_at: u64, interval: u64, limit: &RateLimit, at: Instant) {
        *self.lock() = vec![Window::Smooth { full_at, interval, tolerance: 0 }];
        self.set(limit, at);
    }

    /// Takes over a limit of one smooth window, and hands over when that would be full.
    pub(super) fn end(&self, limit: &RateLimit, at: Instant) -> u64 {
        self.set(limit, at);
        match std::mem::take(&mut *self.lock()).first() {
            Some(Window::Smooth { full_at, .. }) => *full_at,
            _ => 0,
        }
    }

    /// Takes so many tokens of each window, or says when all of them have as many.
    pub(super) fn take(&self, at: Instant, cost: u32) -> Result<(), Instant> {
        let (mut windows, at) = (self.lock(), at.nanos());
        let due = windows.iter_mut().map(|window| window.due(at, cost, 0)).max().unwrap_or_default();
        if due > at {
            return Err(Instant::from_nanos(due));
        }
        windows.iter_mut().for_each(|window| window.take(at, cost));
        Ok(())
    }

    /// How long a call waits for its tokens when others come first, for `ahead` tokens together.
    pub(super) fn wait(&self, at: Instant, cost: u32, ahead: u32) -> Duration {
        let (mut windows, at) = (self.lock(), at.nanos());
        let due = windows.iter_mut().map(|window| window.due(at, cost, ahead)).max().unwrap_or_default();
        Duration::from_nanos(due.saturating_sub(at))
    }

    /// How many tokens there are in the window that has the fewest.
    pub(super) fn level(&self, at: Instant) -> Option<u64> {
        self.lock().iter_mut().filter_map(|window| window.level(at.nanos())).min()
    }

    /// Whether every window lets so many pass at once.
    pub(super) fn holds(&self, cost: u32) -> bool {
        self.lock().iter().all(|window| window.holds(cost))
    }

    pub(super) fn give_back(&self, cost: u32, at: Instant) {
        self.lock().iter_mut().for_each(|window| window.give_back(cost, at.nanos()));
    }

    /// Whether nothing is left of what was given out.
    pub(super) fn are_full(&mut self, at: Instant) -> bool {
        let windows = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        windows.iter_mut().all(|window| window.is_full(at.nanos()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    // As many tokens are missing as before, but never more than there are.
    fn inherit(&mut self, before: Self, now: u64) {
        match (self, before) {
            (
                Self::Smooth { full_at, interval, tolerance },
                Self::Smooth { full_at: before, interval: old, .. },
            ) => {
                let debt = super::gcra::owed(before.saturating_sub(now), old, *interval);
                *full_at = now.saturating_add(debt.min(interval.saturating_add(*tolerance)));
            }
            (Self::Smooth { full_at, interval, tolerance }, Self::Exact { per, mut times, .. }) => {
                forget(&mut times, per, now);
                let debt = interval.saturating_mul(times.len() as u64);
                *full_at = now.saturating_add(debt.min(interval.saturating_add(*tolerance)));
            }
            (Self::Exact { count, times, .. }, Self::Exact { times: before, .. }) => {
                let skip = before.len().saturating_sub(*count);
                times.extend(before.into_iter().skip(skip));
            }
            // Nobody knows any more when they were taken: it may have been just now.
            (Self::Exact { count, per, times }, Self::Smooth { full_at: before, interval: old, .. }) => {
                let price = if old == 0 { per.div_ceil(*count as u64) } else { old };
                let missing = before.saturating_sub(now).div_ceil(price.max(1));
                let missing = usize::try_from(missing).unwrap_or(usize::MAX).min(*count);
                times.extend(std::iter::repeat_n(now, missing));
            }
        }
    }

    /// When there are so many tokens for one who has others before him, for `ahead` tokens together.
    fn due(&mut self, at: u64, cost: u32, ahead: u32) -> u64 {
        let before = u64::from(ahead).saturating_add(cost.saturating_sub(1).into());
        match self {
            Self::Smooth { full_at, interval, tolerance } => {
                let others = interval.saturating_mul(before);
                (*full_at).max(at).saturating_add(others).saturating_sub(*tolerance)
            }
            Self::Exact { count, .. } if cost as usize > *count => u64::MAX,
            Self::Exact { count, per, times } => {
                forget(times, *per, at);
                exact_due(times, at, *count, *per, usize::try_from(before).unwrap_or(usize::MAX))
            }
        }
    }

    fn level(&mut self, at: u64) -> Option<u64> {
        match self {
            Self::Smooth { full_at, interval, tolerance } => {
                super::gcra::level(full_at.saturating_sub(at), *interval, *tolerance)
            }
            Self::Exact { count, per, times } => {
                forget(times, *per, at);
                u64::try_from(count.saturating_sub(times.len())).ok()
            }
        }
    }

    fn take(&mut self, at: u64, cost: u32) {
        match self {
            Self::Smooth { full_at, interval, .. } => {
                *full_at = (*full_at).max(at).saturating_add(interval.saturating_mul(cost.into()));
            }
            Self::Exact { times, .. } => times.extend((0..cost).map(|_| at)),
        }
    }

    fn holds(&self, cost: u32) -> bool {
        match self {
            Self::Smooth { interval, tolerance, .. } => {
                interval.saturating_mul(cost.saturating_sub(1).into()) <= *tolerance
            }
            Self::Exact { count, .. } => cost as usize <= *count,
        }
    }

    // Of an exact window those that were taken then: the place of another call is not free because this one's is not needed.
    fn give_back(&mut self, cost: u32, at: u64) {
        match self {
            Self::Smooth { full_at, interval, .. } => {
                *full_at = full_at.saturating_sub(interval.saturating_mul(cost.into()));
            }
            Self::Exact { times, .. } => {
                let end = times.partition_point(|time| *time <= at);
                times.drain(end.saturating_sub(cost as usize)..end);
            }
        }
    }

    fn is_full(&mut self, at: u64) -> bool {
        match self {
            Self::Smooth { full_at, .. } => *full_at <= at,
            Self::Exact { per, times, .. } => {
                forget(times, *per, at);
                times.is_empty()
            }
        }
    }
}

fn forget(times: &mut VecDeque<u64>, per: u64, at: u64) {
    while times.front().is_some_and(|first| first.saturating_add(per) <= at) {
        times.pop_front();
    }
}

/// When a place is free for one who has `ahead` others before him: when so many of the oldest have left the window
/// that he fits in. Those ahead will be in it too, a whole window later.
fn exact_due(times: &VecDeque<u64>, at: u64, count: usize, per: u64, ahead: usize) -> u64 {
    let Some(leaving) =
        times.len().saturating_add(ahead).saturating_add(1).checked_sub(count).filter(|leaving| *leaving > 0)
    else {
        return 0;
    };
    let (rounds, rest) = ((leaving - 1) / count, (leaving - 1) % count);
    // Where there is still room, those ahead take it now.
    let oldest = times.get(rest).copied().unwrap_or(at);
    oldest.saturating_add(per.saturating_mul(rounds as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gentle_dsl::Sentence;

    fn limit(text: &str) -> Windows {
        Windows::new(RateLimit::parse(text).unwrap().on().as_ref())
    }

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(0) + Duration::from_secs(1) + Duration::from_millis(millis)
    }

    #[test]
    fn two_windows_admit_both_or_neither() {
        let limit = limit("10/s and 12/m");
        assert_eq!((0..20).filter(|_| limit.take(at(0), 1).is_ok()).count(), 10);
        assert_eq!((0..20).filter(|_| limit.take(at(1_000), 1).is_ok()).count(), 2, "the minute's");
        assert_eq!(limit.take(at(1_000), 1), Err(at(5_000)), "a twelfth of a minute after the first");
        assert!(limit.take(at(5_000), 1).is_ok());
    }

    #[test]
    fn the_level_is_that_of_the_emptiest_window() {
        for text in ["3/s and 4/m", "3/s and 4/m, strict"] {
            let limit = limit(text);
            assert_eq!(limit.level(at(0)), Some(3), "{text}");
            (0..3).for_each(|_| limit.take(at(0), 1).unwrap());
            assert_eq!((limit.level(at(0)), limit.level(at(1_000))), (Some(0), Some(1)), "{text}");
        }
    }

    #[test]
    fn a_refusal_of_one_window_takes_nothing_from_the_other() {
        let limit = limit("1/s and 100/h");
        for millis in 0..50 {
            let _ = limit.take(at(millis), 1);
        }
        let admitted = (1..=99).filter(|second| limit.take(at(second * 1_000), 1).is_ok()).count();
        assert_eq!(admitted, 99);
    }

    #[test]
    fn a_strict_window_never_holds_more_wherever_it_begins() {
        let limit = limit("5/s strict");
        let times: Vec<u64> = (0..5_000).filter(|millis| limit.take(at(*millis), 1).is_ok()).collect();
        assert_eq!(times.len(), 25);
        for (first, sixth) in times.iter().zip(times.iter().skip(5)) {
            assert!(sixth - first >= 1_000, "six calls in {} ms", sixth - first);
        }
    }

    #[test]
    fn a_strict_window_tells_each_in_line_how_long_it_waits() {
        let limit = limit("2/s strict");
        limit.take(at(0), 1).unwrap();
        limit.take(at(300), 1).unwrap();
        let waits = [0, 1, 2, 3].map(|ahead| limit.wait(at(500), 1, ahead).as_millis());
        assert_eq!(waits, [500, 800, 1_500, 1_800]);
    }

    #[test]
    fn a_wide_window_with_room_for_all_in_line_makes_nobody_wait() {
        let limit = limit("1/s and 100/h");
        limit.take(at(0), 1).unwrap();
        assert_eq!(limit.wait(at(0), 1, 4), Duration::from_secs(5), "the hour has room for five");
    }

    #[test]
    fn those_ahead_for_whom_a_strict_window_has_room_take_it_now() {
        let limit = limit("2/s strict");
        assert_eq!([0, 1, 2, 4].map(|ahead| limit.wait(at(500), 1, ahead).as_millis()), [0, 0, 1_000, 2_000]);
        limit.take(at(0), 1).unwrap();
        assert_eq!([0, 1, 2].map(|ahead| limit.wait(at(500), 1, ahead).as_millis()), [0, 500, 1_000]);
    }

    #[test]
    fn a_token_given_back_late_does_not_free_the_place_of_another() {
        let limit = limit("2/s strict");
        limit.take(at(0), 1).unwrap();
        limit.take(at(900), 1).unwrap();
        limit.give_back(1, at(0));
        limit.take(at(950), 1).unwrap();
        assert!(limit.take(at(1_050), 1).is_err(), "two calls have begun within the second");
        limit.give_back(1, at(0));
        assert!(limit.take(at(1_050), 1).is_err(), "it has left the window long ago");
    }

    #[test]
    fn a_token_given_back_is_there_again_in_every_window() {
        let limit = limit("1/s and 1/h, strict");
        limit.take(at(0), 1).unwrap();
        limit.give_back(1, at(0));
        assert!(limit.take(at(0), 1).is_ok());
    }

    #[test]
    fn a_window_that_stays_keeps_what_it_has_given_out() {
        let limit = limit("5/s strict");
        (0..5).for_each(|_| limit.take(at(0), 1).unwrap());
        limit.set(&RateLimit::parse("7/s strict").unwrap().on().unwrap(), at(10));
        assert_eq!((0..5).filter(|_| limit.take(at(10), 1).is_ok()).count(), 2);
    }

    #[test]
    fn a_call_that_takes_several_tokens_takes_them_from_every_window_or_from_none() {
        let limit = limit("10/s and 12/m");
        assert!(limit.take(at(0), 8).is_ok());
        assert_eq!(limit.take(at(0), 3), Err(at(100)), "two are left of the second's");
        assert_eq!(limit.take(at(1_000), 5), Err(at(5_000)), "and four of the minute's");
        assert!(limit.take(at(1_000), 4).is_ok());
        assert!(limit.holds(10) && !limit.holds(11), "the smaller burst");
    }

    #[test]
    fn an_exact_window_counts_every_token_of_a_call() {
        let limit = limit("5/s strict");
        assert!(limit.take(at(0), 3).is_ok());
        assert!(limit.take(at(400), 2).is_ok());
        assert_eq!(limit.take(at(500), 4), Err(at(1_400)));
        assert_eq!(limit.wait(at(500), 2, 0).as_millis(), 500);
        assert_eq!(limit.wait(at(500), 2, 3).as_millis(), 900);
        limit.give_back(2, at(400));
        assert!(limit.take(at(500), 2).is_ok());
        assert!(limit.holds(5) && !limit.holds(6));
        assert!(limit.take(at(9_000), 6).is_err(), "never");
    }
}
