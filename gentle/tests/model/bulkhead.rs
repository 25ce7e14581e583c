//! A bulkhead, as a counter and a queue.

use std::collections::VecDeque;

use gentle::policy::{Bulkhead, Order};

use crate::bucket::patience;
use crate::time::Time;

pub(crate) struct Gate {
    bulkhead: Option<Bulkhead>,
    pub(crate) inside: u32,
    pub(crate) queue: VecDeque<usize>,
    /// Those who are let in and have not come yet.
    called: Vec<usize>,
}

pub(crate) enum Entry {
    Entered,
    Full,
    QueueFull,
    /// It may wait until then.
    Waits(Time),
}

impl Gate {
    pub(crate) fn new(bulkhead: Option<Bulkhead>) -> Self {
        Self { bulkhead, inside: 0, queue: VecDeque::new(), called: Vec::new() }
    }

    pub(crate) fn set(&mut self, bulkhead: Option<Bulkhead>) {
        self.bulkhead = bulkhead;
        self.call_next();
    }

    pub(crate) fn enter(&mut self, call: usize, at: Time) -> Entry {
        let (longest, places) = patience(self.bulkhead.map(|bulkhead| bulkhead.waits()));
        if self.queue.is_empty() && self.has_room() {
            self.inside += 1;
            Entry::Entered
        } else if longest == 0 {
            Entry::Full
        } else if self.queue.len() >= places {
            Entry::QueueFull
        } else {
            self.queue.push_back(call);
            Entry::Waits(at.saturating_add(longest))
        }
    }

    /// Whether it has been let in.
    pub(crate) fn comes(&mut self, call: usize) -> bool {
        let place = self.called.iter().position(|called| *called == call);
        place.is_some_and(|place| self.called.swap_remove(place) == call)
    }

    /// Leaves the queue; who was let in leaves its place.
    pub(crate) fn give_up(&mut self, call: usize) {
        if self.comes(call) {
            self.leave();
        }
        self.queue.retain(|other| *other != call);
    }

    pub(crate) fn leave(&mut self) {
        self.inside -= 1;
        self.call_next();
    }

    fn call_next(&mut self) {
        while !self.queue.is_empty() && self.has_room() {
            self.inside += 1;
            let next = if self.is_lifo() { self.queue.pop_back() } else { self.queue.pop_front() };
            self.called.extend(next);
        }
    }

    fn is_lifo(&self) -> bool {
        self.bulkhead.is_some_and(|bulkhead| bulkhead.order() == Order::Lifo)
    }

    fn has_room(&self) -> bool {
        self.bulkhead.is_none_or(|bulkhead| self.inside < bulkhead.limit())
    }
}
