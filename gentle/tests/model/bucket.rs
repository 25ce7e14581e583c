//! A rate limit, as windows of which each knows what is missing in it.

use gentle::policy::{RateLimit, Turn, Waiting};

use crate::time::{FAR, Time, nanos};

/// A limit and the line before it.
pub(crate) struct Rate {
    windows: Vec<Window>,
    limit: Option<RateLimit>,
    /// Who stands in line, the first one first.
    line: Vec<Place>,
    /// Who has been handed a token, when, and has not come for it yet.
    handed: Vec<(usize, Time)>,
    changes: u32,
}

/// One call's place in the line.
struct Place {
    call: usize,
    patient_until: Time,
    changes: u32,
}

enum Window {
    /// So much time is `missing` at a moment until it holds its `capacity` again, of which each token takes one interval.
    Smooth { interval: u64, capacity: u64, missing: u64, at: Time },
    /// When the last tokens were taken.
    Exact { count: usize, per: u64, taken: Vec<Time> },
}

/// Why a call may not stand in line.
#[derive(Clone, Copy)]
pub(crate) enum Impatient {
    Full,
    QueueFull,
    TooLong,
    Deadline,
}

impl Rate {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self {
            windows: limit.iter().flat_map(windows).collect(),
            limit,
            line: Vec::new(),
            handed: Vec::new(),
            changes: 0,
        }
    }

    pub(crate) fn set(&mut self, limit: Option<RateLimit>, at: Time) {
        // While one smooth window is all there is, a debt has no price as long as there is no limit.
        let one = matches!(self.windows[..], [Window::Smooth { .. }]);
        let priced = self.limit.is_some() || !one;
        self.limit = limit;
        self.changes += 1;
        let Some(limit) = &self.limit else { return };
        let before = std::mem::replace(&mut self.windows, windows(limit));
        for (window, before) in self.windows.iter_mut().zip(before) {
            window.inherit(before, priced, at);
        }
    }

    /// Takes a token where nobody waits.
    pub(crate) fn take_freely(&mut self, at: Time) -> bool {
        self.line.is_empty() && self.take(at).is_ok()
    }

    /// Takes a token, or says when it is due.
    pub(crate) fn take(&mut self, at: Time) -> Result<(), Time> {
        if self.limit.is_none() {
            return Ok(());
        }
        self.forget(at);
        let due = self.windows.iter().map(|window| window.due(at, 0)).max().unwrap_or(at);
        if due > at {
            return Err(due);
        }
        self.windows.iter_mut().for_each(|window| window.take(at));
        Ok(())
    }

    /// Gives back the token that was taken then.
    pub(crate) fn give_back(&mut self, taken_at: Time, at: Time) {
        if self.limit.is_some() {
            self.windows.iter_mut().for_each(|window| window.give_back(taken_at, at));
        }
    }

    /// Takes a place in the line, or says why not and how long the wait would be.
    pub(crate) fn join(&mut self, call: usize, at: Time, deadline: Time) -> Result<(), (Impatient, u64)> {
        let (longest, places) = patience(self.limit.map(|limit| limit.waits()));
        self.forget(at);
        let wait = self.wait(at);
        let why = if longest == 0 {
            Impatient::Full
        } else if self.line.len() >= places {
            Impatient::QueueFull
        } else if wait > longest {
            Impatient::TooLong
        } else if deadline != FAR && at.saturating_add(wait) >= deadline {
            Impatient::Deadline
        } else {
            let patient_until = at.saturating_add(longest);
            self.line.push(Place { call, patient_until, changes: self.changes });
            return Ok(());
        };
        Err((why, wait))
    }

    /// Hands out the tokens there are, if it is the first in line who looks; or says when the next one is due, if that is
    /// too late for it under a limit that is another one than when it came.
    pub(crate) fn look(&mut self, call: usize, at: Time) -> Result<(), Time> {
        if self.line.first().is_none_or(|first| first.call != call) {
            return Ok(());
        }
        while !self.line.is_empty() {
            match self.take(at) {
                Ok(()) => {
                    let next = self.line.remove(0);
                    self.handed.push((next.call, at));
                }
                Err(due) => {
                    let first = &self.line[0];
                    let moved = due > first.patient_until && first.changes != self.changes;
                    return if moved && first.call == call { Err(due) } else { Ok(()) };
                }
            }
        }
        Ok(())
    }

    /// The token that it was handed, by the moment at which it was taken.
    pub(crate) fn comes(&mut self, call: usize) -> Option<Time> {
        let place = self.handed.iter().position(|(other, _)| *other == call)?;
        Some(self.handed.remove(place).1)
    }

    pub(crate) fn leave(&mut self, call: usize) {
        self.line.retain(|place| place.call != call);
    }

    // What no longer counts is not remembered for a longer window that may come.
    fn forget(&mut self, at: Time) {
        for window in self.windows.iter_mut().filter(|_| self.limit.is_some()) {
            if let Window::Exact { per, taken, .. } = window {
                taken.retain(|moment| moment + *per > at);
            }
        }
    }

    // Each window for itself, as if there were no other.
    fn wait(&self, at: Time) -> u64 {
        let windows = self.windows.iter().filter(|_| self.limit.is_some());
        windows.map(|window| window.due(at, self.line.len()).saturating_sub(at)).max().unwrap_or(0)
    }
}

fn windows(limit: &RateLimit) -> Vec<Window> {
    let window = |(place, rate): (usize, &gentle::policy::Rate)| {
        if limit.is_strict() {
            return Window::Exact { count: rate.count as usize, per: nanos(rate.per), taken: Vec::new() };
        }
        let capacity = if place == 0 { limit.capacity() } else { rate.count };
        let interval = nanos(rate.per).div_ceil(rate.count.into());
        Window::Smooth { interval, capacity: capacity.into(), missing: 0, at: 0 }
    };
    limit.windows().iter().enumerate().map(window).collect()
}

impl Window {
    // As many tokens are missing as before, but never more than there are.
    fn inherit(&mut self, before: Self, priced: bool, now: Time) {
        let left = missing(&before, now);
        match (self, before) {
            (Self::Smooth { interval, capacity, missing, at }, Self::Smooth { interval: old, .. }) => {
                let scaled = u128::from(left) * u128::from(*interval) / u128::from(old);
                let left = if priced { u64::try_from(scaled).unwrap() } else { left };
                (*missing, *at) = (left.min(*interval * *capacity), now);
            }
            (Self::Smooth { interval, capacity, missing, at }, Self::Exact { per, taken, .. }) => {
                let tokens = taken.iter().filter(|moment| **moment + per > now).count() as u64;
                (*missing, *at) = (*interval * tokens.min(*capacity), now);
            }
            (Self::Exact { count, taken, .. }, Self::Exact { taken: before, .. }) => {
                *taken = before[before.len().saturating_sub(*count)..].to_vec();
            }
            (Self::Exact { count, per, taken }, Self::Smooth { interval: old, .. }) => {
                let price = if priced { old } else { per.div_ceil(*count as u64) };
                let tokens = usize::try_from(left.div_ceil(price)).unwrap();
                *taken = vec![now; tokens.min(*count)];
            }
        }
    }

    /// When there is a token for one who has so many before him.
    fn due(&self, now: Time, ahead: usize) -> Time {
        match self {
            Self::Smooth { interval, capacity, .. } => {
                let missing = missing(self, now) + interval * (ahead as u64 + 1);
                now + missing.saturating_sub(interval * capacity)
            }
            Self::Exact { count, per, taken } => {
                let mut taken = taken.clone();
                let mut due = now;
                for _ in 0..=ahead {
                    if taken.len() >= *count {
                        due = due.max(taken[taken.len() - count] + per);
                    }
                    taken.push(due);
                }
                due
            }
        }
    }

    fn take(&mut self, now: Time) {
        let left = missing(self, now);
        match self {
            Self::Smooth { interval, missing, at, .. } => (*missing, *at) = (left + *interval, now),
            Self::Exact { taken, .. } => taken.push(now),
        }
    }

    fn give_back(&mut self, taken_at: Time, now: Time) {
        let left = missing(self, now);
        match self {
            Self::Smooth { interval, missing, at, .. } => {
                (*missing, *at) = (left.saturating_sub(*interval), now);
            }
            Self::Exact { taken, .. } => {
                if let Some(place) = taken.iter().rposition(|moment| *moment == taken_at) {
                    taken.remove(place);
                }
            }
        }
    }
}

fn missing(window: &Window, now: Time) -> u64 {
    match window {
        Window::Smooth { missing, at, .. } => missing.saturating_sub(now - at),
        Window::Exact { .. } => 0,
    }
}

/// The longest wait and the most places.
pub(crate) fn patience(waiting: Option<Waiting>) -> (u64, usize) {
    match waiting {
        None => (FAR, usize::MAX),
        Some(Waiting::Turn(Turn { within, queue })) => {
            (within.map_or(FAR, nanos), queue.map_or(usize::MAX, |queue| queue as usize))
        }
        Some(_) => (0, 0),
    }
}
