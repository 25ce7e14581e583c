//! How a bulkhead finds out how many calls at a time are good: state machines without a clock, a lock or a thread.
//!
//! [`Controller`] is told of every answer and says the limit. What it must never do is the same for all three ways:
//!
//! * it learns nothing from calls that were refused or given up, nor from such as took next to no time;
//! * it grows only while at least half of the limit is used, and never beyond five times what was used;
//! * it stays where it is while the answers are few;
//! * one answer alone, however lucky, moves it by next to nothing.
//!
//! [`aimd`] goes by each answer, [`vegas`] and [`gradient`] by the mean of a [`window`], held against the time that a
//! call takes when it does not have to wait where it is served: the [`baseline`].

mod aimd;
mod baseline;
mod gradient;
#[cfg(test)]
mod simulation;
mod vegas;
mod window;

use std::time::Duration;

use gentle_dsl::Adaptive;

use crate::time::Instant;
use aimd::Aimd;
use baseline::Baseline;
use window::{Seen, Window};

/// What takes less was answered from a memory nearby, or refused by a policy further inside.
const NEXT_TO_NO_TIME: Duration = Duration::from_micros(100);

/// A limit above so many times the calls inside has not been tried.
const MOST_UNTRIED: f64 = 5.0;

/// An answer to a call that was inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) begun: Instant,
    pub(super) at: Instant,
    /// How many were inside, itself among them.
    pub(super) inside: u32,
    pub(super) end: End,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It went well.
    Well,
    /// It failed, or took longer than one attempt may.
    Failed,
    /// The time of the whole call was up: maybe because of this attempt, maybe because of what came before.
    CutOff,
}

/// The bounds of a limit that adapts, and its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) start: u32,
    pub(super) by: Adaptive,
}

/// The limit of one bulkhead.
#[derive(Debug)]
pub(super) struct Controller {
    terms: Terms,
    limit: f64,
    /// What a call that goes well takes of late, in seconds; zero while that is unknown.
    usual: f64,
    aimd: Aimd,
    window: Window,
    baseline: Baseline,
}

impl Controller {
    pub(super) fn new(terms: Terms) -> Self {
        Self {
            terms,
            limit: f64::from(terms.start),
            usual: 0.0,
            aimd: Aimd::new(),
            window: Window::new(),
            baseline: Baseline::new(),
        }
    }

    pub(super) fn terms(&self) -> Terms {
        self.terms
    }

    /// Takes over other bounds and another way, and keeps what it has learned. Returns the limit in force.
    pub(super) fn set(&mut self, terms: Terms) -> u32 {
        self.terms = terms;
        self.move_to(self.limit);
        self.in_force()
    }

    /// The limit in force.
    pub(super) fn in_force(&self) -> u32 {
        let limit = whole(self.limit * self.baseline.share());
        limit.clamp(self.terms.from, self.terms.to)
    }

    /// Learns from an answer, and returns the limit in force from now on.
    pub(super) fn answered(&mut self, answer: &Answer) -> u32 {
        let took = answer.at - answer.begun;
        if took >= NEXT_TO_NO_TIME {
            let took = took.as_secs_f64();
            match answer.end {
                End::Well => self.learn(answer, took, false),
                End::Failed => self.learn(answer, took, true),
                // Who had hardly begun when its time was up had lost it in a line, maybe in this one: that is no sign
                // that the line should move more slowly.
                End::CutOff if took >= self.usual => self.learn(answer, took, true),
                End::CutOff => {}
            }
        }
        self.in_force()
    }

    fn learn(&mut self, answer: &Answer, took: f64, dropped: bool) {
        if !dropped {
            let weight = if self.usual > 0.0 { 0.05 } else { 1.0 };
            self.usual += weight * (took - self.usual);
        }
        if self.terms.by == Adaptive::Aimd {
            let next = self.aimd.step(self.limit, answer, dropped);
            self.grow_or_shrink(next, f64::from(answer.inside));
        } else if !self.baseline.is_older(answer.begun) {
            if let Some(seen) = self.window.add(answer, took, dropped) {
                self.look(&seen, answer.at);
            }
        }
    }

    // A window is full.
    fn look(&mut self, seen: &Seen, at: Instant) {
        if self.baseline.is_probing() {
            let least = self.in_force() <= self.terms.from;
            self.baseline.probed(seen, at, least);
            return;
        }
        let busy = seen.most * 2.0 >= self.limit;
        if busy {
            self.baseline.busy(seen, at);
        } else {
            self.baseline.quiet(seen);
        }
        let slowness = if busy { self.baseline.slowness(seen) } else { Some(1.0) };
        let next = match self.terms.by {
            Adaptive::Vegas => vegas::step(self.limit, slowness, seen.dropped),
            _ => gradient::step(self.limit, slowness, seen.dropped),
        };
        self.grow_or_shrink(next, seen.most);
    }

    fn grow_or_shrink(&mut self, next: f64, inside: f64) {
        if next < self.limit {
            self.move_to(next);
        } else if inside * 2.0 >= self.limit {
            self.move_to(next.min(inside * MOST_UNTRIED).max(self.limit));
        }
    }

    fn move_to(&mut self, limit: f64) {
        self.limit = limit.clamp(f64::from(self.terms.from), f64::from(self.terms.to));
    }
}

fn whole(limit: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is cut to the bounds, which are counts"
    )]
    {
        limit as u32
    }
}
