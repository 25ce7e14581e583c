//! `retry`: a failure is tried again, after a delay that follows the back-off.
//!
//! **Use it** for failures that pass by themselves, around what may be done twice. It is no help against wrong input,
//! and many callers retrying a server that is down keep it down: give it a budget.
//!
//! **Read aloud:** `"exp(100ms..30s), 5 attempts, within 5m"` is exponential from 100 milliseconds to 30 seconds,
//! five attempts, within five minutes.
//!
//! | not written | means |
//! |---|---|
//! | anything: `on` | `exp(100ms..10s, x2), 3 attempts, jitter full, budget 20% floor 10/s` |
//! | a back-off | `exp(100ms..10s, x2)` |
//! | `attempts`, `retries`, `forever` | 3 attempts; with `within`, any number; with `list(…)`, one more than delays |
//! | `jitter` | full for `exp`, `linear` and `fib`, off for the others |
//! | `budget` | none |
//!
//! After the last attempt the operation's own error comes back unchanged. A delay that would end after `within` is
//! not slept: the error comes back then. One that would end after the call's timeout is not slept either: the call
//! ends at once as a timeout. A refusal by another policy is tried again only if it says when, not before that, and
//! not if that is beyond the ceiling of the back-off.
//!
//! **What is repeated** is a failure: any error, or what `failure_if` says, and where there is a `retry_if` what that says
//! and nothing else. With it a function can be retried that has no errors at all: `retry_if = |number: &u32| *number == 0`.
//! `retry_after` reads in an error when to come back: the pause is that long at least, and where that is beyond the ceiling
//! of the back-off, beyond `within` or beyond the time of the call, the error comes back at once. [`rules`](super::rules)
//! has all of it, also by hand.
//!
//! The budget allows so many retries for a hundred calls, and its floor in any case; when it is spent, the error comes
//! back.
//!
//! **Cost:** nothing but one look while calls succeed; arguments taken by value are cloned for each attempt.
//!
//! **What it emits:** [`RetryScheduled`](super::Event::RetryScheduled) with the delay; the same at level `DEBUG` in the log,
//! also when it has been tried for the last time. Its state shows what the budget has saved up.
//!
//! **Cancel safety:** a call given up during a delay forgets the delay. No permit is held meanwhile.
//!
//! **Live change:** calls that are retrying go by the new sentence from their next failure on; `off` ends them there.
//!
//! ```
//! use gentle::policy::Policies;
//! use std::cell::Cell;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let again = Policies::parse(r#"retry = "const(5ms), 3 attempts""#)?;
//! let tries = Cell::new(0);
//! let third_time_lucky = || async {
//!     tries.set(tries.get() + 1);
//!     if tries.get() < 3 { Err(anyhow::anyhow!("not yet")) } else { Ok(tries.get()) }
//! };
//! assert_eq!(again.call(third_time_lucky).await?, 3);
//! # Ok(())
//! # }
//! ```

mod schedule;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle_dsl::Setting;

pub use gentle_dsl::Retry;
pub use schedule::Schedule;

use super::budget::Purse;
use crate::telemetry::inspect::Facts;
use crate::time::Instant;

/// The state of one retry: what its budget has saved up.
///
/// The sentence is read when a call fails for the first time; a call that succeeds never looks at it.
#[derive(Debug)]
pub(crate) struct Retrying {
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
    pub(crate) const fn new(setting: &Setting<Retry>) -> Self {
        let budget = match setting {
            Setting::On(retry) => retry.withdraws(),
            Setting::Off => None,
        };
        Self { changes: AtomicU32::new(0), purse: Purse::new(budget) }
    }

    /// Takes over another sentence, or none. Calls that have begun to retry go by it from their next failure on, so
    /// that `off` ends even those that would retry for ever.
    pub(crate) fn set(&self, retry: Option<Retry>) {
        self.purse.set(retry.and_then(|retry| retry.withdraws()));
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// The next delay of a call that has made `attempts`, by the `sentence` now in force; `None` when there is none, or
    /// retrying is switched off. What is not followed by another attempt is not kept.
    pub(crate) fn follow(
        &self,
        course: &mut Option<Box<Course>>,
        attempts: u32,
        sentence: impl FnOnce() -> Option<Retry>,
        next: impl FnOnce(&mut Schedule) -> Option<Duration>,
    ) -> Option<Duration> {
        let changes = self.changes.load(Ordering::Acquire);
        match course {
            Some(course) if course.changes == changes => next(&mut course.schedule),
            _ => {
                let mut schedule = Schedule::resumed(&sentence()?, attempts);
                let delay = next(&mut schedule)?;
                *course = Some(Box::new(Course { schedule, changes }));
                Some(delay)
            }
        }
    }

    /// How it is doing.
    pub(crate) fn facts(&self) -> Facts {
        let saved = self.purse.saved();
        saved.map_or(Facts::new(), |saved| Facts::new().with("retries saved up", saved))
    }

    /// Notes the first attempt of a call: it earns a share of a retry.
    #[inline]
    pub(crate) fn earn(&self) {
        self.purse.deposit();
    }

    /// Pays for one retry, or for a hedge that has no budget of its own; `false` when the budget is spent.
    pub(crate) fn pay(&self, at: Instant) -> bool {
        self.purse.withdraw(at)
    }
}
