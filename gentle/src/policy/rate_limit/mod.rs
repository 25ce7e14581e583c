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
//! **Cost:** an admission is one compare-and-swap, a refusal writes nothing; several windows, and exact ones, take a lock
//! for as long as that; one timer for the whole line, and under `lifo` one for each whose wait is bounded. A timer is
//! a millisecond coarse and always late, never early: with a burst of one, `1/10ms` gives a little less than
//! `100/s`.
//!
//! **Cancel safety:** a call given up in the line takes no token and leaves no gap; the others move up.
//!
//! **Live change:** what was given out stays given out, counted in tokens; those in line go on at the new rate, and keep
//! their places from `fifo` to `lifo`.
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
use crate::time::{Instant, now};
use bucket::Bucket;
pub(crate) use gcra::Gcra;

/// The state of one rate limit: its bucket, and the line of those who wait for it.
///
/// Who has stood in line for longest sleeps until the next token is due and hands it to the one whose turn it is. Nobody
/// overtakes, and who leaves hands the watch to the next. Who stands in line keeps the patience it came with, whatever the
/// limit becomes meanwhile.
#[derive(Debug)]
pub(crate) struct Limiter {
    bucket: Bucket,
    patience: Patience,
    /// As long as the line: read without its lock.
    waiting: AtomicU32,
    line: Line,
    changes: AtomicU32,
}

/// A token that was taken. Dropped before the call it was taken for begins, it goes back.
#[derive(Debug)]
pub(crate) struct Token<'a>(&'a Limiter);

impl Token<'_> {
    pub(crate) fn spend(self) {
        std::mem::forget(self);
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        self.0.bucket.give_back();
        self.0.look_again();
    }
}

impl Limiter {
    /// A limit as it is declared in a constant.
    pub(crate) const fn declared(setting: &'static Setting<RateLimit>) -> Self {
        match setting {
            Setting::On(limit) => Self::of(Bucket::declared(Some(limit)), Some(limit)),
            Setting::Off => Self::of(Bucket::declared(None), None),
        }
    }

    pub(crate) fn given(limit: Option<RateLimit>) -> Self {
        Self::of(Bucket::given(limit), limit.as_ref())
    }

    const fn of(bucket: Bucket, limit: Option<&RateLimit>) -> Self {
        let (waiting, order) = waits(limit);
        Self {
            bucket,
            patience: Patience::new(waiting),
            waiting: AtomicU32::new(0),
            line: Line::new(order),
            changes: AtomicU32::new(0),
        }
    }

    /// Takes over another limit, or none, and keeps what the bucket has given out.
    pub(crate) fn set(&self, limit: Option<RateLimit>) {
        let (waiting, order) = waits(limit.as_ref());
        self.patience.set(waiting);
        self.line.set(order);
        self.bucket.set(limit, now());
        self.changes.fetch_add(1, Ordering::Relaxed);
        self.line.nudge_all();
    }

    /// Takes a token if there is one and nobody waits for it.
    #[inline]
    pub(crate) fn try_take(&self, at: Instant) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0 && self.bucket.take(at).is_ok()
    }

    /// Takes a token in the same way; dropped before the call begins, it goes back.
    pub(crate) fn try_acquire(&self, at: Instant) -> Option<Token<'_>> {
        self.try_take(at).then(|| Token(self))
    }

    /// Gives back a token that was taken for a call that does not begin.
    #[cold]
    pub(crate) fn give_back(&self) {
        drop(Token(self));
    }

    /// Whether a call that has to wait would be refused at once.
    pub(crate) fn admits_waiting(&self, at: Instant, deadline: Instant) -> Result<(), Rejected> {
        let waiting = self.waiting.load(Ordering::Relaxed);
        self.admissible(waiting, self.patience.longest(), at, deadline)
    }

    /// Takes a token, waiting for it where the limit says so, but never into `deadline`. Returns it with the moment
    /// at which it was taken.
    ///
    /// # Cancel safety
    ///
    /// Who leaves while waiting gives up its place, and a token that was just handed to it goes to the next.
    pub(crate) async fn acquire(
        &self,
        at: Instant,
        deadline: Instant,
    ) -> Result<(Token<'_>, Instant), Rejected> {
        if let Some(token) = self.try_acquire(at) {
            return Ok((token, at));
        }
        let waiter = self.join(at, deadline)?;
        let turn = timeout::until(deadline, pin!(waiter.turn())).await;
        let at = turn.unwrap_or(Err(Rejected::new(Key::Timeout, Refusal::Elapsed)))?;
        Ok((waiter.into_token(), at))
    }

    // Only who may stay takes a place: one who is being refused must not look like a line to those who come after.
    fn join(&self, at: Instant, deadline: Instant) -> Result<Waiter<'_>, Rejected> {
        let changes = self.changes.load(Ordering::Relaxed);
        let longest = self.patience.longest();
        let ticket = self.line.join(|ahead| {
            self.admissible(u32::try_from(ahead).unwrap_or(u32::MAX), longest, at, deadline)?;
            self.waiting.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })?;
        // Either who gives a token back sees that somebody waits, or the one who waits sees the token.
        fence(Ordering::SeqCst);
        Ok(Waiter { limiter: self, ticket: Some(ticket), until: at + longest, changes })
    }

    fn admissible(
        &self,
        waiting: u32,
        longest: Duration,
        at: Instant,
        deadline: Instant,
    ) -> Result<(), Rejected> {
        // The newest comes first, unless somebody newer comes.
        let ahead = if self.line.is_newest_first() { 0 } else { waiting };
        let wait = self.bucket.wait(at, ahead);
        let refuse = |policy, kind| Err(Rejected::new(policy, kind).after(wait));
        if longest.is_zero() {
            refuse(Key::RateLimit, Refusal::Full)
        } else if waiting >= self.patience.places() {
            refuse(Key::RateLimit, Refusal::QueueFull)
        } else if wait > longest {
            refuse(Key::RateLimit, Refusal::TooLong)
        } else if deadline != Instant::FAR && at + wait >= deadline {
            refuse(Key::Timeout, Refusal::TooLong)
        } else {
            Ok(())
        }
    }

    // Hands out the tokens there are, and says when the next one is due.
    fn serve(&self, at: Instant) -> Instant {
        let mut due = Instant::FAR;
        self.line.call(|| match self.bucket.take(at) {
            Ok(()) => {
                self.one_less();
                true
            }
            Err(later) => {
                due = later;
                false
            }
        });
        due
    }

    fn one_less(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    // The next token may be due at another time than was thought.
    fn look_again(&self) {
        fence(Ordering::SeqCst);
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.line.nudge_first();
        }
    }
}

/// A call in the line; dropped there, it leaves neither its place taken nor a token behind, and nobody without a watch.
struct Waiter<'a> {
    limiter: &'a Limiter,
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
            let first = self.limiter.line.is_first(ticket);
            let due = if first { self.limiter.serve(at) } else { Instant::FAR };
            if ticket.is_called() {
                if first {
                    self.limiter.line.nudge_first();
                }
                return Ok(at);
            }
            let patient = self.patient(at, due)?;
            timeout::until(due.min(patient), pin!(ticket.news())).await;
        }
    }

    // Until when it waits, which it knows only where nobody can come in between; the next token is due then.
    fn patient(&self, at: Instant, due: Instant) -> Result<Instant, Rejected> {
        let refuse = |kind, due: Instant| Err(Rejected::new(Key::RateLimit, kind).after(due - at));
        if self.limiter.line.is_newest_first() {
            if at >= self.until {
                return refuse(Refusal::Elapsed, at + self.limiter.bucket.wait(at, 0));
            }
            return Ok(self.until);
        }
        let changed = self.limiter.changes.load(Ordering::Relaxed) != self.changes;
        if changed && due != Instant::FAR && due > self.until {
            return refuse(Refusal::TooLong, due);
        }
        Ok(Instant::FAR)
    }

    fn into_token(mut self) -> Token<'a> {
        self.ticket = None;
        Token(self.limiter)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let (Some(ticket), limiter) = (self.ticket.take(), self.limiter) else { return };
        match limiter.line.leave(&ticket, || limiter.one_less()) {
            Left::First => limiter.line.nudge_first(),
            Left::Behind => {}
            Left::Called => drop(Token(limiter)),
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
                let mut call = pin!(limiter.acquire(at, Instant::FAR));
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
