use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::line::Line;
use crate::event::backend::{Claim, Depth, Group, Ticket, Verdict};
use crate::event::{DeadLetter, Envelope, Id, Payload};
use crate::time::{Instant, now, sleep_until, wall};

/// What the queue holds of an event: one for all its groups, and with it the event's place in the bound.
pub(super) struct Held {
    id: Id,
    payload: Payload,
    _place: OwnedSemaphorePermit,
}

/// One group's share of an event.
pub(super) struct Item {
    held: Arc<Held>,
    pub(super) due: Instant,
    pub(super) sequence: u64,
    attempts: u32,
    began: Option<Instant>,
    fence: u64,
    first_error: Option<String>,
    last_error: Option<String>,
}

/// The deliveries of one group.
pub(super) struct Lane {
    group: Group,
    state: Mutex<State>,
    changed: Notify,
    left: AtomicBool,
}

#[derive(Default)]
struct State {
    waiting: Line,
    running: HashMap<u64, Item>,
    closed: bool,
}

pub(super) enum Ended {
    Settled,
    Lost,
    Dead(DeadLetter),
}

impl Held {
    pub(super) fn new(envelope: Envelope, place: OwnedSemaphorePermit) -> Self {
        Self { id: envelope.id, payload: envelope.payload, _place: place }
    }
}

impl Lane {
    pub(super) fn new(group: Group) -> Self {
        Self { group, state: Mutex::default(), changed: Notify::new(), left: AtomicBool::new(false) }
    }

    pub(super) fn push(&self, held: Arc<Held>, due: Instant, sequence: u64) {
        let item = Item {
            held,
            due,
            sequence,
            attempts: 0,
            began: None,
            fence: 0,
            first_error: None,
            last_error: None,
        };
        self.wait(item, now());
    }

    fn wait(&self, item: Item, present: Instant) {
        self.state().waiting.push(item, present);
        self.changed.notify_waiters();
    }

    /// `None` when the lane is closed.
    pub(super) async fn claim(&self, max: usize) -> Option<Vec<Claim>> {
        loop {
            // Registered before the look, so that what comes after the look is not missed.
            let changed = self.changed.notified();
            let next_due = {
                let mut state = self.state();
                if state.closed {
                    return None;
                }
                let claims = self.take(&mut state, max);
                if !claims.is_empty() {
                    return Some(claims);
                }
                state.waiting.next_due().unwrap_or(Instant::FAR)
            };
            tokio::select! {
                () = changed => {}
                () = sleep_until(next_due), if next_due < Instant::FAR => {}
            }
        }
    }

    fn take(&self, state: &mut State, max: usize) -> Vec<Claim> {
        let present = now();
        let mut claims = Vec::new();
        while claims.len() < max {
            let Some(mut item) = state.waiting.pop(present) else { break };
            item.attempts += 1;
            item.fence += 1;
            claims.push(item.claim(&self.group, present));
            state.running.insert(item.sequence, item);
        }
        claims
    }

    pub(super) fn finish(&self, ticket: &Ticket, verdict: Verdict) -> Ended {
        let Some(mut item) = self.state().settle(ticket) else { return Ended::Lost };
        match verdict {
            Verdict::Done => {}
            Verdict::Release => {
                item.attempts -= 1;
                self.wait(item, now());
            }
            Verdict::Retry { after, error } => {
                item.failed(error);
                let present = now();
                item.due = present + after;
                self.wait(item, present);
            }
            Verdict::Dead { reason, attempts, error } => {
                item.attempts = attempts;
                item.failed(error);
                return Ended::Dead(item.letter(&self.group, reason));
            }
        }
        Ended::Settled
    }

    pub(super) fn holds(&self, ticket: &Ticket) -> bool {
        self.state().holds(ticket)
    }

    pub(super) fn add_to(&self, depth: &mut Depth) {
        let state = self.state();
        let (ready, delayed) = state.waiting.count(now());
        depth.ready += ready;
        depth.delayed += delayed;
        depth.running += state.running.len();
    }

    /// Nobody will claim any more.
    pub(super) fn leave(&self) {
        self.left.store(true, Ordering::Release);
    }

    pub(super) fn is_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }

    /// Lets everything go, and tells how much that was.
    pub(super) fn close(&self) -> usize {
        let (waiting, running) = {
            let mut state = self.state();
            state.closed = true;
            (std::mem::take(&mut state.waiting), std::mem::take(&mut state.running))
        };
        self.changed.notify_waiters();
        waiting.len() + running.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn holds(&self, ticket: &Ticket) -> bool {
        let item = u64::try_from(ticket.delivery).ok().and_then(|sequence| self.running.get(&sequence));
        item.is_some_and(|item| item.fence == ticket.fence)
    }

    fn settle(&mut self, ticket: &Ticket) -> Option<Item> {
        let sequence = u64::try_from(ticket.delivery).ok()?;
        if self.holds(ticket) { self.running.remove(&sequence) } else { None }
    }
}

impl Item {
    fn claim(&mut self, group: &Group, present: Instant) -> Claim {
        let age = present.since(*self.began.get_or_insert(present));
        let ticket =
            Ticket { group: Arc::clone(&group.name), delivery: self.sequence.into(), fence: self.fence };
        Claim { ticket, id: self.held.id, attempt: self.attempts, age, payload: self.held.payload.clone() }
    }

    fn failed(&mut self, error: String) {
        self.first_error.get_or_insert_with(|| error.clone());
        self.last_error = Some(error);
    }

    fn letter(self, group: &Group, reason: crate::event::Reason) -> DeadLetter {
        DeadLetter {
            id: self.held.id,
            topic: group.topic.into(),
            group: Arc::clone(&group.name),
            reason,
            attempts: self.attempts,
            first_error: self.first_error,
            last_error: self.last_error,
            died: wall(),
            payload: self.held.payload.clone(),
        }
    }
}
