//! `bulkhead`: so many calls at the same time; who comes too many is refused or stands in line.
//!
//! **Use it** where something holds only so many: connections, memory, the patience of a slow neighbour. It does not
//! slow down quick calls: for so many in a time there is [`rate_limit`](super::rate_limit).
//!
//! **Read aloud:** `"16 queue 64 wait 1s"` is sixteen, queue 64, wait one second: the 17th stands in line, for a
//! second at most; the 81st is refused at once.
//!
//! | not written | means |
//! |---|---|
//! | `wait`, `queue` | refuse |
//! | `queue` beside `wait 1s` | as many as the limit |
//! | `wait` beside `queue 64` | as long as the call's timeout allows, without one as long as it takes |
//!
//! **For each:** `"4 each (req.account())"` is four for each account: see [`each`](super::each).
//!
//! **Cost:** entering and leaving is one atomic step each while nobody waits; the line is a small lock, and one
//! allocation for each who stands in it.
//!
//! **What it emits:** [`AttemptRefused`](super::Event::AttemptRefused). Its state shows `inside`, `limit` and `waiting`.
//!
//! **Cancel safety:** the permit comes back by return, error, panic and cancellation, and not before the operation is
//! gone. A call given up in the line leaves its place; a permit just handed to it goes to the next.
//!
//! **Live change:** a larger one lets those in line enter, a smaller one takes effect as permits come back.
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

mod queue;

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use gentle_dsl::{Key, Setting, Turn, Waiting};

pub use gentle_dsl::Bulkhead;

use super::patience::Patience;
use super::{Refusal, Rejected, timeout};
use crate::telemetry::inspect::Facts;
use crate::time::{Instant, now};
use queue::{Line, Queue, Ticket};

/// The state of one bulkhead: how many are inside, and the line before the door.
///
/// Entering and leaving is one atomic step each while nobody waits. Who leaves while somebody waits hands the
/// permit over, so nobody overtakes.
#[derive(Debug)]
pub(crate) struct Gate {
    inside: AtomicU32,
    limit: AtomicU32,
    patience: Patience,
    queue: Queue,
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

impl Gate {
    pub(crate) const fn new(setting: &Setting<Bulkhead>) -> Self {
        let bulkhead = match setting {
            Setting::On(bulkhead) => Some(bulkhead),
            Setting::Off => None,
        };
        let (limit, waiting) = terms(bulkhead);
        Self {
            inside: AtomicU32::new(0),
            limit: AtomicU32::new(limit),
            patience: Patience::new(waiting),
            queue: Queue::new(),
        }
    }

    /// An empty one with the same terms.
    pub(crate) fn like(&self) -> Self {
        Self {
            inside: AtomicU32::new(0),
            limit: AtomicU32::new(self.limit.load(Ordering::SeqCst)),
            patience: self.patience.clone(),
            queue: Queue::new(),
        }
    }

    /// Whether it is like a new one, which nobody waits at.
    pub(crate) fn is_empty(&mut self) -> bool {
        *self.inside.get_mut() == 0
    }

    /// Takes over another bulkhead, or none. A lower limit takes effect as those inside leave; who stands in line
    /// keeps the patience it came with.
    pub(crate) fn set(&self, bulkhead: Option<Bulkhead>) {
        let (limit, waiting) = terms(bulkhead.as_ref());
        self.limit.store(limit, Ordering::SeqCst);
        self.patience.set(waiting);
        self.call_next();
    }

    /// How it is doing.
    pub(crate) fn facts(&self) -> Facts {
        let limit = self.limit.load(Ordering::Relaxed);
        let facts = Facts::new().with("inside", self.inside.load(Ordering::Relaxed));
        let facts = if limit == u32::MAX { facts } else { facts.with("limit", limit) };
        facts.with("waiting", self.queue.waiting())
    }

    /// Enters if there is room and nobody waits for it.
    #[inline]
    pub(crate) fn try_enter(&self) -> Option<Permit<'_>> {
        (self.queue.is_empty() && self.step_in()).then(|| Permit(self))
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
        let waiter = match self.queue.join(self.patience.places(), || self.step_in()) {
            Line::Entered => return Ok(Permit(self)),
            Line::Full => return Err(Rejected::new(Key::Bulkhead, Refusal::QueueFull)),
            Line::Waiting(ticket) => Waiter { gate: self, ticket: Some(ticket) },
        };
        let patient = at + longest;
        let called = timeout::until(patient.min(deadline), pin!(waiter.called())).await;
        match called {
            Some(()) => Ok(waiter.into_permit()),
            None if deadline < patient => Err(Rejected::new(Key::Timeout, Refusal::Elapsed)),
            None => Err(Rejected::new(Key::Bulkhead, Refusal::Elapsed)),
        }
    }

    fn step_in(&self) -> bool {
        let limit = self.limit.load(Ordering::SeqCst);
        let room = |inside| (inside < limit).then(|| inside + 1);
        self.inside.fetch_update(Ordering::SeqCst, Ordering::SeqCst, room).is_ok()
    }

    /// Lets the next one in.
    #[inline]
    pub(crate) fn leave(&self) {
        self.inside.fetch_sub(1, Ordering::SeqCst);
        if !self.queue.is_empty() {
            self.call_next();
        }
    }

    #[cold]
    fn call_next(&self) {
        self.queue.call_next(|| self.step_in());
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
            ticket.called().await;
        }
    }

    fn into_permit(mut self) -> Permit<'a> {
        self.ticket = None;
        Permit(self.gate)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if self.ticket.take().is_some_and(|ticket| self.gate.queue.leave(&ticket)) {
            self.gate.leave();
        }
    }
}

// Without a bulkhead nobody is refused, not even behind those who are just being let in.
const fn terms(bulkhead: Option<&Bulkhead>) -> (u32, Waiting) {
    match bulkhead {
        Some(bulkhead) => (bulkhead.limit(), bulkhead.waits()),
        None => (u32::MAX, Waiting::Turn(Turn::UNBOUNDED)),
    }
}
