use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
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
    numbers: AtomicU64,
}

type Taken = HashMap<u64, Sitter>;

struct Sitter {
    ticket: Ticket,
    renewed: Instant,
    task: Option<AbortHandle>,
    /// It was cut off, perhaps before its task was there to be ended.
    cut_off: bool,
}

/// Seats that are held for who may come.
pub(super) struct Free(OwnedSemaphorePermit);

/// One taken seat. Dropping it, which also the end of an aborted task does, frees it.
pub(super) struct Seat {
    taken: Arc<Mutex<Taken>>,
    number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    pub(super) fn new(concurrency: usize) -> Self {
        let size = u32::try_from(concurrency).unwrap_or(u32::MAX);
        let free = Arc::new(Semaphore::new(concurrency));
        Self { free, size, taken: Arc::default(), numbers: AtomicU64::new(0) }
    }

    /// Waits for a free seat, and holds it with all others that are free; `None` never comes.
    pub(super) async fn all_free(&self) -> Option<Free> {
        let mut permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        let others = u32::try_from(self.free.available_permits()).unwrap_or(self.size);
        if let Ok(others) = Arc::clone(&self.free).try_acquire_many_owned(others) {
            permit.merge(others);
        }
        Some(Free(permit))
    }

    /// Sits down with this ticket on a seat that was held.
    pub(super) fn sit(&self, free: &mut Free, ticket: Ticket) -> Option<Seat> {
        let permit = free.0.split(1)?;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        lock(&self.taken).insert(number, Sitter { ticket, renewed: now(), task: None, cut_off: false });
        Some(Seat { taken: Arc::clone(&self.taken), number, _permit: permit })
    }

    /// Waits until nobody sits.
    pub(super) async fn empty(&self) {
        let _ = self.free.acquire_many(self.size).await;
    }

    /// Whether nobody sits.
    pub(super) fn are_empty(&self) -> bool {
        lock(&self.taken).is_empty()
    }

    /// Remembers how to end the task that sits there, if it still does.
    pub(super) fn attach(&self, number: u64, task: AbortHandle) {
        if let Some(sitter) = lock(&self.taken).get_mut(&number) {
            if sitter.cut_off {
                task.abort();
            }
            sitter.task = Some(task);
        }
    }

    pub(super) fn tickets(&self) -> Vec<Ticket> {
        lock(&self.taken).values().map(|sitter| sitter.ticket.clone()).collect()
    }

    /// Everybody who sat at `moment` and whose lease is not among the lost ones has a new lease since then.
    pub(super) fn renewed(&self, moment: Instant, lost: &[Ticket]) {
        for sitter in lock(&self.taken).values_mut() {
            if sitter.renewed <= moment && !lost.contains(&sitter.ticket) {
                sitter.renewed = moment;
            }
        }
    }

    /// Those whose lease was last renewed `age` ago or longer.
    pub(super) fn unrenewed_for(&self, age: Duration) -> Vec<Ticket> {
        let present = now();
        let taken = lock(&self.taken);
        let stale = taken.values().filter(|sitter| present.since(sitter.renewed) >= age);
        stale.map(|sitter| sitter.ticket.clone()).collect()
    }

    /// Ends the tasks that sit with these tickets, and gives back those that did.
    pub(super) fn abort(&self, tickets: &[Ticket]) -> Vec<Ticket> {
        let mut taken = lock(&self.taken);
        let sitting = taken.values_mut().filter(|sitter| tickets.contains(&sitter.ticket));
        sitting.map(Sitter::abort).collect()
    }

    /// Ends all tasks, and gives the tickets they held.
    pub(super) fn abort_all(&self) -> Vec<Ticket> {
        lock(&self.taken).values_mut().map(Sitter::abort).collect()
    }
}

impl Sitter {
    fn abort(&mut self) -> Ticket {
        self.cut_off = true;
        if let Some(task) = &self.task {
            task.abort();
        }
        self.ticket.clone()
    }
}

impl Free {
    /// How many seats are held.
    pub(super) fn count(&self) -> usize {
        self.0.num_permits()
    }
}

impl Seat {
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.taken).remove(&self.number);
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_cut_off_before_his_task_is_known_is_cut_off_all_the_same() {
        let seats = Seats::new(1);
        let ticket = Ticket { group: "g".into(), delivery: 1, fence: 1 };
        let seat = seats.sit(&mut seats.all_free().await.unwrap(), ticket.clone()).unwrap();
        let number = seat.number();
        assert_eq!(seats.abort_all(), [ticket]);

        let task = tokio::spawn(async move {
            let _seat = seat;
            std::future::pending::<()>().await;
        });
        seats.attach(number, task.abort_handle());

        assert!(task.await.unwrap_err().is_cancelled());
        assert!(seats.are_empty());
    }
}
