use std::sync::atomic::{AtomicU64, Ordering};

use gentle_dsl::{Budget, RateLimit};

use super::rate_limit::Gcra;
use crate::time::{Instant, now};

/// What an extra call costs, in ten-thousandths: as fine as a budget's percentage.
const PRICE: u64 = 10_000;
/// How many of them may be saved up in good times, so that a bad time cannot spend a whole day's savings.
const MOST: u64 = 100 * PRICE;

/// The savings of a budget for extra calls: every first attempt earns a share of one, every retry and every hedge costs
/// one; below that there is a floor, so that a function that is called seldom may make any at all.
///
/// After Finagle's `RetryBudget` and the client-side throttling of Google's SRE book, chapter 21.
#[derive(Debug)]
pub(crate) struct Purse {
    /// What a first attempt earns; zero means that there is no budget and they are free.
    share: AtomicU64,
    saved: AtomicU64,
    floor: Gcra,
}

impl Purse {
    pub(crate) const fn new(budget: Option<Budget>) -> Self {
        let budget_or_none = match budget {
            Some(budget) => budget,
            None => Budget::DEFAULT,
        };
        let share = if budget.is_some() { share(budget_or_none) } else { 0 };
        Self {
            share: AtomicU64::new(share),
            saved: AtomicU64::new(0),
            floor: Gcra::new(Some(&floor(budget_or_none))),
        }
    }

    pub(crate) fn set(&self, budget: Option<Budget>) {
        self.share.store(budget.map_or(0, share), Ordering::Relaxed);
        if let Some(budget) = budget {
            self.floor.set(Some(&floor(budget)), now());
        }
    }

    #[inline]
    pub(crate) fn deposit(&self) {
        let share = self.share.load(Ordering::Relaxed);
        if share > 0 && self.saved.load(Ordering::Relaxed) < MOST {
            self.saved.fetch_add(share, Ordering::Relaxed);
        }
    }

    /// How many retries are saved up beside those of the floor; `None` when retries are free.
    pub(crate) fn saved(&self) -> Option<f64> {
        let share = self.share.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "it is at most a hundred times the price")]
        let saved = self.saved.load(Ordering::Relaxed) as f64 / PRICE as f64;
        (share > 0).then_some(saved)
    }

    pub(crate) fn withdraw(&self, at: Instant) -> bool {
        if self.share.load(Ordering::Relaxed) == 0 {
            return true;
        }
        let paid = |saved: u64| saved.checked_sub(PRICE);
        self.saved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, paid).is_ok()
            || self.floor.take(at).is_ok()
    }
}

const fn share(budget: Budget) -> u64 {
    budget.share.as_hundredths() as u64
}

const fn floor(budget: Budget) -> RateLimit {
    RateLimit::new(budget.floor.count, budget.floor.per)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gentle_dsl::{Percent, Rate};
    use std::time::Duration;

    fn purse() -> Purse {
        let floor = Rate { count: 1, per: Duration::from_secs(3600) };
        Purse::new(Some(Budget { share: Percent::hundredths(2_000), floor }))
    }

    #[tokio::test(start_paused = true)]
    async fn five_calls_at_twenty_percent_earn_one_retry() {
        let purse = purse();
        assert!(purse.withdraw(now()), "the floor");
        assert!(!purse.withdraw(now()));
        for _ in 0..5 {
            purse.deposit();
        }
        assert!(purse.withdraw(now()));
        assert!(!purse.withdraw(now()));
    }

    #[tokio::test(start_paused = true)]
    async fn savings_are_bounded() {
        let purse = purse();
        for _ in 0..100_000 {
            purse.deposit();
        }
        let retries = (0..1_000).filter(|_| purse.withdraw(now())).count();
        assert!((100..=102).contains(&retries), "{retries}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_budget_retries_are_free() {
        let purse = Purse::new(None);
        assert!((0..1_000).all(|_| purse.withdraw(now())));
    }
}
