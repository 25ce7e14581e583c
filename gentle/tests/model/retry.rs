//! A retry, as a function from the number of attempts to a delay, and a purse.

use gentle::policy::{Backoff, Budget, RateLimit, Retry, Tries};

use crate::bucket::Rate;
use crate::time::{FAR, Time, nanos};

/// What one retry costs, in hundredths of a percent, and the most that can be saved.
const PRICE: u64 = 10_000;
const MOST: u64 = 100 * PRICE;

pub(crate) struct Retrying {
    pub(crate) sentence: Option<Retry>,
    share: u64,
    saved: u64,
    floor: Rate,
}

impl Retrying {
    pub(crate) fn new(sentence: Option<Retry>) -> Self {
        let budget = sentence.and_then(|retry| retry.withdraws());
        let floor = Rate::new(Some(floor(budget.unwrap_or(Budget::DEFAULT))));
        Self { sentence, share: budget.map_or(0, share), saved: 0, floor }
    }

    pub(crate) fn set(&mut self, sentence: Option<Retry>, at: Time) {
        self.sentence = sentence;
        let budget = sentence.and_then(|retry| retry.withdraws());
        self.share = budget.map_or(0, share);
        if let Some(budget) = budget {
            self.floor.set(Some(floor(budget)), at);
        }
    }

    /// A first attempt was made.
    pub(crate) fn earn(&mut self) {
        if self.saved < MOST {
            self.saved += self.share;
        }
    }

    pub(crate) fn pay(&mut self, at: Time) -> bool {
        if self.share == 0 {
            return true;
        }
        match self.saved.checked_sub(PRICE) {
            Some(rest) => {
                self.saved = rest;
                true
            }
            None => self.floor.take(at).is_ok(),
        }
    }

    /// How long to wait after so many attempts, `elapsed` after the first one began and at least as long as a refusal
    /// said; `None` where no attempt is left.
    pub(crate) fn delay(&self, made: u32, elapsed: u64, hint: u64) -> Option<u64> {
        let retry = self.sentence?;
        if matches!(retry.tries(), Tries::Attempts(most) if made >= most) || hint > ceiling(retry) {
            return None;
        }
        let delay = plain(retry, made).max(hint);
        let late = retry.limit().is_some_and(|within| elapsed + delay > nanos(within));
        (!late).then_some(delay)
    }
}

fn share(budget: Budget) -> u64 {
    budget.share.as_hundredths().into()
}

fn floor(budget: Budget) -> RateLimit {
    RateLimit::new(budget.floor.count, budget.floor.per).reject()
}

fn plain(retry: Retry, made: u32) -> u64 {
    match retry.backoff() {
        Backoff::Now => 0,
        Backoff::Const(delay) => nanos(delay),
        Backoff::List(delays) => {
            let delays = delays.as_slice();
            delays.get(made as usize - 1).or(delays.last()).copied().map_or(0, nanos)
        }
        Backoff::Linear { from, to } => (nanos(from) * u64::from(made)).min(nanos(to)),
        Backoff::Fib { from, to } => {
            let (mut this, mut next) = (nanos(from), nanos(from));
            for _ in 1..made {
                (this, next) = (next, this.saturating_add(next));
            }
            this.min(nanos(to))
        }
        // All of the factors here are twos.
        Backoff::Exp { from, to, .. } => (nanos(from) << (made - 1).min(20)).min(nanos(to)),
    }
}

fn ceiling(retry: Retry) -> u64 {
    match retry.backoff() {
        Backoff::Linear { to, .. } | Backoff::Fib { to, .. } | Backoff::Exp { to, .. } => nanos(to),
        Backoff::Now | Backoff::Const(_) | Backoff::List(_) => FAR,
    }
}
