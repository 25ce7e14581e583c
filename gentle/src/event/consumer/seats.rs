use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use crate::event::backend::Ticket;
use crate::time::{Instant, now};

/// The slots of a handler's concurrency, and who sits in them.
pub(super) struct Seats {
    free: Arc<Semaphore>,
    size: u32,
    taken: Arc<Mutex<Taken>>,
}

type Taken = HashMap<Ticket, Sitter>;

struct Sitter {
    renewed: Instant,
    task: Option<AbortHandle>,
}

/// One slot. Dropping it, which also the end of an aborted task does, frees it.
pub(super) struct Seat {
    taken: Arc<Mutex<Taken>>,
    ticket: Option<Ticket>,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    pub(super) fn new(concurrency: usize) -> Self {
        let size = u32::try_from(concurrency).unwrap_or(u32::MAX);
        Self { free: Arc::new(Semaphore::new(concurrency)), size, taken: Arc::default() }
    }

    /// Waits for a free seat, and takes it with all others that are free.
    pub(super) async fn all_free(&self) -> Vec<Seat> {
        let Ok(first) = Arc::clone(&self.free).acquire_owned().await else { return Vec::new() };
        let mut permits = vec![first];
        while let Ok(next) = Arc::clone(&self.free).try_acquire_owned() {
            permits.push(next);
        }
        permits.into_iter().map(|permit| self.seat(permit)).collect()
    }

    fn seat(&self, permit: OwnedSemaphorePermit) -> Seat {
        Seat { taken: Arc::clone(&self.taken), ticket: None, _permit: permit }
    }

    /// Waits until nobody sits.
    pub(super) async fn empty(&self) {
        let _ = self.free.acquire_many(self.size).await;
    }

    /// Whether nobody sits.
    pub(super) fn are_empty(&self) -> bool {
        lock(&self.taken).is_empty()
    }

    /// Remembers how to end the task that sits with this ticket, if it still does.
    pub(super) fn attach(&self, ticket: &Ticket, task: AbortHandle) {
        if let Some(sitter) = lock(&self.taken).get_mut(ticket) {
            sitter.task = Some(task);
        }
    }

    pub(super) fn tickets(&self) -> Vec<Ticket> {
        lock(&self.taken).keys().cloned().collect()
    }

    pub(super) fn renewed(&self, tickets: &[Ticket]) {
        let present = now();
        let mut taken = lock(&self.taken);
        for ticket in tickets {
            if let Some(sitter) = taken.get_mut(ticket) {
                sitter.renewed = present;
            }
        }
    }

    /// Those whose lease was last renewed `age` ago or longer.
    pub(super) fn unrenewed_for(&self, age: Duration) -> Vec<Ticket> {
        let present = now();
        let taken = lock(&self.taken);
        let stale = taken.iter().filter(|(_, sitter)| present.since(sitter.renewed) >= age);
        stale.map(|(ticket, _)| ticket.clone()).collect()
    }

    /// Ends the task that sits with this ticket; tells whether there was one.
    pub(super) fn abort(&self, ticket: &Ticket) -> bool {
        let task = lock(&self.taken).get(ticket).and_then(|sitter| sitter.task.clone());
        task.inspect(AbortHandle::abort).is_some()
    }

    /// Ends all tasks, and gives the tickets they held.
    pub(super) fn abort_all(&self) -> Vec<Ticket> {
        let tickets = self.tickets();
        for ticket in &tickets {
            self.abort(ticket);
        }
        tickets
    }
}

impl Seat {
    /// Sits down with this ticket.
    pub(super) fn seize(&mut self, ticket: &Ticket) {
        self.ticket = Some(ticket.clone());
        lock(&self.taken).insert(ticket.clone(), Sitter { renewed: now(), task: None });
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(ticket) = &self.ticket {
            lock(&self.taken).remove(ticket);
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
