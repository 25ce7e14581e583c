use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The line before the door: first come, first served.
#[derive(Debug)]
pub(super) struct Queue {
    /// As long as the line, and one more while somebody is joining it: read without the lock.
    waiting: AtomicU32,
    line: Mutex<VecDeque<Ticket>>,
}

/// One call's place in the line.
#[derive(Clone, Debug)]
pub(super) struct Ticket(Arc<Notify>);

/// What became of a call that wanted to stand in line.
pub(super) enum Line {
    /// There was room after all.
    Entered,
    /// There is no place left in the line.
    Full,
    /// It stands in line.
    Waiting(Ticket),
}

impl Queue {
    pub(super) const fn new() -> Self {
        Self { waiting: AtomicU32::new(0), line: Mutex::new(VecDeque::new()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0
    }

    /// How many stand in it.
    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }

    // The count is raised before looking for room, and who leaves makes room before looking at the count: one of
    // the two sees the other, so nobody is left waiting before an open door.
    pub(super) fn join(&self, places: u32, step_in: impl Fn() -> bool) -> Line {
        let mut line = self.lock();
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let joined = if line.is_empty() && step_in() {
            Line::Entered
        } else if line.len() >= places as usize {
            Line::Full
        } else {
            let ticket = Ticket(Arc::new(Notify::new()));
            line.push_back(ticket.clone());
            return Line::Waiting(ticket);
        };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        joined
    }

    /// Hands the free permits to those who come first.
    pub(super) fn call_next(&self, step_in: impl Fn() -> bool) {
        let mut line = self.lock();
        while !line.is_empty() && step_in() {
            if let Some(ticket) = line.pop_front() {
                self.waiting.fetch_sub(1, Ordering::SeqCst);
                ticket.0.notify_one();
            }
        }
    }

    /// Leaves the line; `true` when the ticket had been called already and holds a permit.
    pub(super) fn leave(&self, ticket: &Ticket) -> bool {
        let mut line = self.lock();
        match line.iter().position(|other| Arc::ptr_eq(&other.0, &ticket.0)) {
            Some(place) => {
                line.remove(place);
                self.waiting.fetch_sub(1, Ordering::SeqCst);
                false
            }
            None => true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Ticket>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Ends when the permit has been handed over.
    pub(super) async fn called(&self) {
        self.0.notified().await;
    }
}
