//! `rate_limit`: so many calls in so much time; who comes too early waits its turn.
//!
//! **Use it** to stay below what another party allows, or to be fair to it. It counts beginnings, not what is going
//! on at the same time: for that there is [`bulkhead`](super::bulkhead). It counts for this process alone.
//!
//! **Read aloud:** `"5/500ms burst 10 wait 2s"` is five per 500 milliseconds, burst ten, wait two seconds: ten a
//! second, ten at once after a quiet time, and who would wait longer than two seconds is refused at once.
//!
//! | not written | means |
//! |---|---|
//! | `burst` | as many as the rate counts: `5/500ms` lets five pass at once |
//! | `wait`, `queue`, `reject` | wait in turn, as long as the call's timeout allows, without one as long as it takes |
//! | `queue` beside `wait 2s` | as many as the rate serves in that time |
//!
//! **Several windows:** `"100/s and 5_000/h"` admits what both admit, and takes from both or from neither. **Exact:**
//! `"100/s strict"` never lets more than a hundred pass in any second, wherever that second begins, and remembers the
//! moments of the last hundred calls for it. Without `strict` a bucket may give its burst at the end of one second and
//! what came in meanwhile at the beginning of the next.
//!
//! What would wait too long is refused before it waits, and [`Rejected::retry_after`] says when to come back; a
//! [`retry`](super::retry) heeds that. A token goes back when its call never begins, as when a bulkhead refuses it.
//!
//! **What a call costs:** one token, or as many as `cost = batch.len()` says in the attribute and
//! [`Policies::cost`](super::Policies::cost) by hand. It waits until all of them are there, and nobody who wants fewer
//! overtakes it. A call that wants more than there ever are at once can never pass: it is refused as
//! [`Refusal::TooLarge`], without a time to come back.
//!
//! **For each:** `"20/s each tenant"` is twenty a second for each tenant: see [`each`](super::each).
//!
//! **Closed:** an answer that says when to come back closes the limit for that long, where `retry_after` tells how to read
//! it (see [`rules`](super::rules)); a limit for each key only for that key. Nobody is admitted meanwhile, not even who has a
//! token and stands in the queue of a bulkhead; afterwards the bucket is empty, and calls go on one by one. A change of the
//! limit opens it.
//!
//! **Cost:** an admission is one compare-and-swap, a refusal writes nothing; several windows, and exact ones, take a lock
//! for as long as that; one timer for the whole line. A timer is
//! a millisecond coarse and always late, never early: with a burst of one, `1/10ms` gives a little less than
//! `100/s`.
//!
//! **What it emits:** [`AttemptRefused`](super::Event::AttemptRefused). Its state shows `tokens`, `waiting`, and the `wait` of
//! one who comes now.
//!
//! **Cancel safety:** a call given up in the line takes no token and leaves no gap; the others move up.
//!
//! **Live change:** what was given out stays given out, counted in tokens; those in line go on at the new rate.
//!
//! ```
//! use gentle::policy::Policies;
//! use gentle::time::now;
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let gently = Policies::parse(r#"rate_limit = "2/20ms""#)?;
//! let begun = now();
//! for _ in 0..4 {
//!     gently.call(|| async { Ok::<_, gentle::Rejected>(()) }).await?;
//! }
//! assert!(now() - begun >= Duration::from_millis(20), "two at once, the others one every 10 ms");
//! # Ok(())
//! # }
//! ```
//!
//! The decision is the generic cell rate algorithm (ATM Forum, Traffic Management 4.0, 1996): one word holds the
//! moment at which the bucket would be full again, and a call is admitted when that moment is no further away
//! than the burst allows.

mod bucket;
mod gcra;
mod windows;

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gentle_dsl::{Key, Setting, Turn, Waiting};

pub use gentle_dsl::RateLimit;

use super::patience::Patience;
use super::{Refusal, Rejected, timeout};
use crate::telemetry::inspect::Facts;
use crate::time::{Instant, now, sleep_until};
pub(crate) use bucket::Bucket;
use bucket::{Ahead, Line, Terms};
pub(crate) use gcra::Gcra;

/// The terms of one rate limit, and its own bucket. Who is kept apart from the others brings a bucket of his own.
///
/// The first in line holds the turn and sleeps until its token is due, nobody overtakes, and who leaves hands the
/// turn to the next. Who stands in line keeps the patience it came with, whatever the limit becomes meanwhile.
#[derive(Debug)]
pub(crate) struct Limiter {
    terms: Terms,
    patience: Patience,
    changes: AtomicU32,
    bucket: Bucket,
}

/// What one call meets: a limit, the bucket that it takes from, and how many tokens it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap<'a> {
    limiter: &'a Limiter,
    bucket: &'a Bucket,
    cost: u32,
}

/// Tokens that were taken. Dropped before the call they were taken for begins, they go back.
#[derive(Debug)]
pub(crate) struct Token<'a>(Tap<'a>);

impl Token<'_> {
    pub(crate) fn spend(self) {
        std::mem::forget(self);
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        let Tap { limiter, bucket, cost } = self.0;
        limiter.terms.give_back(bucket, cost);
        bucket.wake();
    }
}

impl Limiter {
    /// A limit as it is declared in a constant.
    pub(crate) const fn declared(setting: &'static Setting<RateLimit>) -> Self {
        match setting {
            Setting::On(limit) => Self::of(Terms::declared(Some(limit)), Some(limit)),
            Setting::Off => Self::of(Terms::declared(None), None),
        }
    }

    pub(crate) fn given(limit: Option<RateLimit>) -> Self {
        Self::of(Terms::given(limit.as_ref()), limit.as_ref())
    }

    const fn of(terms: Terms, limit: Option<&RateLimit>) -> Self {
        let patience = Patience::new(waits(limit));
        Self { terms, patience, changes: AtomicU32::new(0), bucket: Bucket::new() }
    }

    /// Takes over another limit, or none. All buckets keep what they have given out: its own and the `others`.
    pub(crate) fn set(&self, limit: Option<&RateLimit>, others: impl Fn(&mut dyn FnMut(&Bucket))) {
        self.patience.set(waits(limit));
        let (change, at) = (self.terms.set(limit), now());
        let every = |act: &mut dyn FnMut(&Bucket)| {
            act(&self.bucket);
            others(act);
        };
        every(&mut |bucket| bucket.carry(change, limit, at));
        self.terms.switch(limit);
        self.changes.fetch_add(1, Ordering::Relaxed);
        every(&mut Bucket::wake);
    }

    /// How its own bucket is doing.
    pub(crate) fn facts(&self) -> Facts {
        let (at, line) = (now(), self.bucket.line.now());
        let Some(tokens) = self.terms.level(&self.bucket, at) else { return Facts::new() };
        let facts = Facts::new().with("tokens", tokens).with("waiting", line.people(1));
        facts.with("wait", self.terms.wait(&self.bucket, at, 1, line.tokens()))
    }

    /// One token out of its own bucket.
    #[inline]
    pub(crate) const fn tap(&self) -> Tap<'_> {
        Tap { limiter: self, bucket: &self.bucket, cost: 1 }
    }

    /// So many tokens, out of another bucket where there is one.
    #[inline]
    pub(crate) fn tap_of<'a>(&'a self, bucket: Option<&'a Bucket>, cost: u32) -> Tap<'a> {
        Tap { limiter: self, bucket: bucket.unwrap_or(&self.bucket), cost }
    }
}

impl<'a> Tap<'a> {
    /// Takes the tokens if they are there and nobody waits for any.
    #[inline]
    pub(crate) fn try_take(self, at: Instant) -> bool {
        let Self { limiter, bucket, cost } = self;
        cost == 0 || (bucket.line.is_empty() && limiter.terms.take(bucket, at, cost).is_ok())
    }

    /// Takes the tokens in the same way; dropped before the call begins, they go back.
    pub(crate) fn try_acquire(self, at: Instant) -> Option<Token<'a>> {
        // A bucket that is closed is empty, unless somebody changes it in this very moment.
        (!self.is_closed(at) && self.try_take(at)).then(|| Token(self))
    }

    /// Leaves the other side alone for so long: it has asked for it. Those in line wait that much longer, or are
    /// refused if that is more than they came for.
    #[cold]
    pub(crate) fn close(self, time: Duration) {
        let Self { limiter, bucket, .. } = self;
        limiter.terms.close(bucket, now() + time);
        limiter.changes.fetch_add(1, Ordering::Relaxed);
        bucket.wake();
    }

    /// Whether it was closed, and still is.
    pub(crate) fn is_closed(self, at: Instant) -> bool {
        self.limiter.terms.is_closed(self.bucket, at)
    }

    /// Gives back tokens that were taken for a call that does not begin.
    #[cold]
    pub(crate) fn give_back(self) {
        drop(Token(self));
    }

    /// Whether a call that has to wait would be refused at once.
    pub(crate) fn admits_waiting(self, at: Instant, deadline: Instant) -> Result<(), Rejected> {
        self.admissible(self.bucket.line.now(), self.limiter.patience.longest(), at, deadline)
    }

    /// Takes the tokens, waiting for them where the limit says so, but never into `deadline`. Returns them with the
    /// moment at which they were taken.
    ///
    /// # Cancel safety
    ///
    /// Tokens are taken in the same step that returns them; who leaves before loses only its place.
    pub(crate) async fn acquire(
        self,
        at: Instant,
        deadline: Instant,
    ) -> Result<(Token<'a>, Instant), Rejected> {
        if let Some(token) = self.try_acquire(at) {
            return Ok((token, at));
        }
        let place = self.join(at, deadline)?;
        let turn = pin!(self.take_turn(&place));
        timeout::until(deadline, turn).await.unwrap_or(Err(Rejected::new(Key::Timeout, Refusal::Elapsed)))
    }

    // Only who may stay takes a place: one who is being refused must not look like a line to those who come after.
    fn join(self, at: Instant, deadline: Instant) -> Result<Place<'a>, Rejected> {
        let Self { limiter, bucket, cost } = self;
        let changes = limiter.changes.load(Ordering::Relaxed);
        let longest = limiter.patience.longest();
        let mut ahead = bucket.line.now();
        loop {
            self.admissible(ahead, longest, at, deadline)?;
            match bucket.line.join(ahead, cost) {
                Ok(()) => return Ok(Place { line: &bucket.line, cost, until: at + longest, changes }),
                Err(seen) => ahead = seen,
            }
        }
    }

    fn admissible(
        self,
        ahead: Ahead,
        longest: Duration,
        at: Instant,
        deadline: Instant,
    ) -> Result<(), Rejected> {
        self.fits()?;
        let wait = self.limiter.terms.wait(self.bucket, at, self.cost, ahead.tokens());
        let refuse = |policy, kind| Err(Rejected::new(policy, kind).after(wait));
        if longest.is_zero() {
            refuse(Key::RateLimit, Refusal::Full)
        } else if ahead.people(self.cost) >= self.limiter.patience.places() {
            refuse(Key::RateLimit, Refusal::QueueFull)
        } else if wait > longest {
            refuse(Key::RateLimit, Refusal::TooLong)
        } else if deadline != Instant::FAR && at + wait >= deadline {
            refuse(Key::Timeout, Refusal::TooLong)
        } else {
            Ok(())
        }
    }

    // No wait is long enough for more tokens than there ever are at once.
    fn fits(self) -> Result<(), Rejected> {
        let fits = self.limiter.terms.holds(self.bucket, self.cost);
        if fits { Ok(()) } else { Err(Rejected::new(Key::RateLimit, Refusal::TooLarge)) }
    }

    async fn take_turn(self, place: &Place<'_>) -> Result<(Token<'a>, Instant), Rejected> {
        let Self { limiter, bucket, cost } = self;
        let rest = limiter.terms.rest(bucket);
        let _turn = rest.turn.acquire().await;
        loop {
            let at = now();
            let due = match limiter.terms.take_if_open(bucket, at, cost) {
                Ok(()) => return Ok((Token(self), at)),
                Err(due) => due,
            };
            if limiter.changes.load(Ordering::Relaxed) != place.changes {
                self.fits()?;
                if due > place.until {
                    return Err(Rejected::new(Key::RateLimit, Refusal::TooLong).after(due - at));
                }
            }
            tokio::select! {
                () = rest.moved.notified() => {}
                () = sleep_until(due) => {}
            }
        }
    }
}

/// A place in the line; leaving it, by whatever way, makes room.
struct Place<'a> {
    line: &'a Line,
    cost: u32,
    until: Instant,
    changes: u32,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.leave(self.cost);
    }
}

// Without a limit nobody is refused, not even behind those who still wait under the one there was.
const fn waits(limit: Option<&RateLimit>) -> Waiting {
    match limit {
        Some(limit) => limit.waits(),
        None => Waiting::Turn(Turn::UNBOUNDED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    const MICROSECOND: Duration = Duration::from_micros(1);

    /// Four threads ask as fast as they can, each a microsecond after the last one asked. How many were admitted.
    fn hammer(limiter: &Limiter, calls: u32) -> u32 {
        let (clock, admitted) = (AtomicU32::new(0), AtomicU32::new(0));
        let ask = || {
            while let Some(at) = tick(&clock, calls) {
                let mut call = pin!(limiter.tap().acquire(at, Instant::FAR));
                let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                if let Poll::Ready(Ok((token, _))) = polled {
                    token.spend();
                    admitted.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(ask))));
        admitted.into_inner()
    }

    fn tick(clock: &AtomicU32, last: u32) -> Option<Instant> {
        let tick = clock.fetch_add(1, Ordering::Relaxed);
        (tick < last).then(|| Instant::from_nanos(0) + Duration::from_secs(1) + MICROSECOND * tick)
    }

    #[test]
    fn threads_together_never_get_more_than_the_burst_and_the_rate() {
        let limiter = Limiter::given(Some(RateLimit::new(10, Duration::from_millis(1)).burst(50).reject()));
        let admitted = hammer(&limiter, 200_000);
        assert!(admitted <= 50 + 2_000, "{admitted}");
    }

    #[test]
    fn those_who_are_refused_do_not_keep_the_token_from_others() {
        for limit in [
            RateLimit::new(10, Duration::from_millis(1)).burst(50),
            RateLimit::new(50, Duration::from_millis(5)),
        ] {
            for limit in [limit.reject(), limit.wait(Duration::from_nanos(1))] {
                let admitted = hammer(&Limiter::given(Some(limit)), 200_000);
                assert!(admitted >= 1_990, "{limit}: {admitted}");
            }
        }
    }
}
