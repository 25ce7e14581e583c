//! `rate_limit`: so many calls in so much time; who comes too early waits its turn.
//!
//! The decision is the generic cell rate algorithm (ATM Forum, Traffic Management 4.0, 1996): one word holds the
//! moment at which the bucket would be full again, and a call is admitted when that moment is no further away
//! than the burst allows. An admission is one compare-and-swap; a refusal writes nothing.

mod gcra;

use std::sync::atomic::{AtomicU32, Ordering};

use gentle_dsl::{Key, Waiting};
use tokio::sync::Semaphore;

pub use gentle_dsl::RateLimit;

use super::patience::Patience;
use super::{Refusal, Rejected};
use crate::time::{Instant, now, sleep_until};
pub(crate) use gcra::Gcra;

/// The state of one rate limit: its bucket, and the queue of those who wait for it.
///
/// Waiters stand in line: the first holds the turn and sleeps until its token is due, nobody overtakes, and who
/// leaves hands the turn to the next.
#[derive(Debug)]
pub(crate) struct Limiter {
    bucket: Gcra,
    patience: Patience,
    waiting: AtomicU32,
    turn: Semaphore,
}

impl Limiter {
    pub(crate) const fn new(limit: Option<RateLimit>) -> Self {
        Self {
            bucket: Gcra::new(limit),
            patience: Patience::new(waits(limit)),
            waiting: AtomicU32::new(0),
            turn: Semaphore::const_new(1),
        }
    }

    /// Takes over another limit, or none, and keeps what the bucket has given out.
    pub(crate) fn set(&self, limit: Option<RateLimit>) {
        self.bucket.set(limit, now());
        self.patience.set(waits(limit));
    }

    /// Takes a token, waiting for it where the limit says so, but never into `deadline`. Returns the moment at which
    /// it was taken.
    ///
    /// # Cancel safety
    ///
    /// A token is taken in the same step that returns; who leaves before takes none and loses only its place.
    pub(crate) async fn acquire(&self, at: Instant, deadline: Instant) -> Result<Instant, Rejected> {
        if self.waiting.load(Ordering::Relaxed) == 0 && self.bucket.take(at).is_ok() {
            return Ok(at);
        }
        self.wait(at, deadline).await
    }

    /// Returns a token that was taken and not used.
    pub(crate) fn give_back(&self) {
        self.bucket.give_back();
    }

    async fn wait(&self, at: Instant, deadline: Instant) -> Result<Instant, Rejected> {
        let place = Place::take(&self.waiting);
        self.admit_to_queue(place.ahead, at, deadline)?;
        let _turn = self.turn.acquire().await;
        loop {
            let at = now();
            match self.bucket.take(at) {
                Ok(()) => return Ok(at),
                Err(due) => sleep_until(due).await,
            }
        }
    }

    fn admit_to_queue(&self, ahead: u32, at: Instant, deadline: Instant) -> Result<(), Rejected> {
        let wait = self.bucket.wait(at, ahead);
        let longest = self.patience.longest();
        let refuse = |policy, kind| Err(Rejected::new(policy, kind).after(wait));
        if longest.is_zero() {
            refuse(Key::RateLimit, Refusal::Full)
        } else if ahead >= self.patience.places() {
            refuse(Key::RateLimit, Refusal::QueueFull)
        } else if wait > longest {
            refuse(Key::RateLimit, Refusal::TooLong)
        } else if at + wait > deadline {
            refuse(Key::Timeout, Refusal::TooLong)
        } else {
            Ok(())
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// A place in the line; leaving it, by whatever way, makes room.
struct Place<'a> {
    waiting: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicU32) -> Self {
        Self { waiting, ahead: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

const fn waits(limit: Option<RateLimit>) -> Waiting {
    match limit {
        Some(limit) => limit.waits(),
        None => Waiting::Reject,
    }
}
