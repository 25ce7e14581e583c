//! The line of those who wait for their turn.
//!
//! Who is called first is a matter of the order: first come, first served, or the newest first. Whoever has what they wait
//! for hands it to the one whose turn it is, in the moment in which it comes: nobody has to be awake for it, and nobody
//! who comes later can snatch it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::sync::{Mutex, MutexGuard, PoisonError};

/// Those who wait, in the order in which they came. Made when somebody comes: before most doors nobody ever waits.
#[derive(Debug)]
pub(crate) struct Line(Mutex<Option<Box<Standing>>>);

#[derive(Debug, Default)]
struct Standing(VecDeque<Ticket>);

/// One call's place in the line.
#[derive(Clone, Debug)]
pub(crate) struct Ticket(Arc<Place>);

#[derive(Debug)]
struct Place {
    /// How much of what they wait for it needs.
    cost: u32,
    seat: Mutex<Seat>,
}

#[derive(Debug)]
struct Seat {
    called: bool,
    news: bool,
    waker: Option<Waker>,
}

/// From where somebody has left the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// From its very beginning.
    First,
    /// From somewhere behind.
    Behind,
    /// It had been called before, and holds what it was waiting for.
    Called,
}

impl Line {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Takes a place behind the others, unless `may_join`, which is told how many there are, says otherwise. Nobody
    /// is called meanwhile.
    pub(crate) fn join<E>(
        &self,
        cost: u32,
        may_join: impl FnOnce(usize) -> Result<(), E>,
    ) -> Result<Ticket, E> {
        let mut standing = self.lock();
        let Standing(standing) = &mut **standing.get_or_insert_default();
        may_join(standing.len())?;
        let seat = Mutex::new(Seat { called: false, news: false, waker: None });
        let ticket = Ticket(Arc::new(Place { cost, seat }));
        standing.push_back(ticket.clone());
        Ok(ticket)
    }

    /// Calls one after the other, as long as there is what they wait for and `take` gets it for them, as much as each
    /// costs.
    pub(crate) fn call(&self, newest_first: bool, mut take: impl FnMut(u32) -> bool) {
        // Woken without the lock: who wakes may come right back here.
        while let Some(ticket) = self.next(newest_first, &mut take) {
            ticket.tell(|seat| seat.called = true);
        }
    }

    fn next(&self, newest_first: bool, take: &mut impl FnMut(u32) -> bool) -> Option<Ticket> {
        let mut standing = self.lock();
        let Standing(standing) = standing.as_deref_mut()?;
        let next = if newest_first { standing.back() } else { standing.front() };
        if !take(next?.0.cost) {
            return None;
        }
        if newest_first { standing.pop_back() } else { standing.pop_front() }
    }

    /// Leaves the line; `gone` is called under its lock when the ticket was still in it.
    pub(crate) fn leave(&self, ticket: &Ticket, gone: impl FnOnce()) -> Left {
        let mut standing = self.lock();
        let Some(Standing(standing)) = standing.as_deref_mut() else { return Left::Called };
        let place = standing.iter().position(|other| other.is(ticket));
        let Some(place) = place else { return Left::Called };
        standing.remove(place);
        gone();
        if place == 0 { Left::First } else { Left::Behind }
    }

    /// Whether nobody has stood here for longer.
    pub(crate) fn is_first(&self, ticket: &Ticket) -> bool {
        self.first().is_some_and(|first| first.is(ticket))
    }

    /// Wakes the one who has stood here for longest, to look again.
    pub(crate) fn nudge_first(&self) {
        if let Some(first) = self.first() {
            first.tell(|seat| seat.news = true);
        }
    }

    /// Wakes everybody, to look again.
    pub(crate) fn nudge_all(&self) {
        let all = self.lock().as_ref().map(|standing| standing.0.clone());
        for ticket in all.unwrap_or_default() {
            ticket.tell(|seat| seat.news = true);
        }
    }

    fn first(&self) -> Option<Ticket> {
        self.lock().as_ref()?.0.front().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Standing>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Whether its turn has come: it holds what it was waiting for.
    pub(crate) fn is_called(&self) -> bool {
        self.seat().called
    }

    /// Ends when its turn has come, or when it should look again.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped: the next one ends at once.
    pub(crate) async fn news(&self) {
        poll_fn(|cx| self.poll_news(cx)).await;
    }

    fn poll_news(&self, cx: &Context<'_>) -> Poll<()> {
        let mut seat = self.seat();
        if seat.called || seat.news {
            seat.news = false;
            return Poll::Ready(());
        }
        if !seat.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            seat.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    fn tell(&self, what: impl FnOnce(&mut Seat)) {
        let mut seat = self.seat();
        what(&mut seat);
        let waker = seat.waker.take();
        drop(seat);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.0.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
