//! `bulkhead`: so many calls at the same time; who comes too many is refused or stands in line.
//!
//! **Use it** where something holds only so many: connections, memory, the patience of a slow neighbour. It does not
//! slow down quick calls: for so many in a time there is [`rate_limit`](super::rate_limit).
//!
//! **Read aloud:** `"16 queue 64 wait 1s"` is sixteen, queue 64, wait one second: the 17th stands in line, for a
//! second at most; the 81st is refused at once. `"auto 8..256, by gradient, start 16, wait 250ms, lifo"` is auto, eight to
//! 256, by gradient, start sixteen, wait 250 milliseconds, last in first out.
//!
//! | not written | means |
//! |---|---|
//! | `wait`, `queue` | refuse |
//! | `queue` beside `wait 1s` | as many as the limit, at its widest |
//! | `wait` beside `queue 64` | as long as the call's timeout allows, without one as long as it takes |
//! | `fifo`, `lifo` | `fifo`: first come, first served |
//! | `by` beside `auto 8..256` | `by gradient` |
//! | `start` beside `auto 8..256` | `start 16`: twice the lower bound, within both |
//!
//! **`lifo`** serves the newest of those that wait first. Under more load than there is room for, a `fifo` line makes
//! everybody wait as long as anybody may; a `lifo` one makes some wait in vain and the others hardly at all.
//!
//! **`auto`** finds out by itself how many are good, and says so in [`State::limit`]. All three ways learn nothing from
//! what is refused, given up or answered in less than 100 µs; they grow only while half of the limit is used, never beyond
//! five times what was used, and stay where they are while the answers are few.
//!
//! | way | goes by | for |
//! |---|---|---|
//! | `by gradient` | how many times as long calls take as when nobody waits: up to one and a half is tolerated; and the share of failures | what gets slower when there is too much of it |
//! | `by vegas` | how many calls must be waiting where they are served | the same, with a shorter line and steadier times |
//! | `by aimd` | failures alone: one more for each round without one, a tenth less for a round with one | what refuses rather than getting slow |
//!
//! The ways are those of Netflix's concurrency-limits: AIMD after Chiu and Jain (1989), Vegas after Brakmo and Peterson
//! (1995), Gradient2. What differs, and why, stands at the head of each file of `policy/bulkhead/adaptive`: they go by means
//! of at least ten calls and not by single ones, and measure what is usual without a line.
//!
//! A failure is what fails, or takes longer than `timeout = "2s each attempt"`; a call whose whole time is up is one when
//! it was inside for as long as a call usually is. Where the load never lets up, `gradient` and `vegas` halve the limit
//! for the time of about two calls now and then, to see what a call takes that does not wait: one such time in a hundred,
//! and one in a thousand while the times show no line.
//!
//! **For each:** `"4 each (req.account())"` is four for each account: see [`each`](super::each).
//!
//! **Cost:** entering and leaving is one atomic step each while nobody waits; the line is a small lock, and one
//! allocation for each who stands in it. `auto` reads the clock when a call begins and when it has answered, and takes a
//! small lock then; a success that finds it taken is not counted.
//!
//! **Tells:** [`Policies::bulkhead`](super::Policies::bulkhead) shows how many are inside, how many wait, and the limit.
//!
//! **What it emits:** [`AttemptRefused`](super::Event::AttemptRefused). Its state shows `inside`, `limit` and `waiting`.
//!
//! **Cancel safety:** the permit comes back by return, error, panic and cancellation, and not before the operation is
//! gone. A call given up in the line leaves its place; a permit just handed to it goes to the next.
//!
//! What blocks its thread cannot be dropped. Let the blocking thread make the call, as in `spawn_blocking(move ||
//! handle.block_on(read_file(path)))`: then the permit stays with the work, whatever becomes of the one who waits for it.
//!
//! **Live change:** a larger one lets those in line enter, a smaller one takes effect as permits come back. From `fifo`
//! to `lifo` everybody keeps its place. A limit that adapts keeps what it has learned within other bounds and by another
//! way; after a fixed one, or none, it begins anew.
//!
//! ```
//! use gentle::policy::{Key, Policies};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let one = Policies::parse(r#"bulkhead = "1""#)?;
//! let call = || async { Ok::<_, gentle::Rejected>(()) };
//! let within = || async { one.call(call).await };
//! assert_eq!(one.call(within).await.unwrap_err().policy, Key::Bulkhead);
//! assert_eq!(one.call(call).await, Ok(()));
//! # Ok(())
//! # }
//! ```

mod adaptive;
mod people;
mod state;
mod width;

use std::pin::pin;

use gentle_dsl::{Key, Order, Setting, Turn, Waiting};

pub use gentle_dsl::{Adaptive, Bulkhead, Width};

use super::line::{Left, Line, Ticket};
use super::patience::Patience;
use super::sync::{AtomicU32, Ordering};
use super::{Refusal, Rejected, timeout};
use crate::telemetry::inspect::Facts;
use crate::time::{Instant, now};
pub(crate) use adaptive::End;
use people::People;
pub use state::State;
use width::Adapting;

/// The state of one bulkhead: how many are inside, and the line before the door.
///
/// Entering and leaving is one atomic step each while nobody waits. Who leaves while somebody waits hands the
/// permit over, so nobody overtakes.
#[derive(Debug)]
pub(crate) struct Gate {
    people: People,
    limit: AtomicU32,
    /// The limit for those who say nothing of how they come out: none of them where it adapts.
    silent: AtomicU32,
    patience: Patience,
    line: Line,
    adapting: Adapting,
}

/// One call's right to be inside. Dropping it, by return, error, panic or cancellation, lets the next one in.
#[derive(Debug)]
pub(crate) struct Permit<'a>(&'a Gate);

impl Permit<'_> {
    /// Whoever has it now [leaves](Gate::leave) in its place.
    pub(crate) fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Why a call has no place in the line.
enum Other {
    /// There was room after all.
    Entered,
    /// There is no place left.
    Full,
}

impl Gate {
    pub(crate) const fn new(setting: &Setting<Bulkhead>) -> Self {
        let bulkhead = match setting {
            Setting::On(bulkhead) => Some(bulkhead),
            Setting::Off => None,
        };
        let (limit, waiting, order) = terms(bulkhead);
        Self {
            people: People::none(),
            limit: AtomicU32::new(limit),
            silent: AtomicU32::new(silent(limit, bulkhead)),
            patience: Patience::new(waiting, order),
            line: Line::new(),
            adapting: Adapting::new(bulkhead),
        }
    }

    /// An empty one with the same terms.
    pub(crate) fn like(&self) -> Self {
        let adapting = self.adapting.like();
        let limit = adapting.start().unwrap_or_else(|| self.limit.load(Ordering::Relaxed));
        Self {
            people: People::none(),
            limit: AtomicU32::new(limit),
            silent: AtomicU32::new(self.silent.load(Ordering::Relaxed)),
            patience: self.patience.clone(),
            line: Line::new(),
            adapting,
        }
    }

    /// Whether it is like a new one, which nobody waits at.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.people.inside() == 0 && !self.adapting.has_learned()
    }

    /// Takes over another bulkhead, or none. A lower limit takes effect as those inside leave; who stands in line
    /// keeps the patience it came with.
    pub(crate) fn set(&self, bulkhead: Option<Bulkhead>) {
        let bulkhead = bulkhead.as_ref();
        let (limit, waiting, order) = terms(bulkhead);
        self.patience.set(waiting, order);
        self.silent.store(silent(limit, bulkhead), Ordering::Relaxed);
        self.adapting.set(bulkhead, |learned| self.limit.store(learned.unwrap_or(limit), Ordering::Relaxed));
        self.call_next();
    }

    /// How it is doing.
    pub(crate) fn facts(&self) -> Facts {
        let State { inside, waiting, limit } = self.state();
        let facts = Facts::new().with("inside", inside);
        let facts = limit.into_iter().fold(facts, |facts, limit| facts.with("limit", limit));
        facts.with("waiting", waiting)
    }

    /// Whether it wants to hear how a call came out that has been inside: see [`learn`](Self::learn).
    #[inline]
    pub(crate) fn adapts(&self) -> bool {
        self.adapting.is_on()
    }

    /// How full it is.
    pub(crate) fn state(&self) -> State {
        let limit = self.limit.load(Ordering::Relaxed);
        State {
            inside: self.people.inside(),
            waiting: self.people.waiting(),
            limit: (limit != u32::MAX).then_some(limit),
        }
    }

    /// Enters if there is room and nobody waits for it, and nobody wants to hear how the call comes out.
    #[inline]
    pub(crate) fn try_enter_silently(&self) -> Option<Permit<'_>> {
        self.people.enter(self.silent.load(Ordering::Relaxed)).then(|| Permit(self))
    }

    /// Enters if there is room and nobody waits for it.
    pub(crate) fn try_enter(&self) -> Option<Permit<'_>> {
        self.people.enter(self.limit.load(Ordering::Relaxed)).then(|| Permit(self))
    }

    /// Whether a call that has to wait would be refused at once.
    pub(crate) fn admits_waiting(&self) -> Result<(), Rejected> {
        let full = self.patience.longest().is_zero();
        if full { Err(Rejected::new(Key::Bulkhead, Refusal::Full)) } else { Ok(()) }
    }

    /// Enters, waiting where the bulkhead says so, but not beyond `deadline`. Returns the permit and the moment at
    /// which it was given.
    ///
    /// # Cancel safety
    ///
    /// Who leaves while waiting gives up its place, and a permit that was just handed to it goes to the next.
    pub(crate) async fn enter(
        &self,
        at: Instant,
        deadline: Instant,
    ) -> Result<(Permit<'_>, Instant), Rejected> {
        if let Some(permit) = self.try_enter() {
            return Ok((permit, at));
        }
        self.wait(at, deadline).await.map(|permit| (permit, now()))
    }

    async fn wait(&self, at: Instant, deadline: Instant) -> Result<Permit<'_>, Rejected> {
        self.admits_waiting()?;
        let longest = self.patience.longest();
        let waiter = match self.join() {
            Ok(ticket) => Waiter { gate: self, ticket: Some(ticket) },
            Err(Other::Entered) => return Ok(Permit(self)),
            Err(Other::Full) => return Err(Rejected::new(Key::Bulkhead, Refusal::QueueFull)),
        };
        let patient = at + longest;
        let called = timeout::until(patient.min(deadline), pin!(waiter.called())).await;
        match called {
            Some(()) => Ok(waiter.into_permit()),
            None if deadline < patient => Err(Rejected::new(Key::Timeout, Refusal::Elapsed)),
            None => Err(Rejected::new(Key::Bulkhead, Refusal::Elapsed)),
        }
    }

    // Who leaves sees in one step that somebody waits, and then waits here until the place is taken; so nobody is left
    // standing before an open door.
    fn join(&self) -> Result<Ticket, Other> {
        let places = self.patience.places() as usize;
        self.line.join(1, |ahead| {
            let limit = self.limit.load(Ordering::Relaxed);
            if ahead >= places {
                Err(if self.people.enter(limit) { Other::Entered } else { Other::Full })
            } else if self.people.enter_or_wait(limit) {
                Err(Other::Entered)
            } else {
                Ok(())
            }
        })
    }

    /// Lets the next one in.
    #[inline]
    pub(crate) fn leave(&self) {
        if self.people.leave() {
            self.call_next();
        }
    }

    #[cold]
    fn call_next(&self) {
        let newest_first = self.patience.newest_first();
        self.line.call(newest_first, |_| self.people.let_in(self.limit.load(Ordering::Relaxed)));
    }

    /// Takes the answer of a call that has been inside since then, and still is.
    #[cold]
    pub(crate) fn learn(&self, since: Instant, end: End) {
        // It has begun before anybody wanted to know.
        if since == Instant::UNKNOWN {
            return;
        }
        let inside = self.people.inside();
        let put = |limit| self.limit.swap(limit, Ordering::Relaxed) < limit;
        if self.adapting.learn(since, now(), inside, end, put) {
            self.call_next();
        }
    }
}

/// A call in the line; dropped there, it leaves neither its place taken nor a permit behind.
struct Waiter<'a> {
    gate: &'a Gate,
    ticket: Option<Ticket>,
}

impl<'a> Waiter<'a> {
    async fn called(&self) {
        if let Some(ticket) = &self.ticket {
            while !ticket.is_called() {
                ticket.news().await;
            }
        }
    }

    fn into_permit(mut self) -> Permit<'a> {
        self.ticket = None;
        Permit(self.gate)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        if self.gate.line.leave(&ticket, || self.gate.people.give_up()) == Left::Called {
            self.gate.leave();
        }
    }
}

const fn silent(limit: u32, bulkhead: Option<&Bulkhead>) -> u32 {
    match bulkhead {
        Some(bulkhead) if matches!(bulkhead.width(), Width::Auto { .. }) => 0,
        _ => limit,
    }
}

// Without a bulkhead nobody is refused, not even behind those who are just being let in.
const fn terms(bulkhead: Option<&Bulkhead>) -> (u32, Waiting, Order) {
    match bulkhead {
        Some(bulkhead) => (bulkhead.first(), bulkhead.waits(), bulkhead.order()),
        None => (u32::MAX, Waiting::Turn(Turn::UNBOUNDED), Order::Fifo),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_limit_adapts_nobody_enters_without_being_heard() {
        let (fixed, auto) = (Bulkhead::new(4), Bulkhead::auto(4, 8));
        let gate = Gate::new(&Setting::On(auto));
        assert!(gate.try_enter_silently().is_none() && gate.try_enter().is_some());
        for (bulkhead, heard) in [(Some(fixed), false), (Some(auto), true), (None, false)] {
            gate.set(bulkhead);
            assert_eq!(gate.try_enter_silently().is_none(), heard);
        }
    }
}
