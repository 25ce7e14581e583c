use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use super::lane::Item;
use crate::time::Instant;

/// What waits, the earliest due first. Most events are due at once and come in order: they never see the heap.
#[derive(Default)]
pub(super) struct Line {
    in_order: VecDeque<Item>,
    out_of_order: BinaryHeap<Earliest>,
}

struct Earliest(Item);

impl Line {
    pub(super) fn push(&mut self, item: Item, present: Instant) {
        if item.due <= present && self.in_order.back().is_none_or(|last| key(last) <= key(&item)) {
            self.in_order.push_back(item);
        } else {
            self.out_of_order.push(Earliest(item));
        }
    }

    /// The earliest item that is due at `present`.
    pub(super) fn pop(&mut self, present: Instant) -> Option<Item> {
        let ordered = self.in_order.front().map(key);
        let other = self.out_of_order.peek().map(|item| key(&item.0));
        match (ordered, other) {
            (Some(ordered), Some(other)) if other < ordered => self.pop_other(present),
            (None, Some(_)) => self.pop_other(present),
            (Some((due, _)), _) if due <= present => self.in_order.pop_front(),
            _ => None,
        }
    }

    fn pop_other(&mut self, present: Instant) -> Option<Item> {
        let due = self.out_of_order.peek()?.0.due;
        if due <= present { self.out_of_order.pop().map(|item| item.0) } else { None }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        let ordered = self.in_order.front().map(|item| item.due);
        let other = self.out_of_order.peek().map(|item| item.0.due);
        ordered.into_iter().chain(other).min()
    }

    /// How many are due at `present`, and how many are not.
    pub(super) fn count(&self, present: Instant) -> (usize, usize) {
        let items = self.in_order.iter().chain(self.out_of_order.iter().map(|item| &item.0));
        let ready = items.filter(|item| item.due <= present).count();
        (ready, self.len() - ready)
    }

    pub(super) fn len(&self) -> usize {
        self.in_order.len() + self.out_of_order.len()
    }
}

fn key(item: &Item) -> (Instant, u64) {
    (item.due, item.sequence)
}

// The heap gives its greatest: the order is turned round.
impl Ord for Earliest {
    fn cmp(&self, other: &Self) -> Ordering {
        key(&other.0).cmp(&key(&self.0))
    }
}

impl PartialOrd for Earliest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Earliest {
    fn eq(&self, other: &Self) -> bool {
        key(&self.0) == key(&other.0)
    }
}

impl Eq for Earliest {}
