//! `timeout`: the whole call, or each attempt, may take so long and no longer.
//!
//! **Use it** around everything that waits for somebody else. It works by dropping the operation, so it cannot stop
//! what blocks its thread.
//!
//! **Read aloud:** `"10s, 2s each attempt, reserve 50ms"` is ten seconds, two seconds each attempt, reserve 50
//! milliseconds. The first covers everything: waiting for a token and a permit, all attempts, the delays between them. The
//! second covers one attempt, from the moment it has its token and its permit. The third is about the call around this
//! one: so much of its time is left for the way back.
//!
//! | not written | means |
//! |---|---|
//! | a time for the whole call | it takes as long as it takes, and as the call around it allows |
//! | `… each attempt` | as long as the call may take |
//! | `reserve` | none |
//!
//! Nothing else is assumed: what is not written does not end. An attempt that runs out of time is a failure, which a
//! [`retry`](super::retry) repeats; a call that does is over. Who would wait for a token beyond the end is refused
//! at once, a call whose time is up never reaches the operation, and an answer that comes at the very end is still
//! the answer.
//!
//! **Calls inside a call** inherit what is left of its time, if that is less than their own, minus their `reserve`: they wait for no token, no permit and no next attempt beyond it, and when it is over they are refused, as
//! timeouts, without running. That needs no word and no argument, and holds for whatever runs in the same task; one that
//! is spawned inherits nothing. A function with a `retry` alone, which cannot say that it was refused, stops retrying
//! and returns its last error. [`deadline`](super::deadline()) is that moment, for who has to tell it to somebody else, and
//! [`with_deadline`](super::with_deadline) sets it for what a request brings with it.
//!
//! **Cost:** the operation is asked first and the timer armed only if it does not answer at once, so a ready one
//! costs no timer. Nor does a call whose time ends with that of the
//! call around it: that one drops it. To hand on a deadline is two words for each poll.
//!
//! **What it emits:** [`AttemptRefused`](super::Event::AttemptRefused), and of an attempt that is cut off
//! [`AttemptFailed`](super::Event::AttemptFailed) too.
//!
//! **Cancel safety:** running out of time drops the operation: nothing of it runs on, except what it spawned.
//!
//! **Live change:** the limit of an attempt holds from the next attempt on, that of the whole call from the next call.
//!
//! ```
//! use gentle::policy::Policies;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let quick = Policies::parse(r#"timeout = "5ms""#)?;
//! let hangs = || std::future::pending::<Result<(), gentle::Rejected>>();
//! assert!(quick.call(hangs).await.unwrap_err().is_timeout());
//! # Ok(())
//! # }
//! ```

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::task::coop::unconstrained;

use gentle_dsl::Setting;

pub use gentle_dsl::Timeout;

use super::patience::nanos;
use crate::time::{Instant, sleep_until};

/// The two limits of one timeout, as words that can be changed while calls look at them.
#[derive(Debug)]
pub(crate) struct Limits {
    whole: AtomicU64,
    attempt: AtomicU64,
    reserve: AtomicU64,
}

const NONE: u64 = u64::MAX;

impl Limits {
    pub(crate) const fn new(setting: &Setting<Timeout>) -> Self {
        let (whole, attempt, reserve) = match setting {
            Setting::On(timeout) => words(Some(timeout)),
            Setting::Off => words(None),
        };
        Self {
            whole: AtomicU64::new(whole),
            attempt: AtomicU64::new(attempt),
            reserve: AtomicU64::new(reserve),
        }
    }

    /// Takes over other limits, or none. Calls that have begun keep theirs.
    pub(crate) fn set(&self, timeout: Option<Timeout>) {
        let (whole, attempt, reserve) = words(timeout.as_ref());
        self.whole.store(whole, Ordering::Relaxed);
        self.attempt.store(attempt, Ordering::Relaxed);
        self.reserve.store(reserve, Ordering::Relaxed);
    }

    /// When a call that begins at `at` must have ended.
    pub(crate) fn whole(&self, at: Instant) -> Instant {
        at.plus(self.whole.load(Ordering::Relaxed))
    }

    /// What is left of the time of the call around it, less what is reserved for the way back.
    pub(crate) fn left_of(&self, inherited: Instant) -> Instant {
        inherited.minus(self.reserve.load(Ordering::Relaxed))
    }

    /// When an attempt that begins at `at` must have ended.
    pub(crate) fn attempt(&self, at: Instant) -> Instant {
        at.plus(self.attempt.load(Ordering::Relaxed))
    }
}

const fn words(timeout: Option<&Timeout>) -> (u64, u64, u64) {
    match timeout {
        Some(timeout) => (word(timeout.whole()), word(timeout.attempt()), nanos(timeout.reserved())),
        None => (NONE, NONE, 0),
    }
}

const fn word(limit: Option<Duration>) -> u64 {
    match limit {
        Some(limit) => nanos(limit),
        None => NONE,
    }
}

/// Ends at `deadline`. An operation that never runs out of work uses up what tokio lets a task do in one go; the timer
/// beside it must fire all the same.
pub(crate) fn expired(deadline: Instant) -> impl Future<Output = ()> + Send {
    unconstrained(sleep_until(deadline))
}

/// Runs `operation` until `deadline`; `None` when the time was up first.
///
/// # Cancel safety
///
/// Dropping the future drops the operation and its timer.
pub(crate) async fn until<F: Future>(deadline: Instant, mut operation: Pin<&mut F>) -> Option<F::Output> {
    let mut timer = pin!(None);
    poll_fn(|cx| {
        if let Poll::Ready(output) = operation.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        if deadline == Instant::FAR {
            return Poll::Pending;
        }
        if timer.is_none() {
            timer.set(Some(expired(deadline)));
        }
        match timer.as_mut().as_pin_mut() {
            Some(timer) => timer.poll(cx).map(|()| None),
            None => Poll::Pending,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::now;

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_time_is_the_answer() {
        let deadline = now() + Duration::from_secs(1);
        assert_eq!(until(deadline, pin!(async { 7 })).await, Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_out_at_the_deadline_and_not_later() {
        let begun = now();
        let deadline = begun + Duration::from_secs(1);
        assert_eq!(until(deadline, pin!(std::future::pending::<()>())).await, None);
        assert_eq!(now() - begun, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_was_cut_off_is_dropped() {
        let alive = std::sync::Arc::new(());
        let held = alive.clone();
        let deadline = now() + Duration::from_millis(1);
        {
            let operation = pin!(async move {
                std::future::pending::<()>().await;
                drop(held);
            });
            until(deadline, operation).await;
        }
        assert_eq!(std::sync::Arc::strong_count(&alive), 1);
    }
}
