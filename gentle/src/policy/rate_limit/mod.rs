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
//! | `fifo`, `lifo` | `fifo`: first come, first served |
//!
//! **Several windows:** `"100/s and 5_000/h"` admits what both admit, and takes from both or from neither. **Exact:**
//! `"100/s strict"` never lets more than a hundred pass in any second, wherever that second begins, and remembers the
//! moments of the last hundred calls for it. Without `strict` a bucket may give its burst at the end of one second and
//! what came in meanwhile at the beginning of the next.
//!
//! **`lifo`** serves the newest of those that wait first. How long one waits then depends on who comes later: so only who
//! would wait too long even if nobody came is refused before it waits, and the others when their time is up.
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
//! for as long as that; one timer for the whole line, and under `lifo` one for each whose wait is bounded. A timer is
//! a millisecond coarse and always late, never early: with a burst of one, `1/10ms` gives a little less than
//! `100/s`.
//!
//! **What it emits:** [`AttemptRefused`](super::Event::AttemptRefused). Its state shows `tokens`, `waiting`, and the `wait` of
//! one who comes now.
//!
//! **Cancel safety:** a call given up in the line takes no token and leaves no gap; the others move up.
//!
//! **Live change:** what was given out stays given out, counted in tokens, also between one window and several; an exact
//! one takes what a smooth one has given out as given out just now. Those in line go on at the new rate, and keep their
//! places from `fifo` to `lifo`.
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
use std::time::Duration;

use gentle_dsl::{Key, Order, Setting, Turn, Waiting};

pub use gentle_dsl::RateLimit;

use super::line::{Left, Line, Ticket};
use super::patience::Patience;
use super::sync::{AtomicU32, Ordering, fence};
use super::{Refusal, Rejected, timeout};
use crate::telemetry::inspect::Facts;
use crate::time::{Instant, now};
pub(crate) use bucket::Bucket;
use bucket::{Ahead, Terms};
pub(crate) use gcra::Gcra;

/// The terms of one rate limit, and its own bucket. Who is kept apart from the others brings a bucket of his own.
///
/// Who has stood in line for longest sleeps until the next tokens are due and hands them to the one whose turn it is. Nobody
/// overtakes, and who leaves hands the watch to the next. Who stands in line keeps the patience it came with, whatever the
/// limit becomes meanwhile.
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
pub(crate) struct Token<'a> {
    tap: Tap<'a>,
    /// When they were taken, or a little later.
    at: Instant,
}

impl Token<'_> {
    pub(crate) fn spend(self) {
        std::mem::forget(self);
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        let Tap { limiter, bucket, cost } = self.tap;
        limiter.terms.give_back(bucket, cost, self.at);
        bucket.look_again();
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
        let (waiting, order) = waits(limit);
        let patience = Patience::new(waiting, order);
        Self { terms, patience, changes: AtomicU32::new(0), bucket: Bucket::new() }
    }

    /// Takes over another limit, or none. All buckets keep what they have given out: its own and the `others`.
    pub(crate) fn set(&self, limit: Option<&RateLimit>, others: impl Fn(&mut dyn FnMut(&Bucket))) {
        let (waiting, order) = waits(limit);
        self.patience.set(waiting, order);
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
        let (at, line) = (now(), self.bucket.waiting.now());
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
        cost == 0 || (bucket.waiting.is_empty() && limiter.terms.take(bucket, at, cost).is_ok())
    }

    /// Takes the tokens in the same way; dropped before the call begins, they go back.
    pub(crate) fn try_acquire(self, at: Instant) -> Option<Token<'a>> {
        // A bucket that is closed is empty, unless somebody changes it in this very moment.
        (!self.is_closed(at) && self.try_take(at)).then(|| Token { tap: self, at })
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
    pub(crate) fn give_back(self, at: Instant) {
        drop(Token { tap: self, at });
    }

    /// Whether a call that has to wait would be refused at once.
    pub(crate) fn admits_waiting(self, at: Instant, deadline: Instant) -> Result<(), Rejected> {
        self.admissible(self.bucket.waiting.now(), self.limiter.patience.longest(), at, deadline)
    }

    /// Takes the tokens, waiting for them where the limit says so, but never into `deadline`. Returns them with the
    /// moment at which they were taken.
    ///
    /// # Cancel safety
    ///
    /// Who leaves while waiting gives up its place, and tokens that were just handed to it go to the next.
    pub(crate) async fn acquire(
        self,
        at: Instant,
        deadline: Instant,
    ) -> Result<(Token<'a>, Instant), Rejected> {
        if let Some(token) = self.try_acquire(at) {
            return Ok((token, at));
        }
        let waiter = self.join(at, deadline)?;
        let turn = timeout::until(deadline, pin!(waiter.turn())).await;
        let at = turn.unwrap_or(Err(Rejected::new(Key::Timeout, Refusal::Elapsed)))?;
        Ok((waiter.into_token(at), at))
    }

    // Only who may stay takes a place: one who is being refused must not look like a line to those who come after.
    fn join(self, at: Instant, deadline: Instant) -> Result<Waiter<'a>, Rejected> {
        let Self { limiter, bucket, cost } = self;
        let changes = limiter.changes.load(Ordering::Relaxed);
        let longest = limiter.patience.longest();
        let line = &limiter.terms.rest(bucket).line;
        let mut ahead = Ahead::NOBODY;
        let ticket = line.join(cost, |_| {
            ahead = bucket.waiting.now();
            self.admissible(ahead, longest, at, deadline)?;
            bucket.waiting.join(cost);
            Ok(())
        })?;
        // Either who gives tokens back sees that somebody waits, or the one who waits sees the tokens.
        fence(Ordering::SeqCst);
        // Who comes first now may need fewer tokens than the one for whom the watch is waiting.
        if limiter.patience.newest_first() && !ahead.all_cost(cost) {
            line.nudge_first();
        }
        Ok(Waiter { tap: self, line, ticket: Some(ticket), until: at + longest, changes })
    }

    fn admissible(
        self,
        ahead: Ahead,
        longest: Duration,
        at: Instant,
        deadline: Instant,
    ) -> Result<(), Rejected> {
        self.fits()?;
        // The newest comes first, unless somebody newer comes.
        let before = if self.limiter.patience.newest_first() { Ahead::NOBODY } else { ahead };
        let wait = self.limiter.terms.wait(self.bucket, at, self.cost, before.tokens());
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

    // Hands out the tokens there are, and says when the next are due.
    fn serve(self, line: &Line, at: Instant) -> Instant {
        let Self { limiter, bucket, .. } = self;
        let mut due = Instant::FAR;
        line.call(limiter.patience.newest_first(), |cost| {
            match limiter.terms.take_if_open(bucket, at, cost) {
                Ok(()) => {
                    bucket.waiting.leave(cost);
                    true
                }
                Err(later) => {
                    due = later;
                    false
                }
            }
        });
        due
    }
}

/// A call in the line; dropped there, it leaves neither its place taken nor tokens behind, and nobody without a watch.
struct Waiter<'a> {
    tap: Tap<'a>,
    line: &'a Line,
    ticket: Option<Ticket>,
    until: Instant,
    changes: u32,
}

impl<'a> Waiter<'a> {
    /// Waits until it is called, and keeps watch for the others while it has stood here for longest. Returns the moment.
    async fn turn(&self) -> Result<Instant, Rejected> {
        let Some(ticket) = &self.ticket else { return Ok(now()) };
        loop {
            let at = now();
            let first = self.line.is_first(ticket);
            let due = if first { self.tap.serve(self.line, at) } else { Instant::FAR };
            if ticket.is_called() {
                if first {
                    self.line.nudge_first();
                }
                return Ok(at);
            }
            let patient = self.patient(at, due)?;
            timeout::until(due.min(patient), pin!(ticket.news())).await;
        }
    }

    // Until when it waits, which it knows only where nobody can come in between; the next tokens are due then.
    fn patient(&self, at: Instant, due: Instant) -> Result<Instant, Rejected> {
        let Tap { limiter, bucket, cost } = self.tap;
        let refuse = |kind, wait| Err(Rejected::new(Key::RateLimit, kind).after(wait));
        let changed = limiter.changes.load(Ordering::Relaxed) != self.changes;
        if changed {
            self.tap.fits()?;
        }
        if limiter.patience.newest_first() {
            let late = at >= self.until;
            let wait = || limiter.terms.wait(bucket, at, cost, Ahead::NOBODY.tokens());
            return if late { refuse(Refusal::Elapsed, wait()) } else { Ok(self.until) };
        }
        if changed && due != Instant::FAR && due > self.until {
            return refuse(Refusal::TooLong, due - at);
        }
        Ok(Instant::FAR)
    }

    fn into_token(mut self, at: Instant) -> Token<'a> {
        self.ticket = None;
        Token { tap: self.tap, at }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let (Some(ticket), Tap { limiter, bucket, cost }) = (self.ticket.take(), self.tap) else { return };
        match self.line.leave(&ticket, || bucket.waiting.leave(cost)) {
            Left::First => self.line.nudge_first(),
            // The one who comes first in its place may need fewer tokens.
            Left::Behind if limiter.patience.newest_first() => self.line.nudge_first(),
            Left::Behind => {}
            Left::Called => drop(Token { tap: self.tap, at: now() }),
        }
    }
}

// Without a limit nobody is refused, not even behind those who still wait under the one there was.
const fn waits(limit: Option<&RateLimit>) -> (Waiting, Order) {
    match limit {
        Some(limit) => (limit.waits(), limit.order()),
        None => (Waiting::Turn(Turn::UNBOUNDED), Order::Fifo),
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
