//! `retry`: a failure is tried again, after a delay that follows the back-off.

mod budget;
mod schedule;

use std::sync::atomic::{AtomicU32, Ordering};
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
    changes: AtomicU32,
    purse: Purse,
}

/// The delays of one call, good for as long as the sentence does not change.
#[derive(Debug)]
pub(crate) struct Course {
    schedule: Schedule,
    changes: u32,
}

impl Retrying {
    pub(crate) const fn new(retry: Option<Retry>) -> Self {
        let budget = match retry {
            Some(retry) => retry.withdraws(),
            None => None,
        };
        Self { sentence: Mutex::new(retry), changes: AtomicU32::new(0), purse: Purse::new(budget) }
    }

    /// Takes over another sentence, or none. Calls that have begun to retry go by it from their next failure on, so
    /// that `off` ends even those that would retry for ever.
    pub(crate) fn set(&self, retry: Option<Retry>) {
        *self.sentence.lock().unwrap_or_else(PoisonError::into_inner) = retry;
        self.purse.set(retry.and_then(|retry| retry.withdraws()));
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// The delays of a call that has made `attempts`; `None` when retrying is switched off.
    pub(crate) fn follow<'c>(
        &self,
        course: &'c mut Option<Course>,
        attempts: u32,
    ) -> Option<&'c mut Schedule> {
        let changes = self.changes.load(Ordering::Acquire);
        if course.as_ref().is_none_or(|course| course.changes != changes) {
            let sentence = *self.sentence.lock().unwrap_or_else(PoisonError::into_inner);
            *course = sentence.map(|retry| Course { schedule: Schedule::resumed(&retry, attempts), changes });
        }
        course.as_mut().map(|course| &mut course.schedule)
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
