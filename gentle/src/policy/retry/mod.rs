//! `retry`: a failure is tried again, after a delay that follows the back-off.

mod budget;
mod schedule;

use std::sync::{Mutex, PoisonError};

pub use gentle_dsl::Retry;
pub use schedule::Schedule;

use budget::Purse;

use crate::time::Instant;

/// The state of one retry: its sentence, and what its budget has saved up.
///
/// The sentence is read when a call fails for the first time; a call that succeeds never looks at it.
#[derive(Debug)]
pub(crate) struct Retrying {
    sentence: Mutex<Option<Retry>>,
    purse: Purse,
}

impl Retrying {
    pub(crate) const fn new(retry: Option<Retry>) -> Self {
        let budget = match retry {
            Some(retry) => retry.withdraws(),
            None => None,
        };
        Self { sentence: Mutex::new(retry), purse: Purse::new(budget) }
    }

    /// Takes over another sentence, or none; calls that have begun to retry keep the one they began with.
    pub(crate) fn set(&self, retry: Option<Retry>) {
        *self.sentence.lock().unwrap_or_else(PoisonError::into_inner) = retry;
        self.purse.set(retry.and_then(|retry| retry.withdraws()));
    }

    /// The delays of one call that failed; `None` when retrying is switched off.
    pub(crate) fn schedule(&self) -> Option<Schedule> {
        let sentence = *self.sentence.lock().unwrap_or_else(PoisonError::into_inner);
        sentence.map(|retry| Schedule::new(&retry))
    }

    /// Notes the first attempt of a call: it earns a share of a retry.
    pub(crate) fn earn(&self) {
        self.purse.deposit();
    }

    /// Pays for one retry; `false` when the budget is spent.
    pub(crate) fn pay(&self, at: Instant) -> bool {
        self.purse.withdraw(at)
    }
}
